"""Other ways to group feedback, for comparison: k-means and agglomerative clustering on the raw texts, a BERTopic-like chain."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vectorstore.embedders.base import Embedder

Clusters = dict[str, str]
"""Record → the cluster it is in; a record in none is left out."""


def kmeans(texts: Mapping[str, str], embedder: Embedder, groups: int) -> Clusters:
    """k-means (scikit-learn) on whole texts, told the right number of groups; the best of ten starts."""
    from sklearn.cluster import KMeans  # slow to load: late

    found = KMeans(groups, n_init=10, random_state=0).fit_predict(_vectors(texts, embedder))
    return _named(texts, found)


def agglomerative(texts: Mapping[str, str], embedder: Embedder, groups: int) -> Clusters:
    """Ward's tree (scikit-learn) on whole texts, cut at the right number of groups."""
    from sklearn.cluster import AgglomerativeClustering  # slow to load: late

    return _named(texts, AgglomerativeClustering(groups, linkage="ward").fit_predict(_vectors(texts, embedder)))


def bertopic_like(texts: Mapping[str, str], embedder: Embedder, dimensions: int = 10) -> Clusters:
    """The chain of BERTopic (Grootendorst 2022) with what is at hand: whole texts embedded, reduced, HDBSCAN, noise left out.

    Reduced by principal components where that one takes UMAP; it finds the number of groups itself. Of sixteen settings
    (5 to 20 dimensions, smallest group 3 or 5, both ways to select) this one does best on the sample.
    """
    from sklearn.cluster import HDBSCAN  # slow to load: late
    from sklearn.decomposition import PCA

    vectors = PCA(min(dimensions, len(texts) - 1), random_state=0).fit_transform(_vectors(texts, embedder))
    return _named(texts, HDBSCAN(min_cluster_size=5, cluster_selection_method="leaf", copy=True).fit_predict(vectors))


def _vectors(texts: Mapping[str, str], embedder: Embedder) -> NDArray[np.float32]:
    return np.asarray(embedder.embed_documents(list(texts.values())), np.float32)


def _named(texts: Mapping[str, str], found: NDArray[np.int64]) -> Clusters:
    return {record: f"g{label}" for record, label in zip(texts, found, strict=True) if label >= 0}
