"""Members that stand between themes: who is nearer to another one moves, whom no theme's words fit leaves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.insight.clustering import cluster, gathered, sums
from assistant.insight.features import Spaces, Vectors

Labels = NDArray[np.int64]
NEARER = 0.02
"""By so much another theme's members must be more like a member than those of its own, for it to move."""
CONTRADICTED = -0.05
"""A member leaves whose words are by so much more like those told in another theme, whatever its fields say."""
SAME_WORDS = 0.55
"""Cosine distance of surface and quote within which those who fit nowhere tell of the same thing."""
DRAWN = 0.10
"""… and by so much more like their words than its own theme's a member must be to follow them."""
_ROUNDS = 4
_FEWEST = 2
"""Members from which a group can draw others to it."""
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Standing:
    """How each row stands to the groups, as mean cosine: to the other members of its own, to the best other group."""

    own: NDArray[np.float64]
    """1 for the only member of a group, -1 for a row in none."""
    other: NDArray[np.float64]
    """-1 where there is no other group of two."""
    nearest: Labels
    """That other group."""

    @property
    def margin(self) -> NDArray[np.float64]:
        """Positive where a row is more like its own group; NaN-free."""
        return self.own - self.other


def standing(vectors: Vectors, labels: Labels) -> Standing:
    """Where rows stand between groups; a row itself is not counted among its own group's members.

    Args:
        vectors: unit rows.
        labels: a group for each row, -1 for none.
    """
    groups = int(labels.max(initial=-1)) + 1
    sizes = np.bincount(labels[labels >= 0], minlength=groups).astype(np.float64)
    means = (sums(vectors, labels) / np.maximum(1, sizes)[:, None]).T
    own, other = np.full(len(vectors), -1.0), np.full(len(vectors), -1.0)
    nearest = np.zeros(len(vectors), np.int64)
    for start in range(0, len(vectors) if groups else 0, _BLOCK):
        part = slice(start, start + _BLOCK)
        alike = vectors[part] @ means
        inside = np.flatnonzero(labels[part] >= 0)
        at, n = labels[part][inside], sizes[labels[part][inside]]
        own[start + inside] = np.where(n > 1, (alike[inside, at] * n - 1) / np.maximum(1, n - 1), 1.0)
        alike[inside, at] = -1.0
        alike[:, sizes < _FEWEST] = -1.0
        nearest[part], other[part] = alike.argmax(axis=1), alike.max(axis=1)
    return Standing(own, other, nearest)


def settled(vectors: Vectors, labels: Labels) -> Labels:
    """The labels after members that are nearer to another group's members have moved there, a few rounds of it."""
    labels = labels.copy()
    for _ in range(_ROUNDS):
        where = standing(vectors, labels)
        moving = (labels >= 0) & (where.margin < -NEARER)
        if not moving.any():
            break
        labels[moving] = where.nearest[moving]
    return labels


def doubtful(seen: Spaces, labels: Labels) -> NDArray[np.bool_]:
    """Rows that a definition would not hold: alone, nearer to another group as a whole, or in what is told."""
    whole, told = standing(seen.joint, labels).margin, standing(seen.told, labels).margin
    sizes = np.bincount(labels[labels >= 0], minlength=1)
    alone = sizes[np.maximum(labels, 0)] < _FEWEST
    return np.asarray((labels >= 0) & (alone | (whole < 0) | (told < CONTRADICTED)))


def grouped(seen: Spaces) -> Labels:
    """Groups of members whose number is found, with nobody forced in: -1 for who fits nowhere.

    Clustered as a whole; members between two groups settle with the nearer one; who is contradicted by what is told
    leaves. Those left over found groups of their own where they are close, as a whole or in their very words: so a
    need that few have told yet, and that its fields hide among loud ones, is heard.
    """
    labels = settled(seen.joint, cluster(seen.joint))
    labels[doubtful(seen, labels)] = -1
    labels = gathered(seen.joint, labels)
    groups = int(labels.max(initial=-1)) + 1
    return _followed(seen, gathered(seen.words, labels, SAME_WORDS), groups)


def _followed(seen: Spaces, labels: Labels, first: int) -> Labels:
    """With the members of earlier groups that what is told draws to a group from number `first` on."""
    whole, told = standing(seen.joint, labels), standing(seen.told, labels)
    moving = (
        (labels >= 0) & (labels < first) & (told.nearest >= first) & (told.margin < -DRAWN) & (whole.margin < DRAWN)
    )
    labels = labels.copy()
    labels[moving] = told.nearest[moving]
    return labels
