"""Groups of vectors whose number is found, not given; what fits nowhere is left out, never forced in."""

import numpy as np
from numpy.typing import NDArray

from assistant.insight.features import Vectors

Labels = NDArray[np.int64]
"""One group number per row, -1 for a row in no group."""

LARGEST_TREE = 2500
"""Rows that are grouped exactly; more are first drawn together into as many small groups as half of this."""
_TRIED = 24
ONE_GROUP = 0.5
"""Mean cosine of two rows from which all of them are one group."""
_SILHOUETTE_ROWS = 2500
_STRAY = 0.35
"""Cosine to the middle of its group below which a member is left out at once."""
_SPREAD = 3.0
"""… or this many median deviations below its group's median, unless nearer than `_NEAR`."""
_NEAR = 0.6


def cluster(vectors: Vectors) -> Labels:
    """Group unit rows; deterministic for the same rows in the same order.

    Ward's tree over the rows (over the centres of mini-batch k-means where there are many), cut where the mean
    silhouette is best within the band of `band`. Rows far from the middle of their group are then taken out and,
    where several of them are close to each other, become groups of their own: that is how a rare need is
    heard beside loud ones.
    """
    if len(vectors) < 4:
        return _close_groups(vectors, 0.5)
    labels = np.zeros(len(vectors), np.int64) if _one(vectors) else _cut(vectors)
    labels[_strays(vectors, labels)] = -1
    return gathered(vectors, labels, _typical_distance(vectors, labels))


def gathered(vectors: Vectors, labels: Labels, distance: float | None = None) -> Labels:
    """The labels with those rows in no group that are close to each other as groups of their own.

    Args:
        distance: cosine distance on the average; None: as members of one group usually stand to one another.
    """
    labels = labels.copy()
    left = np.flatnonzero(labels < 0)
    if len(left):
        close = _close_groups(vectors[left], _typical_distance(vectors, labels) if distance is None else distance)
        labels[left] = np.where(close >= 0, close + labels.max() + 1, -1)
    return labels


def _one(vectors: Vectors) -> bool:
    """Whether all rows are so close that they are one group: their mean cosine."""
    middle = vectors.mean(axis=0, dtype=np.float64)
    return float(middle @ middle) >= ONE_GROUP


def band(n: int) -> tuple[int, int]:
    """Fewest and most groups worth having among n insights: what a product manager can keep in view.

    Grows with the fourth root, for a larger corpus repeats its needs: 350 → 11-29, 10,000 → 25-71.
    """
    most = max(1, min(n // 4, round(6.5 * n**0.26)))
    fewest = max(1, min(n // 15, round(2.5 * n**0.25), most))
    return fewest, most


def parts(vectors: Vectors, most: int) -> Labels:
    """Two to `most` groups of unit rows, every row in one, where the mean silhouette is best; one group of fewer than four."""
    if len(vectors) < 4:
        return np.zeros(len(vectors), np.int64)
    return _cut(vectors, (2, most))


def sums(vectors: Vectors, labels: Labels) -> NDArray[np.float64]:
    """The sum of the rows of each group 0 … max, one row each."""
    order = np.argsort(labels, kind="stable")
    order = order[np.searchsorted(labels[order], 0) :]
    total = np.zeros((int(labels.max(initial=-1)) + 1, vectors.shape[1]), np.float64)
    if len(order):
        groups, starts = np.unique(labels[order], return_index=True)
        total[groups] = np.add.reduceat(vectors[order].astype(np.float64), starts, axis=0)
    return total


def centres(vectors: Vectors, labels: Labels) -> Vectors:
    """Unit middles of the groups 0 … max, one row each."""
    total = sums(vectors, labels)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.asarray(total / np.where(length > 0, length, 1), np.float32)


def _cut(vectors: Vectors, within: tuple[int, int] | None = None) -> Labels:
    from scipy.cluster.hierarchy import fcluster, linkage  # slow vendor

    small, membership = _drawn_together(vectors)
    tree = linkage(small.astype(np.float64), "ward")
    fewest, most = within or band(len(vectors))
    most = min(most, len(small) - 1)
    sample = _sample(len(small))
    distances = np.clip(1 - small[sample] @ small[sample].T, 0, 2).astype(np.float32)
    np.fill_diagonal(distances, 0)
    best, best_score = np.zeros(len(small), np.int64), -1.0
    for count in sorted({int(k) for k in np.linspace(max(2, fewest), max(2, most), _TRIED).round()}):
        labels = fcluster(tree, count, "maxclust").astype(np.int64) - 1
        score = _silhouette(distances, labels[sample])
        if score > best_score:
            best, best_score = labels, score
    return best[membership].copy()


def _drawn_together(vectors: Vectors) -> tuple[Vectors, Labels]:
    if len(vectors) <= LARGEST_TREE:
        return vectors, np.arange(len(vectors), dtype=np.int64)
    from sklearn.cluster import MiniBatchKMeans  # slow vendor

    rows = np.unique(vectors, axis=0)
    start = rows[np.linspace(0, len(rows) - 1, min(len(rows), LARGEST_TREE // 2)).astype(np.int64)]
    means = MiniBatchKMeans(
        len(start), init=start, n_init=1, random_state=0, batch_size=4096, max_iter=30, reassignment_ratio=0.0
    ).fit(vectors)
    used, membership = np.unique(means.labels_, return_inverse=True)
    return np.asarray(means.cluster_centers_[used], np.float32), membership.astype(np.int64)


def _sample(n: int) -> Labels:
    if n <= _SILHOUETTE_ROWS:
        return np.arange(n, dtype=np.int64)
    return np.linspace(0, n - 1, _SILHOUETTE_ROWS).astype(np.int64)


def _silhouette(distances: NDArray[np.float32], labels: Labels) -> float:
    if not 1 < len(np.unique(labels)) < len(labels):
        return -1.0
    from sklearn.metrics import silhouette_score  # slow vendor

    return float(silhouette_score(distances, labels, metric="precomputed"))


def _strays(vectors: Vectors, labels: Labels) -> NDArray[np.bool_]:
    nearness = (vectors * centres(vectors, labels)[labels]).sum(axis=1)
    return np.asarray(nearness < reaches(nearness, labels)[labels])


def reaches(nearness: NDArray[np.float32], labels: Labels) -> NDArray[np.float64]:
    """For each group 0 … max the least cosine to its middle that still belongs to it.

    Args:
        nearness: of each row to the middle of its group; that of rows in none (-1) is not looked at.
    """
    least = np.full(int(labels.max(initial=-1)) + 1, 1.0)
    for group in np.unique(labels[labels >= 0]):
        own = nearness[labels == group]
        middle = np.median(own)
        deviation = max(0.02, float(np.median(np.abs(own - middle))))
        least[group] = max(_STRAY, min(_NEAR, middle - _SPREAD * 1.4826 * deviation))
    return least


def _typical_distance(vectors: Vectors, labels: Labels) -> float:
    """Distance within which members of one group usually stand to one another (from centre nearness)."""
    grouped = labels >= 0
    if not grouped.any():
        return 0.5
    nearness = (vectors[grouped] * centres(vectors, labels)[labels[grouped]]).sum(axis=1)
    return float(np.clip(1 - np.median(nearness) ** 2, 0.2, 0.6))


def _close_groups(vectors: Vectors, distance: float) -> Labels:
    """Average-linkage groups of two and more rows within a cosine distance; the rest -1."""
    if len(vectors) < 2:
        return np.full(len(vectors), -1, np.int64)
    from scipy.cluster.hierarchy import fcluster, linkage  # slow vendor
    from scipy.spatial.distance import pdist  # slow vendor

    rows = vectors[: 2 * LARGEST_TREE].astype(np.float64)
    labels = fcluster(linkage(pdist(rows, "cosine"), "average"), distance, "distance").astype(np.int64) - 1
    sizes = np.bincount(labels)
    kept = {int(group): number for number, group in enumerate(np.flatnonzero(sizes >= 2))}
    found = np.full(len(vectors), -1, np.int64)
    found[: len(rows)] = [kept.get(int(label), -1) for label in labels]
    return found
