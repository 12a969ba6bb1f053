"""A found group on its way to be a theme: who it is, whom it holds, and who was taken out of it or in."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.insight.decisions import Honoured
from assistant.insight.matching import Matching
from assistant.insight.members import KnownTheme, Member
from assistant.insight.misfits import remaining


@dataclass(frozen=True, slots=True)
class Group:
    """Members under a theme's id."""

    id: str
    members: tuple[Member, ...]
    known: KnownTheme | None
    changed: float
    """Part of the members that are other ones than the known theme had; 1 for a new one."""
    misfits: frozenset[str] = frozenset()
    """Insights that were taken out of the members."""
    taken: frozenset[str] = frozenset()
    """Insights that clustering left in no group and that were judged to belong here."""


def identified(free: Sequence[Sequence[Member]], matching: Matching, previous: Sequence[KnownTheme]) -> list[Group]:
    """The groups with the ids of the themes they are, in the same order."""
    return [
        Group(
            new_id(own) if known is None else previous[known].theme.id,
            tuple(own),
            None if known is None else previous[known],
            changed,
        )
        for own, known, changed in zip(free, matching.known, matching.changed, strict=True)
    ]


def lineage(
    groups: Sequence[Group], matching: Matching, previous: Sequence[KnownTheme], alive: frozenset[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """(new theme → known one it was split off, known theme that is no more → the one it went into), by id.

    Args:
        groups: those that `matching` speaks of.
    """
    split = {groups[group].id: previous[theme].theme.id for group, theme in matching.split.items()}
    merged = {previous[theme].theme.id: groups[group].id for theme, group in matching.merged.items()}
    return (
        {part: whole for part, whole in split.items() if part in alive},
        {theme: into for theme, into in merged.items() if theme not in alive and into in alive},
    )


def new_id(members: Sequence[Member]) -> str:
    """``th_`` and 12 hex digits over the insights that founded the theme."""
    founders = "\0".join(sorted(member.insight.id for member in members))
    return "th_" + hashlib.sha256(founders.encode()).hexdigest()[:12]


def known_by_matching(known: KnownTheme) -> KnownTheme:
    """What a group is compared with: the members that clustering is free to place."""
    if known.locked:
        return replace(known, insights=frozenset(), records=frozenset())
    return replace(known, insights=(known.insights | known.misfits) - known.held - known.taken)


def with_placed(groups: Sequence[Group], decided: Honoured, previous: Sequence[KnownTheme]) -> list[Group]:
    """The groups with whom people placed in them; a theme that has nobody else is a group of its own."""
    left = dict(decided.placed)
    kept = [replace(item, members=together(item.members, left.pop(item.id, []))) for item in groups]
    known = {theme.theme.id: theme for theme in previous}
    kept += [Group(theme_id, tuple(own), known[theme_id], 0.0) for theme_id, own in sorted(left.items())]
    return [item for item in kept if item.members]


def together(members: Sequence[Member], more: Sequence[Member]) -> tuple[Member, ...]:
    """Both, by id."""
    return tuple(sorted((*members, *more), key=lambda member: member.insight.id))


def without(item: Group, out: frozenset[str], read: int) -> Group:
    """The group after misfits left it, as far as they may; those that left before are remembered."""
    rest = remaining(item.members, out, item.known.held if item.known else frozenset(), read) if out else item.members
    staying = {member.insight.id for member in rest}
    gone = frozenset(member.insight.id for member in item.members) - staying
    return replace(item, members=rest, misfits=gone | (out - staying) | item.misfits, taken=item.taken & staying)


def with_taken(item: Group, loose: Mapping[str, Member]) -> Group:
    """The group with those in no group that were judged to belong to it, now or before."""
    more = [loose[one] for one in sorted(item.taken) if one in loose]
    members = together(item.members, more)
    return replace(item, members=members, taken=item.taken & {member.insight.id for member in members})
