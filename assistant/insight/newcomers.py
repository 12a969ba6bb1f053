"""Which insights that came lately join a known theme or found one, without grouping everything anew; and when that no longer does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.insight.borderline import doubtful, standing
from assistant.insight.clustering import Labels, centres, gathered, reaches, sums, typical_distance
from assistant.insight.features import Embed, Spaces, Vectors, spaces
from assistant.insight.grouping import Block, block_of, fewest
from assistant.insight.members import Member, count_customers

FROM = 5_000
"""Insights from which newcomers are joined to themes; fewer are grouped anew each time, which costs seconds."""
AT_ONCE = 0.10
"""Newcomers, as part of all insights, above which everything is grouped anew …"""
DRIFT = 0.20
"""… as it is when the corpus has grown or shrunk by so much since it was last grouped."""
SHOWN = 40
"""Members by which a theme is known to newcomers."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Where newcomers went; each is in one of the two."""

    assignment: Mapping[str, str]
    """Insight id → theme id."""
    left: tuple[str, ...]
    """Insights that fit no theme."""
    margins: Mapping[str, float]
    """Insight id → how much more like its theme than the next one a newcomer is; of who is left, less than nothing."""
    nearest: Mapping[str, str]
    """Insight id → the theme it is next most like, of who is left the one it is most like."""
    founded: tuple[tuple[Member, ...], ...] = ()
    """Of those left, now or before, who tell one need that no theme is about, each group large enough for a theme.
    A few grave voices wait until everything is grouped: among strangers, who are all alike in nothing, three of them are
    chance."""


def may_join(now: int, newcomers: int, at_last: int, least: int = FROM) -> bool:
    """Whether newcomers may join the themes there are: many insights, few new ones, and little drift.

    Args:
        now: insights there are.
        newcomers: those among them that were never placed.
        at_last: insights there were when all were last grouped.
        least: insights from which it is worth it.
    """
    return now >= least and newcomers <= AT_ONCE * now and abs(now - at_last) <= DRIFT * at_last


def join(
    newcomers: Sequence[Member],
    known: Mapping[str, Sequence[Member]],
    embed: Embed,
    read: int,
    waiting: Sequence[Member] = (),
) -> Joined:
    """Put newcomers into the theme they are most like, where they are as like it as its own members are.

    What holds a member in a theme when all are grouped (`reaches`, `doubtful`) holds for newcomers too; dealers,
    service providers and users, praise and the rest are not mixed. Strangers that are as close to each other as the
    members of a theme are, and as a group to no theme, found one.

    Args:
        known: theme id → some of its members, `SHOWN` are enough; themes without any take nobody in.
        read: insights there are in all.
        waiting: who came before and fitted nowhere: they join none, and may found one.
    """
    shown = [(theme_id, member) for theme_id, own in sorted(known.items()) for member in own]
    before = sorted(waiting, key=lambda member: member.insight.id)
    arrived = sorted(newcomers, key=lambda member: member.insight.id)
    everyone = [*(member for _, member in shown), *before, *arrived]
    if not arrived:
        return Joined({}, (), {}, {})
    seen = spaces(everyone, embed)
    themes = sorted(known)
    number = {theme_id: at for at, theme_id in enumerate(themes)}
    homes = np.array([number[theme_id] for theme_id, _ in shown] + [-1] * (len(before) + len(arrived)), np.int64)
    blocks: dict[Block, list[int]] = {}
    for at, member in enumerate(everyone):
        blocks.setdefault(block_of(member), []).append(at)
    assignment: dict[str, str] = {}
    margins: dict[str, float] = {}
    nearest: dict[str, str] = {}
    founded: list[tuple[Member, ...]] = []
    for _, indices in sorted(blocks.items()):
        rows = np.array(indices)
        new = rows >= len(shown) + len(before)
        placed = _placed(seen.of(rows), homes[rows], new)
        where = standing(seen.of(rows).joint, placed)
        for at, margin, near, alike in zip(
            rows[new], where.margin[new], where.nearest[new], where.other[new], strict=True
        ):
            margins[everyone[at].insight.id] = float(margin)
            if alike > 0:
                nearest[everyone[at].insight.id] = themes[near]
        assignment |= {
            everyone[at].insight.id: themes[label]
            for at, label in zip(rows[new].tolist(), placed[new].tolist(), strict=True)
            if label >= 0
        }
        groups = _apart(seen.joint[rows], placed)
        founded += [tuple(everyone[rows[at]] for at in group) for group in groups]
    left = tuple(m.insight.id for m in arrived if m.insight.id not in assignment)
    worth = tuple(group for group in founded if count_customers(group) >= fewest(read))
    return Joined(assignment, left, margins, nearest, worth)


def _placed(seen: Spaces, labels: Labels, new: NDArray[np.bool_]) -> Labels:
    """The labels with newcomers in the nearest theme that would hold them."""
    middles = centres(seen.joint, labels)
    if not len(middles):
        return labels
    nearest = standing(seen.joint, labels).nearest
    tried = np.where(new, nearest, labels)
    nearness = (seen.joint * middles[tried]).sum(axis=1)
    strays = nearness < reaches(nearness, labels)[tried]
    refused = new & (strays | doubtful(seen, np.where(strays & new, -1, tried)))
    tried[refused] = -1
    return tried


def _apart(vectors: Vectors, labels: Labels) -> list[list[int]]:
    """Groups of those in no theme that are within the distance at which members of a theme stand, and from every theme,
    as a whole, beyond it: joined step by step by their mean distance, they would never have come to it."""
    distance = typical_distance(vectors, labels)
    themes = int(labels.max(initial=-1)) + 1
    with_new = gathered(vectors, labels, distance)
    total = sums(vectors, with_new)
    sizes = np.maximum(1, np.bincount(with_new[with_new >= 0], minlength=len(total)))
    middles = total / sizes[:, None]
    far = (middles[themes:] @ middles[:themes].T).max(axis=1, initial=-1.0) < 1 - distance
    return [np.flatnonzero(with_new == themes + at).tolist() for at in np.flatnonzero(far)]
