"""Which new group is which known theme: themes keep their id while they keep a fair part of their members."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.insight.members import KnownTheme, Member

KEPT = 0.3
"""Part of the members (of both together, or of the known theme) a group must share with a theme to be that theme."""
_SPLIT = 0.5


@dataclass(frozen=True, slots=True)
class Matching:
    """What became of the known themes: group → known theme, how far it changed, and what was split or merged."""

    known: tuple[int | None, ...]
    """For each group the index of the known theme it is, or None for a new one."""
    changed: tuple[float, ...]
    """For each group ``1 - |shared| / |either|`` against that theme; 1 for a new one."""
    split: Mapping[int, int]
    """New group → the known theme that lives on elsewhere, out of which most of its known members came."""
    merged: Mapping[int, int]
    """Known theme that lives on no more → the group, another theme, into which most of its members went."""


def match(groups: Sequence[Sequence[Member]], known: Sequence[KnownTheme]) -> Matching:
    """Match groups to known themes one to one, so that together they share as many members as can be.

    Members are known again by insight id; where not one is (everything was read anew), by record.
    """
    if not groups or not known:
        return Matching((None,) * len(groups), (1.0,) * len(groups), {}, {})
    from scipy.optimize import linear_sum_assignment  # slow vendor

    now, before = _keys(groups, known)
    everyone = frozenset().union(*now)
    present = [theme & everyone for theme in before]
    shared = np.array([[len(group & theme) for theme in present] for group in now], np.float64)
    either = np.array([[len(group | theme) for theme in present] for group in now], np.float64)
    jaccard = shared / np.maximum(either, 1)
    contained = shared / np.maximum(np.array([len(theme) for theme in present]), 1)
    alike = np.where((jaccard >= KEPT) | (contained >= KEPT), jaccard + 0.01 * contained, 0.0)
    rows, columns = linear_sum_assignment(alike, maximize=True)
    pairs = {int(r): int(c) for r, c in zip(rows, columns, strict=True) if alike[r, c] > 0}
    matched = tuple(pairs.get(group) for group in range(len(groups)))
    changed = tuple(1.0 if theme is None else 1 - float(jaccard[g, theme]) for g, theme in enumerate(matched))
    taken = set(pairs.values())
    split = {
        group: max(taken, key=lambda t: (shared[group, t], -t))
        for group, theme in enumerate(matched)
        if theme is None and any(shared[group, t] >= _SPLIT * len(now[group]) for t in taken)
    }
    merged = {
        t: max(pairs, key=lambda g: (shared[g, t], -g))
        for t in range(len(known))
        if t not in taken and present[t] and any(shared[g, t] >= _SPLIT * len(present[t]) for g in pairs)
    }
    return Matching(matched, changed, split, merged)


def _keys(
    groups: Sequence[Sequence[Member]], known: Sequence[KnownTheme]
) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    now = [frozenset(member.insight.id for member in group) for group in groups]
    before = [theme.insights for theme in known]
    if frozenset().union(*now) & frozenset().union(*before):
        return now, before
    return [frozenset(member.insight.record_id for member in group) for group in groups], [t.records for t in known]
