"""The same need in many records: groups insights into themes that keep their identity from run to run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.domain.engine import Engine
from assistant.domain.themes import Theme, ThemeMaterial
from assistant.domain.vocabulary import by_model
from assistant.insight.checking import at_the_doors, judge, said_to, to_judge
from assistant.insight.decisions import honoured
from assistant.insight.features import Embed
from assistant.insight.grouping import Grouping, grouping
from assistant.insight.groups import Group, identified, known_by_matching, lineage, with_placed, with_taken, without
from assistant.insight.matching import match
from assistant.insight.members import KnownTheme, Member, count_customers, count_records, tally
from assistant.insight.misfits import misplaced
from assistant.insight.naming import distinct_titles, give_names
from assistant.insight.portrait import Words, at_edge, beside, keywords, portray
from assistant.insight.rungs import deep_category_of, standing_of
from assistant.insight.staying import stayed
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
    """Reason → themes that bear the fallback's words, or of which nobody at the edge could be judged."""
    misfits: Mapping[str, frozenset[str]]
    """Theme id → insights that are out of it because the engine said so; no theme without any."""
    taken: Mapping[str, frozenset[str]]
    """Theme id → insights that fitted no group and are in it because the engine said so; no theme without any."""

    @property
    def coverage(self) -> float:
        """Share of insights that are in a theme."""
        return len(self.assignment) / max(1, len(self.assignment) + len(self.unassigned))


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
    matching = match(decided.free, [known_by_matching(known) for known in previous])
    recognised = identified(decided.free, matching, previous)
    groups = with_placed(stayed(recognised, members, found, previous), decided, previous)
    loose = _outside(groups, members)
    groups = [item if _needs_words(item, engine) else _as_judged_before(item, loose, len(members)) for item in groups]
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
    drafts = [replace(draft, theme=theme) for draft, theme in zip(drafts, titled, strict=True)]
    groups, unjudged = _judged(groups, drafts, renamed, found, _outside(groups, members), engine)
    materials = {
        item.id: _counted_again(item, draft, own) for item, draft, own in zip(groups, drafts, telling, strict=True)
    }
    materials = _with_weak_signals(groups, materials, len(members), last_day(members))
    themes = sorted((m.theme for m in materials.values()), key=lambda theme: (-theme.customers, theme.id))
    assignment = {member.insight.id: item.id for item in groups for member in item.members}
    alive = frozenset(item.id for item in groups)
    split, merged = lineage(recognised, matching, previous, alive)
    return ThemesResult(
        themes=tuple(themes),
        assignment=assignment,
        unassigned=tuple(sorted(m.insight.id for m in members if m.insight.id not in assignment)),
        materials=materials,
        new=sum(item.known is None for item in groups) - len(split),
        merged=merged,
        split=split,
        retired=tuple(known.theme.id for known in previous if known.theme.id not in alive),
        named=sum(renamed),
        failed=dict(Counter(named.failed) + Counter(unjudged)),
        misfits={item.id: item.misfits for item in groups if item.misfits},
        taken={item.id: item.taken for item in groups if item.taken},
    )


def _with_weak_signals(
    groups: Sequence[Group], materials: Mapping[str, ThemeMaterial], read: int, last: str | None
) -> dict[str, ThemeMaterial]:
    return {
        item.id: replace(
            materials[item.id],
            theme=replace(materials[item.id].theme, weak_signal=is_weak_signal(item.members, read, last)),
        )
        for item in groups
    }


def _outside(groups: Sequence[Group], members: Sequence[Member]) -> dict[str, Member]:
    """Insight id → member, of those in no group."""
    inside = {member.insight.id for item in groups for member in item.members}
    return {m.insight.id: m for m in members if m.insight.id not in inside}


def _as_judged_before(item: Group, loose: Mapping[str, Member], read: int) -> Group:
    """A theme that keeps its words keeps what was judged by them."""
    if item.known is None:
        return item
    return without(with_taken(replace(item, taken=item.known.taken), loose), item.known.misfits, read)


def _judged(
    groups: Sequence[Group],
    drafts: Sequence[ThemeMaterial],
    renamed: Sequence[bool],
    found: Grouping,
    loose: Mapping[str, Member],
    engine: Engine,
) -> tuple[list[Group], Mapping[str, int]]:
    """The groups after the engine judged who came since they were named and who stands at their doors."""
    homes = {member.insight.id: item.id for item in groups for member in item.members}
    at_door = at_the_doors([loose[one] for one in sorted(loose)], found.doors, homes)
    asked = [
        to_judge(replace(draft, neighbours=near), _doubted(item, new, at_door.get(item.id, ())), found.margins)
        for item, draft, new, near in zip(groups, drafts, renamed, beside(drafts), strict=True)
    ]
    said = judge(asked, engine)
    kept = []
    for item, belongs in zip(groups, said.belongs, strict=True):
        out = said_to(belongs, False, belongs)
        let_in = replace(item, taken=item.taken | said_to(belongs, True, loose))
        kept.append(without(with_taken(let_in, loose), out, len(homes) + len(loose)) if belongs else item)
    return kept, said.failed


def _doubted(item: Group, new: bool, at_door: Sequence[Member]) -> list[Member]:
    """Who joined a theme that keeps its words, and who might; nobody of a theme whose membership people closed."""
    known = item.known
    if known is not None and known.locked:
        return []
    before = known.insights | known.held | item.taken if known else frozenset[str]()
    joined = [] if new else [m for m in item.members if m.insight.id not in before]
    return [*joined, *(m for m in at_door if m.insight.id not in item.misfits)]


def _thinned(
    groups: Sequence[Group],
    drafts: Sequence[ThemeMaterial],
    renamed: Sequence[bool],
    misfits: Sequence[tuple[int, ...]],
    read: int,
) -> list[Group]:
    """The groups without what the engine called misfits of those it named now, in the same order."""
    called = iter(misfits)
    return [
        without(item, misplaced(draft, next(called)), read) if wanted else item
        for item, draft, wanted in zip(groups, drafts, renamed, strict=True)
    ]


def _needs_words(item: Group, engine: Engine) -> bool:
    if item.known is None:
        return True
    if item.known.pinned or item.known.renew:
        return item.known.renew
    return item.changed > RENAMED or (item.known.theme.engine == "rules" and by_model(engine.name))


def _material(item: Group, telling: tuple[str, ...]) -> ThemeMaterial:
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
    if item.known is not None and not item.known.renew:
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
    if item.known is None or item.known.renew:
        first = material.voices[0]
        provisional = replace(counted, surface=first.surface, secondary=first.secondary, deep=first.deep)
        material = replace(material, theme=provisional)
    return material


def _counted_again(item: Group, named: ThemeMaterial, telling: tuple[str, ...]) -> ThemeMaterial:
    """The named material with the counts and voices of those that stayed."""
    if not item.misfits and not item.taken:
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
