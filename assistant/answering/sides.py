"""What a question sets against one another, by the names it gives them."""

from dataclasses import fields

from assistant.answering.lexicon import normalise
from assistant.answering.plan import Catalogue, products_named
from assistant.answering.values import Named, find_regions, find_values
from assistant.domain.answers import Plan
from assistant.domain.filters import Filters


def named_sides(made: Plan, catalogue: Catalogue) -> list[Filters]:
    """The filters of each side of a comparison: 企业客户 is one side, though two stored groups.

    None where the question does not name two of them itself.
    """
    field = made.by or ""
    values: tuple[str, ...] = getattr(made.filters, field, ())
    items = _named(field, normalise(made.question), catalogue)
    sides = list(dict.fromkeys(item.values for item in sorted(items, key=lambda item: item.start)))
    if len(sides) < 2 or {value for side in sides for value in side} != set(values):
        return []
    return [_only(made.filters, field, side) for side in sides]


def _named(field: str, text: str, catalogue: Catalogue) -> list[Named]:
    match field:
        case "product":
            return products_named(text, catalogue)
        case "region":
            return find_regions(text, catalogue.regions, catalogue.lexicon)
        case "segment" | "channel" | "aspect" | "deep_category" | "sentiment":
            return find_values(text, field, catalogue.lexicon)
    return []


def _only(filters: Filters, field: str, values: tuple[str, ...]) -> Filters:
    chosen = {f.name: getattr(filters, f.name) for f in fields(Filters)} | {field: values}
    return Filters(**chosen)
