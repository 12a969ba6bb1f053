"""Decisions about themes, taken by people: one at a time, never while a run is forming themes, counted anew at once."""

from collections.abc import Callable

from assistant.errors import UsageError
from assistant.insight.parting import named_parts, parted
from assistant.pipeline.context import Context
from assistant.pipeline.newcomers import member_of
from assistant.pipeline.trending import trends_now
from assistant.records.curation import Edit
from assistant.records.membership import WORDS
from assistant.records.repository import Repository


def curate(context: Context, change: Callable[[Repository], Edit]) -> Edit:
    """Make one change of the store's `CurationStore`, and set the trends of the themes as they stand after it.

    Raises:
        BusyError: a run holds the data directory; it would write over the decision.
        NotFoundError, UsageError: see `CurationStore`.
    """
    with context.exclusive():
        edit = change(context.store)
        context.store.set_trends(trends_now(context.store))
    return edit


def split_by_meaning(context: Context, theme_id: str, actor: str) -> Edit:
    """Split a theme into the few parts that its members' words fall into; the largest keeps the theme's name.

    The parts are named by the engine, like themes that a run finds. It is one edit and can be undone.

    Raises:
        BusyError: a run holds the data directory.
        NotFoundError: there is no such theme.
        UsageError: its members tell of one thing, or it is locked.
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
    parts = [
        ([member.insight.id for member in own], {name: text for name in WORDS if (text := getattr(one, name))})
        for own, one in zip(groups[1:], named, strict=True)
    ]
    return curate(context, lambda kept: kept.part_theme(theme_id, parts, actor))
