"""Which insights that came lately join a known theme or found one, without grouping everything anew; and when that no longer does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.insight.borderline import doubtful, grouped, standing
from assistant.insight.clustering import ONE_GROUP, Labels, centres, reaches, sums
from assistant.insight.features import Embed, Spaces, Vectors, spaces
from assistant.insight.grouping import Block, block_of, fewest
from assistant.insight.joining import joined
from assistant.insight.members import Member, count_customers

FROM = 5_000
"""Insights from which newcomers are joined to themes; fewer are grouped anew each time, which costs seconds."""
AT_ONCE = 0.20
"""Newcomers, as part of all insights, above which everything is grouped anew …"""
DRIFT = 0.30
"""… as it is when the corpus has grown or shrunk by so much since it was last grouped …"""
STRANGE = 0.10
"""… or when so many of all insights came since and fit nowhere: then the themes are no longer those of the corpus."""
APART = 0.10
"""By so much (mean cosine) strangers must be more like each other than like any theme, to found one: whole needs that
nobody told before were apart by 0.2 and more, stragglers of known ones by less than 0.05."""
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


def grown_strange(found: Joined, waiting: Sequence[Member], now: int) -> bool:
    """Whether too many of `now` insights came since all were grouped and are in no theme, known or new."""
    return len(found.left) + len(waiting) - sum(map(len, found.founded)) > STRANGE * now


def join(
    newcomers: Sequence[Member],
    known: Mapping[str, Sequence[Member]],
    embed: Embed,
    read: int,
    waiting: Sequence[Member] = (),
) -> Joined:
    """Put newcomers into the theme they are most like, where they are as like it as its own members are.

    What holds a member in a theme when all are grouped (`reaches`, `doubtful`) holds for newcomers too; dealers,
    service providers and users, praise and the rest are not mixed. Strangers that tell of one thing, and of none that a
    theme is about, found one.

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
    founded: list[list[Member]] = []
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
        groups = _apart(seen.of(rows), placed)
        founded += joined([[everyone[rows[at]] for at in group] for group in groups])
    left = tuple(m.insight.id for m in arrived if m.insight.id not in assignment)
    worth = tuple(tuple(group) for group in founded if count_customers(group) >= fewest(read))
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


def _apart(seen: Spaces, labels: Labels) -> list[list[int]]:
    """Groups of those in no theme, found as themes are, that are of a piece and clearly apart from every theme."""
    loose = np.flatnonzero(labels < 0)
    if len(loose) < 2:
        return []
    found = grouped(seen.of(loose))
    groups, own = _middles(seen.joint[loose], found)
    themes, _ = _middles(seen.joint, labels)
    nearest = (groups @ themes.T).max(axis=1, initial=-1.0)
    return [loose[found == at].tolist() for at in np.flatnonzero((own >= ONE_GROUP) & (own - nearest >= APART))]


def _middles(vectors: Vectors, labels: Labels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each group the mean of its rows, and the mean cosine between two of them (0 where there are no two)."""
    total = sums(vectors, labels)
    sizes = np.bincount(labels[labels >= 0], minlength=len(total)).astype(np.float64)
    pairs = np.maximum(1, sizes * (sizes - 1))
    return total / np.maximum(1, sizes)[:, None], ((total**2).sum(axis=1) - sizes).clip(0) / pairs
