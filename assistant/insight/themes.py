"""The same need in many records: groups insights into themes that keep their identity from run to run."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.domain.engine import Engine
from assistant.domain.themes import Theme, ThemeMaterial
from assistant.insight.decisions import Honoured, honoured
from assistant.insight.features import Embed
from assistant.insight.grouping import grouping
from assistant.insight.matching import Matching, match
from assistant.insight.members import KnownTheme, Member, count_customers, count_records, tally
from assistant.insight.misfits import misplaced, remaining
from assistant.insight.naming import distinct_titles, give_names
from assistant.insight.portrait import Words, at_edge, beside, keywords, portray
from assistant.insight.rungs import deep_category_of, standing_of
from assistant.insight.weak import is_weak_signal, last_day

RENAMED = 0.3
"""Change of membership above which a theme is given new words."""


@dataclass(frozen=True, slots=True)
class ThemesResult:
    """The themes, largest first, and where each insight went; `assignment` and `unassigned` name each once."""

    themes: tuple[Theme, ...]
    assignment: Mapping[str, str]
    """Insight id → theme id."""
    unassigned: tuple[str, ...]
    materials: Mapping[str, ThemeMaterial]
    """Theme id → what an engine is shown of it."""
    new: int
    """Themes that nobody knew before (those split off are counted apart)."""
    merged: Mapping[str, str]
    """Known theme that is no more → the theme that most of its members went into."""
    split: Mapping[str, str]
    """New theme → the known one out of which it came."""
    retired: tuple[str, ...]
    """Known themes that are no more, merged ones among them."""
    named: int
    """Themes that were given new words in this run."""
    failed: Mapping[str, int]
    """Reason → themes that bear the fallback's words."""
    misfits: Mapping[str, frozenset[str]]
    """Theme id → insights that are out of it because the engine that named it said so; no theme without any."""

    @property
    def coverage(self) -> float:
        """Share of insights that are in a theme."""
        return len(self.assignment) / max(1, len(self.assignment) + len(self.unassigned))


@dataclass(frozen=True, slots=True)
class _Group:
    id: str
    members: tuple[Member, ...]
    known: KnownTheme | None
    changed: float
    misfits: frozenset[str] = frozenset()
    """Insights that were taken out of the members."""


def build_themes(
    members: Sequence[Member],
    embed: Embed,
    words: Words,
    engine: Engine,
    fallback: Engine,
    previous: Sequence[KnownTheme] = (),
) -> ThemesResult:
    """Group insights into themes, recognise known themes, and give words to new and much changed ones.

    The same members, embedder and previous themes give the same groups, in whatever order they come. The number
    of themes is found. Members that the engine calls misfits of the theme it named leave it (`misfits.py`), and it
    is counted again. Trends are not set here: they need the months of all that was read.

    Args:
        members: every insight there is, each once.
        embed: unit vectors of texts.
        words: a text's words, for keywords.
        engine: names themes; where it fails `fallback` does, and `failed` counts it.
        previous: themes as they stand; pinned words and held members are respected.
    """
    found = grouping(members, embed)
    decided = honoured(found.groups, members, previous)
    matching = match(decided.free, [_known_by_matching(known) for known in previous])
    groups = _with_placed(
        [
            _identified(tuple(own), None if known is None else previous[known], changed)
            for own, known, changed in zip(decided.free, matching.known, matching.changed, strict=True)
        ],
        decided,
        previous,
    )
    groups = [item if _needs_words(item, engine) else _without(item, _earlier(item), len(members)) for item in groups]
    groups.sort(key=lambda item: (-count_customers(item.members), item.id))
    telling = keywords([item.members for item in groups], words)
    drafts = [_material(item, own) for item, own in zip(groups, telling, strict=True)]
    drafts = [
        replace(draft, neighbours=near, edge=at_edge(item.members, draft, found.margins))
        for item, draft, near in zip(groups, drafts, beside(drafts), strict=True)
    ]
    renamed = [_needs_words(item, engine) for item in groups]
    named = give_names([draft for draft, wanted in zip(drafts, renamed, strict=True) if wanted], engine, fallback)
    titled = _titled(drafts, renamed, named.themes)
    groups = _thinned(groups, drafts, renamed, named.misfits, len(members))
    materials = {
        item.id: _counted_again(item, replace(draft, theme=theme), own)
        for item, draft, theme, own in zip(groups, drafts, titled, telling, strict=True)
    }
    materials = _with_weak_signals(groups, materials, len(members), last_day(members))
    themes = sorted((m.theme for m in materials.values()), key=lambda theme: (-theme.customers, theme.id))
    assignment = {member.insight.id: item.id for item in groups for member in item.members}
    alive = {item.id for item in groups}
    split, merged = _lineage(decided.free, matching, previous, alive)
    return ThemesResult(
        themes=tuple(themes),
        assignment=assignment,
        unassigned=tuple(sorted(m.insight.id for m in members if m.insight.id not in assignment)),
        materials=materials,
        new=sum(known is None for known in matching.known) - len(split),
        merged=merged,
        split=split,
        retired=tuple(known.theme.id for known in previous if known.theme.id not in alive),
        named=sum(renamed),
        failed=named.failed,
        misfits={item.id: item.misfits for item in groups if item.misfits},
    )


def _with_weak_signals(
    groups: Sequence[_Group], materials: Mapping[str, ThemeMaterial], read: int, last: str | None
) -> dict[str, ThemeMaterial]:
    return {
        item.id: replace(
            materials[item.id],
            theme=replace(materials[item.id].theme, weak_signal=is_weak_signal(item.members, read, last)),
        )
        for item in groups
    }


def _lineage(
    free: Sequence[Sequence[Member]], matching: Matching, previous: Sequence[KnownTheme], alive: Collection[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """(new theme → known one it was split off, known theme that is no more → the one it went into), by id."""
    ids = [
        _new_id(own) if known is None else previous[known].theme.id
        for own, known in zip(free, matching.known, strict=True)
    ]
    split = {ids[group]: previous[theme].theme.id for group, theme in matching.split.items()}
    merged = {previous[theme].theme.id: ids[group] for theme, group in matching.merged.items()}
    return split, {theme: into for theme, into in merged.items() if theme not in alive}


def _identified(members: tuple[Member, ...], known: KnownTheme | None, changed: float) -> _Group:
    return _Group(known.theme.id if known else _new_id(members), members, known, changed)


def _new_id(members: Sequence[Member]) -> str:
    """``th_`` and 12 hex digits over the insights that founded the theme."""
    founders = "\0".join(sorted(member.insight.id for member in members))
    return "th_" + hashlib.sha256(founders.encode()).hexdigest()[:12]


def _known_by_matching(known: KnownTheme) -> KnownTheme:
    """What a group is compared with: the members that clustering is free to place."""
    if known.locked:
        return replace(known, insights=frozenset(), records=frozenset())
    return replace(known, insights=(known.insights | known.misfits) - known.held)


def _with_placed(groups: Sequence[_Group], decided: Honoured, previous: Sequence[KnownTheme]) -> list[_Group]:
    """The groups with whom people placed in them; a theme that has nobody else is a group of its own."""
    left = dict(decided.placed)
    kept = [replace(item, members=_together(item.members, left.pop(item.id, []))) for item in groups]
    known = {theme.theme.id: theme for theme in previous}
    kept += [_Group(theme_id, tuple(own), known[theme_id], 0.0) for theme_id, own in sorted(left.items())]
    return [item for item in kept if item.members]


def _together(members: Sequence[Member], placed: Sequence[Member]) -> tuple[Member, ...]:
    return tuple(sorted((*members, *placed), key=lambda member: member.insight.id))


def _earlier(item: _Group) -> frozenset[str]:
    return item.known.misfits if item.known else frozenset()


def _thinned(
    groups: Sequence[_Group],
    drafts: Sequence[ThemeMaterial],
    renamed: Sequence[bool],
    misfits: Sequence[tuple[int, ...]],
    read: int,
) -> list[_Group]:
    """The groups without what the engine called misfits of those it named now, in the same order."""
    called = iter(misfits)
    return [
        _without(item, misplaced(draft, next(called)), read) if wanted else item
        for item, draft, wanted in zip(groups, drafts, renamed, strict=True)
    ]


def _without(item: _Group, out: frozenset[str], read: int) -> _Group:
    """The group after misfits left it, as far as they may."""
    rest = remaining(item.members, out, item.known.held if item.known else frozenset(), read) if out else item.members
    staying = {member.insight.id for member in rest}
    gone = frozenset(member.insight.id for member in item.members) - staying
    return replace(item, members=rest, misfits=gone | (out - staying))


def _needs_words(item: _Group, engine: Engine) -> bool:
    if item.known is None:
        return True
    if item.known.pinned:
        return False
    return item.changed > RENAMED or (item.known.theme.engine == "rules" and engine.name == "llm")


def _material(item: _Group, telling: tuple[str, ...]) -> ThemeMaterial:
    """Material with a provisional theme: known words, or those of the most telling voice."""
    category = deep_category_of(item.members)
    counted = Theme(
        id=item.id,
        title="·".join(telling[:2]),
        definition="",
        surface="",
        secondary="",
        deep="",
        standing=standing_of(item.members, category),
        deep_category=category,
        engine="rules",
        records=count_records(item.members),
        customers=count_customers(item.members),
    )
    if item.known is not None:
        old = item.known.theme
        counted = replace(
            old,
            standing=counted.standing,
            deep_category=old.deep_category if item.known.pinned else category,
            records=counted.records,
            customers=counted.customers,
        )
    votes = tally(item.members, lambda m: m.insight.deep_category)
    material = replace(portray(counted, item.members, telling), deep_categories=votes)
    if item.known is None:
        first = material.voices[0]
        provisional = replace(counted, surface=first.surface, secondary=first.secondary, deep=first.deep)
        material = replace(material, theme=provisional)
    return material


def _counted_again(item: _Group, named: ThemeMaterial, telling: tuple[str, ...]) -> ThemeMaterial:
    """The named material with the counts and voices of those that stayed."""
    if not item.misfits:
        return named
    stayed = _material(item, telling)
    counted, theme = stayed.theme, named.theme
    theme = replace(
        theme,
        standing=counted.standing,
        deep_category=counted.deep_category,
        records=counted.records,
        customers=counted.customers,
    )
    return replace(stayed, theme=theme)


def _titled(drafts: Sequence[ThemeMaterial], renamed: Sequence[bool], named: Sequence[Theme]) -> list[Theme]:
    """Every theme with its final words; titles given now differ from each other and from those kept."""
    kept = [draft.theme.title for draft, wanted in zip(drafts, renamed, strict=True) if not wanted]
    asked = [draft for draft, wanted in zip(drafts, renamed, strict=True) if wanted]
    titled = iter(distinct_titles([replace(d, theme=t) for d, t in zip(asked, named, strict=True)], kept))
    return [next(titled) if wanted else draft.theme for draft, wanted in zip(drafts, renamed, strict=True)]
