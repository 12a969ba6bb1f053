"""Decisions about themes, taken by people: one at a time, never while a run is forming themes, counted anew at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.errors import UsageError
from assistant.insight.members import Member, count_customers, count_records
from assistant.insight.parting import named_parts, parted
from assistant.pipeline.context import Context
from assistant.pipeline.newcomers import member_of
from assistant.pipeline.trending import trends_now
from assistant.records.curation import Edit
from assistant.records.membership import WORDS
from assistant.records.repository import Repository

_QUOTES = 3


def curate(context: Context, change: Callable[[Repository], Edit]) -> Edit:
    """Make one change of the store's `CurationStore`, and set the trends of the themes as they stand after it.

    Raises:
        BusyError: a run holds the data directory; it would write over the decision.
        NotFoundError, UsageError: see `CurationStore`.
    """
    with context.exclusive("a decision about themes"):
        edit = change(context.store)
        context.store.set_trends(trends_now(context.store))
    return edit


@dataclass(frozen=True, slots=True)
class Part:
    """One of the parts that a theme falls into, before anything is changed."""

    insights: tuple[str, ...]
    words: Mapping[str, str]
    """The words it would bear; blank for what stays in the theme."""
    records: int
    customers: int
    quotes: tuple[str, ...]
    """A few of its voices."""


def parts_by_meaning(context: Context, theme_id: str) -> tuple[Part, ...]:
    """The few parts that a theme's members fall into by their words, the largest first: that one keeps the theme's name.

    The others are named by the engine, like themes that a run finds. Nothing is changed.

    Raises:
        NotFoundError: there is no such theme.
        UsageError: its members tell of one thing.
    """
    store = context.store
    theme = store.theme(theme_id)
    inside = next((insights for one, insights, _ in store.theme_members() if one.id == theme_id), frozenset())
    placed = store.placed_insights(sorted(inside))
    embed = context.embedder_for({one.person for one in placed})
    groups = parted([member_of(one) for one in placed], embed, len(store.insight_homes())) if placed else []
    if len(groups) < 2:
        raise UsageError(f"the members of {theme_id} tell of one thing: there is nothing to split")
    titles = [other.title for other in store.themes()]
    named = named_parts(theme, groups[1:], context.words, context.engine, context.rules, titles)
    told = [{name: text for name in WORDS if (text := getattr(one, name))} for one in named]
    return tuple(_part(own, words) for own, words in zip(groups, [{}, *told], strict=True))


def _part(own: Sequence[Member], words: Mapping[str, str]) -> Part:
    heard = {m.customer_key: m.insight.quote for m in sorted(own, key=lambda m: m.insight.severity)}
    return Part(
        tuple(m.insight.id for m in own), words, count_records(own), count_customers(own),
        tuple(reversed(heard.values()))[:_QUOTES],
    )  # fmt: skip


def split_into(context: Context, theme_id: str, parts: Sequence[Part], actor: str) -> Edit:
    """Take parts of a theme out, each under its words; one edit that can be undone.

    Raises:
        BusyError: a run holds the data directory.
        NotFoundError, UsageError: see `CurationStore.part_theme`.
    """
    wished = [(part.insights, part.words) for part in parts]
    return curate(context, lambda kept: kept.part_theme(theme_id, wished, actor))


def split_by_meaning(context: Context, theme_id: str, actor: str) -> Edit:
    """Split a theme into the parts of `parts_by_meaning`, under the names that the engine gives them.

    Raises:
        BusyError, NotFoundError, UsageError: as `parts_by_meaning` and `split_into`.
    """
    return split_into(context, theme_id, parts_by_meaning(context, theme_id)[1:], actor)
