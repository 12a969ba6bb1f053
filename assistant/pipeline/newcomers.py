"""A few new insights in a large corpus: they join the themes there are, and what was grouped when is remembered for that."""

from collections import defaultdict
from collections.abc import Sequence

from assistant.domain.receipts import ThemesReceipt
from assistant.insight.members import Member
from assistant.insight.newcomers import FROM, SHOWN, join, may_join
from assistant.pipeline.context import Context
from assistant.records.placement_store import PlacedInsight

_BASE = "themes_grouped"
Homes = Sequence[tuple[str | None, ...]]
"""See `ThemeStore.insight_homes`."""


def note_grouped(context: Context, made_by: str, insights: int, unassigned: Sequence[str]) -> None:
    """Remember that so many insights were grouped together, and which of them fit nowhere."""
    context.store.save_stage(_BASE, made_by, {"insights": insights, "unassigned": list(unassigned)})


def join_newcomers(context: Context, homes: Homes, made_by: str, least: int = FROM) -> ThemesReceipt | None:
    """Put what came since the last run into the themes there are; None where everything is to be grouped anew.

    In a corpus of fewer than `least` insights it always is.
    """
    store = context.store
    base = store.stage_receipt(_BASE, made_by)
    if base is None:
        return None
    known_strangers = set(base["unassigned"])
    new = [str(row[0]) for row in homes if row[1] is None and row[0] not in known_strangers]
    if not new or not may_join(len(homes), len(new), base["insights"], least):
        return None
    decided = store.theme_decisions()
    if any(insight_id in own.held for own in decided.values() for insight_id in new):
        return None
    open_themes = {theme.id for theme in store.themes() if not theme.locked}
    inside: dict[str, list[str]] = defaultdict(list)
    for row in homes:
        if row[1] in open_themes:
            inside[str(row[1])].append(str(row[0]))
    shown = [one for own in inside.values() for one in own[:: max(1, len(own) // SHOWN)][:SHOWN]]
    placed = store.placed_insights([*shown, *new])
    members = {one.insight.id: member_of(one) for one in placed}
    theme_of = {one: theme_id for theme_id, own in inside.items() for one in own}
    known: dict[str, list[Member]] = defaultdict(list)
    for one in shown:
        known[theme_of[one]].append(members[one])
    embed = context.embedder_for({one.person for one in placed})
    found = join([members[one] for one in new], known, embed, len(homes))
    if found.unheard:
        return None
    store.join_themes(found.assignment)
    strangers = sorted((known_strangers & {str(row[0]) for row in homes}) | set(found.left))
    note_grouped(context, made_by, base["insights"], strangers)
    assigned = sum(row[1] is not None for row in homes) + len(found.assignment)
    return ThemesReceipt(
        themes=len(open_themes) + sum(theme.locked for theme in store.themes()),
        assigned=assigned,
        unassigned=len(homes) - assigned,
        coverage=assigned / len(homes),
        engine=context.engine.name,
    )


def member_of(placed: PlacedInsight) -> Member:
    """A stored insight as a member of a theme."""
    return Member(
        placed.insight,
        channel=placed.channel,
        product=placed.product,
        segment=placed.segment,
        created_at=placed.created_at,
        customer_id=placed.customer_id if placed.person == placed.customer_id else None,
        near_duplicate_of=placed.near_duplicate_of,
        person=placed.person,
        context=placed.context,
    )
