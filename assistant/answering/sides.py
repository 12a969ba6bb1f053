"""What a question sets against one another, by the names it gives them."""

import re
from dataclasses import fields
from itertools import pairwise

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


_JOINT = re.compile(
    r"的?(?:投诉|反馈|抱怨|问题|意见|差评|好评|情况)?(?:(?:和|跟|与|同|比起?|还是|、|,|vs|对比)\s*)+(?:说|提到)?"
)
"""What stands between two words that are set against one another."""
_AND = re.compile("和|跟|与|、")


def words_apart(made: Plan) -> tuple[str, ...]:
    """The words that a question counts each by itself, where it compares nothing else: 噪音和漏水哪个多, 分别有多少."""
    if not {"compare", "count"} & set(made.intents) or made.by not in {None, "theme"} or made.periods:
        return ()
    text, words = normalise(made.question), made.query.split()
    joints = [_between(text, *pair) for pair in pairwise(words)]
    apart = bool(joints) and all(_JOINT.fullmatch(joint) for joint in joints)
    sure = "compare" in made.intents or any(_AND.search(joint) for joint in joints)
    return tuple(words) if apart and sure else ()


def _between(text: str, one: str, other: str) -> str:
    end = text.find(one) + len(one)
    return text[end : text.find(other, end)]


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
