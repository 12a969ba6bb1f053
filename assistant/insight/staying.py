"""Who stays where he was when everything is grouped anew: all but those who are clearly nearer to another theme."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assistant.insight.borderline import standing
from assistant.insight.clustering import Labels, sums
from assistant.insight.features import Vectors
from assistant.insight.grouping import Block, Grouping, block_of, enough
from assistant.insight.groups import Group, known_by_matching
from assistant.insight.members import KnownTheme, Member

STAY = 0.05
"""By so much (mean cosine) another group must be more like a member than its old theme was, for it to move."""
SPLIT = 0.10
"""By so much the members of either part must be more like each other than like the other part's, for a theme to split, as
strangers must be apart from every theme to found one (`newcomers.APART`) …"""
MERGED = 0.02
"""… and by so little for two themes to become one. Between the two everything stays as it was: where a border runs between
needs that share much is chance; a reader sees it only when it shifts."""


def stayed(
    groups: Sequence[Group], members: Sequence[Member], found: Grouping, previous: Sequence[KnownTheme]
) -> list[Group]:
    """The recognised groups with old members back in the themes they were in, and swallowed themes that should live on.

    A theme takes back only members of its own block (`block_of`), and only those that are now in another group: who fits
    nowhere any more is let go. A new group that is left with too few for a theme gives the rest back too. A part of a
    theme that is not apart from the rest of it goes back whole, newcomers with it.

    Args:
        groups: each with a known theme, or new.
        members: every insight there is.
        previous: the themes as they stand.
    """
    by_row = {found.rows[m.insight.id]: m for m in members}
    gone = [k for k in previous if k.theme.id not in {item.id for item in groups} and not k.locked]
    every = [*groups, *(Group(k.theme.id, (), k, 0.0) for k in gone)]
    old = _labels(found, [known_by_matching(item.known).insights if item.known else () for item in every])
    now = _labels(found, [[m.insight.id for m in item.members] for item in every])
    blocks = _blocks(old, by_row, len(every))
    for at in range(len(groups)):
        if groups[at].known is None and (whole := _split_off(found.joint, old, now, at)) is not None:
            part = np.flatnonzero(now == at)
            now[part] = whole if blocks[whole] == block_of(by_row[int(part[0])]) else at
    moved = np.flatnonzero((now >= 0) & (old >= 0) & (now != old))
    if not len(moved):
        return _settled(every, now, old, by_row, len(members))
    gain = standing(found.joint, now).own[moved] - _to_old(found.joint, old, moved)
    lives = {int(at) for at in np.unique(old[moved]) if at >= len(groups) and _lives(found.joint, old, now, int(at))}
    for row, more in zip(moved.tolist(), gain.tolist(), strict=True):
        home = int(old[row])
        if more < STAY and (home < len(groups) or home in lives) and blocks[home] == block_of(by_row[row]):
            now[row] = home
    return _settled(every, now, old, by_row, len(members))


def _blocks(old: Labels, by_row: Mapping[int, Member], themes: int) -> list[Block | None]:
    """The block of each theme, None of one without a member."""
    first = {int(at): int(row) for at, row in zip(*np.unique(old, return_index=True), strict=True)}
    return [block_of(by_row[first[at]]) if at in first else None for at in range(themes)]


def _split_off(vectors: Vectors, old: Labels, now: Labels, at: int) -> int | None:
    """The theme out of which most of a new group came and from whose other members it is not apart."""
    part = np.flatnonzero(now == at)
    known = old[part][old[part] >= 0]
    if not len(part) or 2 * len(known) < len(part):
        return None
    whole = int(np.bincount(known).argmax())
    rest = np.flatnonzero((old == whole) & (now == whole))
    return whole if len(rest) and apart(vectors, part, rest) < SPLIT else None


def _lives(vectors: Vectors, old: Labels, now: Labels, theme: int) -> bool:
    """Whether a swallowed theme is still one beside the others of the group that has most of it."""
    own = np.flatnonzero((old == theme) & (now >= 0))
    host = int(np.bincount(now[own]).argmax())
    others = np.flatnonzero((now == host) & (old != theme))
    return bool(len(others)) and apart(vectors, own, others) >= MERGED


def apart(vectors: Vectors, one: Labels, other: Labels) -> float:
    """How much more the rows of either are like each other than like the other's, by the looser of the two: mean cosines.

    A single row is as like itself as can be.
    """
    first, second = (vectors[rows].sum(axis=0, dtype=np.float64) for rows in (one, other))
    across = float(first @ second) / (len(one) * len(other))
    return min(_within(first, len(one)), _within(second, len(other))) - across


def _within(total: NDArray[np.float64], n: int) -> float:
    return float(total @ total - n) / (n * (n - 1)) if n > 1 else 1.0


def _labels(found: Grouping, groups: Sequence[Sequence[str] | frozenset[str]]) -> Labels:
    labels = np.full(len(found.rows), -1, np.int64)
    for at, own in enumerate(groups):
        labels[[found.rows[one] for one in own if one in found.rows]] = at
    return labels


def _to_old(vectors: NDArray[np.float32], old: Labels, rows: Labels) -> NDArray[np.float64]:
    """Mean cosine of each row to the other members of its old theme; -1 where it was the only one."""
    total = sums(vectors, old)
    others = np.bincount(old[old >= 0])[old[rows]] - 1
    alike = np.einsum("ij,ij->i", vectors[rows].astype(np.float64), total[old[rows]]) - 1
    return np.where(others > 0, alike / np.maximum(1, others), -1.0)


def _settled(
    groups: Sequence[Group], labels: Labels, old: Labels, by_row: Mapping[int, Member], read: int
) -> list[Group]:
    inside = _members_of(labels, by_row)
    for at, item in enumerate(groups):
        if item.known is None and at in inside and not enough(inside[at], read):
            rows = np.flatnonzero(labels == at)
            labels[rows] = old[rows]
    inside = _members_of(labels, by_row)
    return [_as_now(item, inside[at]) for at, item in enumerate(groups) if at in inside]


def _members_of(labels: Labels, by_row: Mapping[int, Member]) -> dict[int, list[Member]]:
    inside: dict[int, list[Member]] = {}
    for row, at in enumerate(labels.tolist()):
        if at >= 0:
            inside.setdefault(at, []).append(by_row[row])
    return inside


def _as_now(item: Group, members: Sequence[Member]) -> Group:
    """The group with these members, and its change counted again where they are known by their ids."""
    own = tuple(sorted(members, key=lambda member: member.insight.id))
    before = known_by_matching(item.known).insights if item.known else frozenset[str]()
    now = frozenset(member.insight.id for member in own)
    changed = 1 - len(now & before) / len(now | before) if now & before else item.changed
    return replace(item, members=own, changed=changed)
