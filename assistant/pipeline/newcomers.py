"""A few new insights in a large corpus: they join the themes there are or found new ones, and what was grouped when is known."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.domain.receipts import ThemesReceipt
from assistant.domain.themes import Theme, ThemeMaterial
from assistant.insight.checking import judge, said_to, to_judge
from assistant.insight.features import Embed
from assistant.insight.founding import Around, Founded, founded
from assistant.insight.hierarchy import adopted
from assistant.insight.members import Member, tally
from assistant.insight.newcomers import FROM, SHOWN, Joined, grown_strange, join, may_join
from assistant.insight.portrait import sketch
from assistant.pipeline.context import Context
from assistant.records.placement_store import PlacedInsight

_BASE = "themes_grouped"
_CREATED_AT = 4
"""Of a row of homes."""
Homes = Sequence[tuple[str | None, ...]]
"""See `ThemeStore.insight_homes`."""


Event = tuple[str, str, dict[str, object]]
"""(theme id, what happened to it, detail)."""


def note_grouped(
    context: Context, made_by: str, insights: int, unassigned: Sequence[str], waiting: Sequence[str] = ()
) -> None:
    """Remember that so many insights were grouped together, which of all fit nowhere, and who of them came since."""
    receipt = {"insights": insights, "unassigned": list(unassigned), "waiting": list(waiting)}
    context.store.save_stage(_BASE, made_by, receipt)


def join_newcomers(context: Context, homes: Homes, made_by: str, least: int = FROM) -> ThemesReceipt | None:
    """Put what came since the last run into the themes there are; None where everything is to be grouped anew.

    In a corpus of fewer than `least` insights it always is. Strangers that tell of one need found a theme of their own,
    those of earlier runs among them; nobody who has a theme moves.
    """
    store = context.store
    base = store.stage_receipt(_BASE, made_by)
    if base is None:
        return None
    strangers = set(base["unassigned"])
    new = [str(row[0]) for row in homes if row[1] is None and row[0] not in strangers]
    if not new or not may_join(len(homes), len(new), base["insights"], least):
        return None
    decided = store.theme_decisions()
    if any(insight_id in own.held for own in decided.values() for insight_id in new):
        return None
    themes = {theme.id: theme for theme in store.themes()}
    inside = _inside(homes, {theme.id for theme in themes.values() if not theme.locked})
    before = [str(row[0]) for row in homes if row[1] is None and row[0] in set(base.get("waiting", ()))]
    placed = store.placed_insights([*(one for own in inside.values() for one in own), *before, *new])
    members = {one.insight.id: member_of(one) for one in placed}
    known = {theme_id: [members[one] for one in own] for theme_id, own in inside.items()}
    embed = context.embedder_for({one.person for one in placed})
    waiting, newcomers = [members[one] for one in before], [members[one] for one in new]
    found = join(newcomers, known, embed, len(homes), waiting)
    if grown_strange(found, waiting, len(homes)):
        return None
    checked = _checked(context, {theme_id: themes[theme_id] for theme_id in inside}, found, members, known)
    more = _adopted(_founded(context, found, known, homes), themes, known, embed)
    assignment = {**checked.assignment, **more.assignment}
    store.add_themes(
        [m.theme for m in more.materials], {m.theme.id: [v.insight_id for v in m.voices] for m in more.materials}
    )
    events = [(m.theme.id, "founded", {"title": m.theme.title}) for m in more.materials]
    store.join_themes(assignment, [*checked.events, *events])
    left = {str(row[0]) for row in homes if row[1] is None} - set(assignment)
    note_grouped(context, made_by, base["insights"], sorted(left), sorted(left & {*before, *new}))
    assigned = sum(row[1] is not None for row in homes) + len(assignment)
    return ThemesReceipt(
        themes=len(themes) + len(more.materials),
        assigned=assigned,
        unassigned=len(homes) - assigned,
        new=len(more.materials),
        coverage=assigned / len(homes),
        engine=context.engine.name,
        failed=dict(Counter(checked.failed) + Counter(more.failed)),
    )


def _inside(homes: Homes, open_themes: Collection[str]) -> dict[str, list[str]]:
    """Theme id → the members it is known by, evenly over all it has."""
    inside: dict[str, list[str]] = defaultdict(list)
    for row in homes:
        if row[1] in open_themes:
            inside[str(row[1])].append(str(row[0]))
    return {theme_id: own[:: max(1, len(own) // SHOWN)][:SHOWN] for theme_id, own in inside.items()}


def _founded(context: Context, found: Joined, known: Mapping[str, Sequence[Member]], homes: Homes) -> Founded:
    titles = {theme.id: theme.title for theme in context.store.themes()}
    days = [str(row[_CREATED_AT])[:10] for row in homes if row[_CREATED_AT]]
    around = Around(known, titles, found.nearest, len(homes), max(days, default=None))
    return founded(found.founded, around, context.words, context.engine, context.rules)


def _adopted(
    more: Founded, themes: Mapping[str, Theme], known: Mapping[str, Sequence[Member]], embed: Embed
) -> Founded:
    """The founded themes under the parents that take them in."""
    if not more.materials:
        return more
    settled = [sketch(themes[one], own) for one, own in known.items()]
    parents = adopted(more.materials, settled, embed)
    named = (replace(m, theme=replace(m.theme, parent_id=parents.get(m.theme.id))) for m in more.materials)
    return replace(more, materials=tuple(named))


@dataclass(frozen=True, slots=True)
class _Checked:
    assignment: Mapping[str, str]
    events: Sequence[Event]
    failed: Mapping[str, int]


def _checked(
    context: Context,
    themes: Mapping[str, Theme],
    found: Joined,
    members: Mapping[str, Member],
    known: Mapping[str, Sequence[Member]],
) -> _Checked:
    """Where newcomers go after an engine that can judge them did, by the definition of the theme they would join.

    Who founds a theme is not asked about."""
    founders = {member.insight.id for own in found.founded for member in own}
    doubted: dict[str, list[Member]] = defaultdict(list)
    for insight_id in (one for one in (*found.assignment, *found.left) if one not in founders):
        home = found.assignment.get(insight_id) or found.nearest.get(insight_id, "")
        if home in themes:
            doubted[home].append(members[insight_id])
    ids = sorted(doubted)
    asked = [
        to_judge(
            _material(themes[one], known[one], _beside(doubted[one], found, themes, one)), doubted[one], found.margins
        )
        for one in ids
    ]
    said = judge(asked, context.engine)
    assignment = dict(found.assignment)
    out, taken = context.store.theme_misfits(), context.store.theme_taken()
    events: list[Event] = []
    for one, belongs in zip(ids, said.belongs, strict=True):
        refused, let_in = said_to(belongs, False, belongs), said_to(belongs, True, found.left)
        for insight_id in refused:
            assignment.pop(insight_id, None)
        assignment |= dict.fromkeys(let_in, one)
        for kind, more, before in (("misfits", refused, out), ("taken_in", let_in, taken)):
            if more:
                events.append((one, kind, {"insights": sorted(more | before.get(one, frozenset()))}))
    return _Checked(assignment, events, said.failed)


def _beside(doubted: Sequence[Member], found: Joined, themes: Mapping[str, Theme], home: str) -> tuple[str, ...]:
    """Titles of the themes that the doubted might belong to instead."""
    near = [found.nearest.get(member.insight.id, "") for member in doubted]
    return tuple(dict.fromkeys(themes[one].title for one in near if one in themes and one != home))


def _material(theme: Theme, own: Sequence[Member], neighbours: tuple[str, ...]) -> ThemeMaterial:
    mood = next((value for value, _ in tally(own, lambda member: member.insight.sentiment)), "negative")
    return ThemeMaterial(theme, (), (), (), (), (), sentiment=mood, neighbours=neighbours)


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
