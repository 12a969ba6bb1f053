"""What a search asks for: answering's reading of a question, as the words to look for and the filters it named."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

from assistant.answering.lexicon import Names, load_names
from assistant.answering.plan import Catalogue, plan
from assistant.answering.ports import Store
from assistant.answering.values import foreign_kinds, product_words, with_kind_of
from assistant.domain.answers import Plan
from assistant.domain.filters import Filters

_BESIDE = ("phone", "computer", "tablet", "camera")


@dataclass(frozen=True, slots=True)
class Understood:
    """How a query was read."""

    query: str
    """The words that are looked for."""
    filters: Filters
    """What narrows the search: what was given, and what the query names."""
    named: tuple[str, ...] = ()
    """The fields of `filters` that were read out of the query."""
    notes: tuple[str, ...] = ()
    scope_alone: bool = False
    """The query names a scope, such as a group or a month, and nothing to look for in it."""
    foreign: tuple[str, ...] = ()
    """Names of goods in the query that nobody here sells."""


def catalogue_of(store: Store, names: Names | None) -> Catalogue:
    """What the store holds now, as far as a question can name it."""
    first, last = store.span()
    products, models = tuple(store.products()), tuple(store.models())
    return Catalogue(
        products,
        models,
        first,
        last,
        with_kind_of(store.origins(), products, models, names or load_names()),
        tuple(store.regions()),
        store.first_day_of_version,
    )


def names_held(store: Store) -> tuple[str, ...]:
    """Every name that an answer may say: products, models, regions, and the titles of themes."""
    titles = (theme.title for theme in store.themes())
    return tuple(dict.fromkeys((*store.products(), *store.models(), *store.regions(), *titles)))


def understand(query: str, given: Filters, catalogue: Catalogue, today: date) -> Understood:
    """The words and filters of a query in either script; what is `given` wins over what is read."""
    made = plan(query, (), catalogue, today, given, searching=True)
    named = tuple(
        field.name for field in fields(Filters) if getattr(made.filters, field.name) != getattr(given, field.name)
    )
    foreign = () if made.filters.product else not_sold(made.question, catalogue)
    notes = (*made.notes, *(f"现有产品里没有{name}，只列出提到它的反馈" for name in foreign[:1]))
    alone = bool(named) and not plan(query, (), catalogue, today, given).query
    return Understood(words_to_search(made, catalogue), made.filters, named, notes, alone, foreign)


def not_sold(question: str, held: Catalogue) -> tuple[str, ...]:
    """Goods named that are none of ours, but those that customers use together with anybody's."""
    if not held.products:
        return ()
    beside = {word for kind in _BESIDE for word in held.lexicon.kinds.get(kind, ())}
    names = foreign_kinds(question, held.products, held.models, held.lexicon)
    return tuple(name for name in names if name not in beside)


def words_to_search(made: Plan, held: Catalogue) -> str:
    """What to search for: the words left over, with the product's name, which tells the finder what they are about."""
    if not made.query:
        return made.question
    called: Sequence[str] = product_words(made.question, held.products, held.models, held.lexicon)
    return " ".join([*(word for word in called if word not in made.query), made.query])
