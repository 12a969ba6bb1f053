"""Which insights that came lately join a known theme, without grouping everything anew; and when that no longer does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.insight.borderline import doubtful, grouped, standing
from assistant.insight.clustering import Labels
from assistant.insight.features import Embed, Spaces, spaces
from assistant.insight.grouping import Block, block_of, fewest
from assistant.insight.members import Member, count_customers

FROM = 5_000
"""Insights from which newcomers are joined to themes; fewer are grouped anew each time, which costs seconds."""
AT_ONCE = 0.05
"""Newcomers, as part of all insights, above which everything is grouped anew …"""
DRIFT = 0.20
"""… as it is when the corpus has grown or shrunk by so much since it was last grouped."""
SHOWN = 40
"""Members by which a theme is known to newcomers."""
_LOWEST = 10.0
"""Percentile of a theme's own members that a newcomer must reach in likeness."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Where newcomers went; each is in one of the two."""

    assignment: Mapping[str, str]
    """Insight id → theme id."""
    left: tuple[str, ...]
    """Insights that fit no theme."""
    unheard: bool
    """Whether so many of those who are left tell one need that it is worth a theme: then everything is to be grouped anew.
    A few grave voices wait for that: among strangers, who are all alike in nothing, three of them are chance."""


def may_join(now: int, newcomers: int, at_last: int, least: int = FROM) -> bool:
    """Whether newcomers may join the themes there are: many insights, few new ones, and little drift.

    Args:
        now: insights there are.
        newcomers: those among them that were never placed.
        at_last: insights there were when all were last grouped.
        least: insights from which it is worth it.
    """
    return now >= least and newcomers <= AT_ONCE * now and abs(now - at_last) <= DRIFT * at_last


def join(newcomers: Sequence[Member], known: Mapping[str, Sequence[Member]], embed: Embed, read: int) -> Joined:
    """Put newcomers into the theme they are most like, where they are as like it as its own members are.

    What holds a member in a theme when all are grouped (`borderline.doubtful`) holds for newcomers too; dealers,
    service providers and users, praise and the rest are not mixed.

    Args:
        known: theme id → some of its members, `SHOWN` are enough; themes without any take nobody in.
        read: insights there are in all.
    """
    shown = [(theme_id, member) for theme_id, own in sorted(known.items()) for member in own]
    arrived = sorted(newcomers, key=lambda member: member.insight.id)
    everyone = [member for _, member in shown] + arrived
    if not everyone:
        return Joined({}, (), False)
    seen = spaces(everyone, embed)
    themes = sorted(known)
    number = {theme_id: at for at, theme_id in enumerate(themes)}
    labels = np.array([number[theme_id] for theme_id, _ in shown] + [-1] * len(arrived), np.int64)
    blocks: dict[Block, list[int]] = {}
    for at, member in enumerate(everyone):
        blocks.setdefault(block_of(member), []).append(at)
    assignment: dict[str, str] = {}
    unheard = False
    for _, indices in sorted(blocks.items()):
        rows = np.array(indices)
        placed = _placed(seen.of(rows), labels[rows])
        new = rows >= len(shown)
        assignment |= {
            everyone[at].insight.id: themes[label]
            for at, label in zip(rows[new].tolist(), placed[new].tolist(), strict=True)
            if label >= 0
        }
        strangers = rows[new & (placed < 0)]
        unheard |= _tell_of_something([everyone[at] for at in strangers], seen.of(strangers), read)
    left = tuple(m.insight.id for m in arrived if m.insight.id not in assignment)
    return Joined(assignment, left, unheard)


def _placed(seen: Spaces, labels: Labels) -> Labels:
    """The labels with newcomers (-1) in the nearest theme that would hold them."""
    where = standing(seen.joint, labels)
    lowest = {
        int(label): float(np.percentile(where.own[labels == label], _LOWEST))
        for label in np.unique(labels[labels >= 0])
    }
    fits = [
        old < 0 and other >= lowest.get(near, 1.0)
        for old, other, near in zip(labels.tolist(), where.other.tolist(), where.nearest.tolist(), strict=True)
    ]
    tried = np.where(fits, where.nearest, labels)
    refused = doubtful(seen, tried) & (labels < 0)
    tried[refused] = -1
    return tried


def _tell_of_something(left: Sequence[Member], seen: Spaces, read: int) -> bool:
    if len(left) < 2:
        return False
    labels = grouped(seen)
    groups = [
        [m for m, own in zip(left, labels, strict=True) if own == label] for label in np.unique(labels[labels >= 0])
    ]
    return any(count_customers(found) >= fewest(read) for found in groups)
