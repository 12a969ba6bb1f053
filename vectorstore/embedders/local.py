"""The default embedder: latent semantic analysis fitted on the user's own passages, no model download, no network.

Character 1-grams and 2-grams, weighted like BM25 (k1 1.2, b 0.75), projected on the strongest directions of the
corpus (Deerwester et al. 1990), each weighted by the root of its singular value.
"""

import functools
import hashlib
import io
import math
import zipfile
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.embedders.base import Tuning, Vectors, refuse_blank, unit
from vectorstore.text import VERSION, grams, normalise

K1, B = 1.2, 0.75
MAX_FEATURES = 40_000
MAX_DIM, MIN_DIM, PASSAGES_PER_DIM = 512, 32, 6
"""A direction needs about six passages to mean something: 350 records are best at 58 dimensions, 2,000 at 350."""
LARGE, LARGE_DIM = 20_000, 256
"""From so many passages on vectors are half as long, to spare memory and disk: there full text counts most anyway."""
COARSE, MIN_COARSE, COARSE_WEIGHT = 16, 16, 0.6
"""Every sixteenth direction, the strongest, counts once more: as good or better on seven sets out of seven."""
MOST, LEAST = 0.8, 0.3
"""Share of the dense score where there is a direction for every `PASSAGES_PER_DIM` passages, and the least share."""


class LocalModel:
    """A fitted model: vocabulary, weights and projection. Made by `LocalEmbedder`."""

    def __init__(
        self,
        terms: Sequence[str],
        idf: Vectors,
        projection: NDArray[np.float16],
        mean_length: float,
        fitted_on: int = 0,
    ) -> None:
        self._terms = list(terms)
        self._fitted_on = fitted_on
        self._index = {term: position for position, term in enumerate(self._terms)}
        self._idf = idf
        self._projection = projection
        self._mean_length = mean_length
        self._coarse: int = max(MIN_COARSE, projection.shape[1] // COARSE)
        digest = hashlib.sha256("\n".join([VERSION, *self._terms, repr(mean_length)]).encode())
        digest.update(idf.tobytes())
        digest.update(projection.tobytes())
        self._identity = f"lsa-v3-{self.dim}-{digest.hexdigest()[:16]}"

    @property
    def identity(self) -> str:
        """Digest of everything in the model."""
        return self._identity

    @property
    def dim(self) -> int:
        """Directions kept, and the strongest of them once more."""
        kept = int(self._projection.shape[1])
        return kept + min(kept, self._coarse)

    @property
    def tuning(self) -> Tuning:
        """Trusted by how fine it is: with the root of the directions kept to those that so many passages call for.

        Chosen by leaving one out of seven sets of questions; see `vectorstore.searching`.
        """
        called_for = self._fitted_on / PASSAGES_PER_DIM
        fine = min(1.0, self._projection.shape[1] / called_for) if called_for else 1.0
        return Tuning(dense=max(LEAST, MOST * math.sqrt(fine)), feedback=1.0, synonyms=0.35, floor=0.1)

    def embed_documents(self, texts: list[str]) -> Vectors:
        """See `Embedder.embed_documents`."""
        refuse_blank(texts)
        if not self._terms:
            return np.zeros((len(texts), self.dim), dtype=np.float32)
        counts = count(texts, self._index)
        dense = np.asarray(weigh(counts, self._idf, self._mean_length) @ self._wide)
        return self._scaled(dense)

    @functools.cached_property
    def _wide(self) -> Vectors:
        """The projection as it is multiplied with: made once, and only where many texts are embedded."""
        return self._projection.astype(np.float32)

    def embed_query(self, text: str) -> Vectors:
        """See `Embedder.embed_query`; plain numpy, so that a first query loads no scipy."""
        refuse_blank([text])
        found = Counter(term for term in grams(normalise(text)) if term in self._index)
        if not found:
            return np.zeros(self.dim, dtype=np.float32)
        columns = np.fromiter((self._index[term] for term in found), dtype=np.int64, count=len(found))
        tf = np.fromiter(found.values(), dtype=np.float32, count=len(found))
        length = K1 * (1 - B + B * float(tf.sum()) / self._mean_length)
        weights = tf * (K1 + 1) / (tf + length) * self._idf[columns]
        dense = np.einsum("i,ij->j", weights, self._projection[columns].astype(np.float32))  # see `vectors.dots`
        return self._scaled(dense)

    def _scaled(self, dense: Vectors) -> Vectors:
        """Two views side by side: all directions, and the strongest few, which know only the broad matter."""
        fine, coarse = unit(dense), unit(dense[..., : self._coarse])
        return unit(np.concatenate([fine, COARSE_WEIGHT * coarse], axis=-1))

    def state(self) -> bytes:
        """See `FittedEmbedder.state`; numpy's own archive, without pickle."""
        out = io.BytesIO()
        np.savez(
            out,
            terms=np.frombuffer("\n".join(self._terms).encode(), dtype=np.uint8),
            idf=self._idf,
            projection=self._projection,
            mean_length=np.array([self._mean_length]),
            fitted_on=np.array([self._fitted_on]),
        )
        return out.getvalue()


class LocalEmbedder:
    """Fits `LocalModel`s; works with any number of passages, none included. Deterministic on one machine.

    Args:
        sample: passages looked at when fitting, at most.
    """

    def __init__(self, sample: int = 20_000) -> None:
        self._sample = sample

    @property
    def sample(self) -> int:
        """See `TrainableEmbedder.sample`."""
        return self._sample

    def fit(self, texts: Sequence[str]) -> LocalModel:
        """See `TrainableEmbedder.fit`."""
        lists = [grams(normalise(text)) for text in texts]
        terms, idf = vocabulary(lists)
        mean_length = max(1.0, sum(map(len, lists)) / max(1, len(lists)))
        if not terms:
            return LocalModel([], idf, np.zeros((0, 1), dtype=np.float16), mean_length)
        counts = _count(lists, {term: position for position, term in enumerate(terms)})
        projection = directions(weigh(counts, idf, mean_length))
        return LocalModel(terms, idf, projection.astype(np.float16), mean_length, len(lists))

    def load(self, state: bytes) -> LocalModel:
        """See `TrainableEmbedder.load`."""
        try:
            with np.load(io.BytesIO(state), allow_pickle=False) as arrays:
                terms = bytes(arrays["terms"]).decode()
                return LocalModel(
                    terms.split("\n") if terms else [],
                    arrays["idf"],
                    arrays["projection"],
                    float(arrays["mean_length"][0]),
                    int(arrays["fitted_on"][0]),
                )
        except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError("the state of the local embedder can't be read: run `voc index`") from error

    def outgrown(self, fitted_on: int, passages: int) -> bool:
        """See `TrainableEmbedder.outgrown`: the corpus is half as big again, or half as small."""
        seen = min(passages, self._sample)
        return seen > 1.5 * fitted_on or seen < 0.5 * fitted_on


def vocabulary(lists: Sequence[Sequence[str]]) -> tuple[list[str], Vectors]:
    """Terms in at least two texts (one, where there are few texts), commonest first, and their idf (BM25's, > 0)."""
    frequencies: Counter[str] = Counter()
    for terms in lists:
        frequencies.update(set(terms))
    least = 2 if len(lists) >= 50 else 1
    kept = sorted(
        ((term, df) for term, df in frequencies.items() if df >= least), key=lambda item: (-item[1], item[0])
    )[:MAX_FEATURES]
    df = np.array([count for _, count in kept], dtype=np.float64)
    idf = np.log1p((len(lists) - df + 0.5) / (df + 0.5))
    return [term for term, _ in kept], idf.astype(np.float32)


def count(texts: Sequence[str], index: dict[str, int]) -> Any:
    """Sparse counts ``[texts, terms]`` of the known grams."""
    return _count([grams(normalise(text)) for text in texts], index)


def _count(lists: Sequence[Sequence[str]], index: dict[str, int]) -> Any:
    from scipy import sparse  # only where many texts are embedded: late

    columns: list[int] = []
    ends = [0]
    for terms in lists:
        columns += [place for place in map(index.get, terms) if place is not None]
        ends.append(len(columns))
    ones = np.ones(len(columns), dtype=np.float32)
    counts = sparse.csr_matrix((ones, columns, ends), shape=(len(lists), len(index)))
    counts.sum_duplicates()
    return counts


def weigh(counts: Any, idf: Vectors, mean_length: float) -> Any:
    """BM25 weights of counts, each row of length 1."""
    weights = counts.copy()
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    sizes = np.diff(weights.indptr)
    saturation = np.repeat(K1 * (1 - B + B * lengths / mean_length), sizes)
    weights.data = weights.data * (K1 + 1) / (weights.data + saturation) * idf[weights.indices]
    norms = np.sqrt(np.asarray(weights.multiply(weights).sum(axis=1)).ravel())
    weights.data = (weights.data / np.repeat(np.where(norms > 0, norms, 1.0), sizes)).astype(np.float32)
    return weights


def directions(weights: Any) -> Vectors:
    """The strongest directions of a weighted corpus ``[terms, dim]``, times the root of their singular values."""
    from sklearn.utils.extmath import randomized_svd  # 1 s to load, only when fitting: late

    most = MAX_DIM if weights.shape[0] < LARGE else LARGE_DIM
    wanted = min(most, max(MIN_DIM, weights.shape[0] // PASSAGES_PER_DIM))
    size = min(wanted, *weights.shape)
    _, values, rows = randomized_svd(weights, size, n_iter=4, random_state=0)
    kept = max(1, int((values > 1e-6).sum()))
    scaled: Vectors = (rows[:kept].T * np.sqrt(values[:kept])).astype(np.float32)
    return scaled
