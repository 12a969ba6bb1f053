"""What every embedder promises, and what may be expected of its neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Vectors: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tuning:
    """How far an embedder's neighbours are trusted; figures are measured per kind of embedder."""

    dense: float
    """Share of the dense score in the fused score, 0 to 1; the rest is full text."""
    feedback: float = 0.0
    """Weight of the mean of the nearest passages when added to the query (Rocchio); 0 is off."""
    floor: float = 0.3
    """Cosine below which a passage that shares no word with the query is left out."""
    certain: float | None = None
    """Cosine from which a passage is about the query whatever its words; None where cosines do not tell."""


@runtime_checkable
class Embedder(Protocol):
    """Texts to vectors. Safe to call from several threads.

    Vectors are float32, of length 1, or 0 where the embedder sees nothing in the text. The same identity means the
    same vectors. No text may be blank (`ValueError`); failures are `EmbedderError`.
    """

    @property
    def identity(self) -> str:
        """Names model and settings; vectors are kept under it."""
        ...

    @property
    def dim(self) -> int | None:
        """Length of a vector; None until the first answer of an endpoint."""
        ...

    @property
    def tuning(self) -> Tuning:
        """How search should use it."""
        ...

    def embed_documents(self, texts: list[str]) -> Vectors:
        """One row per text, ``[len(texts), dim]``."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """One vector, ``[dim]``."""
        ...


class FittedEmbedder(Embedder, Protocol):
    """An embedder that was fitted on passages and can be kept."""

    def state(self) -> bytes:
        """Everything `TrainableEmbedder.load` needs."""
        ...


@runtime_checkable
class TrainableEmbedder(Protocol):
    """Makes embedders out of the user's own passages."""

    @property
    def sample(self) -> int:
        """How many passages it wants to see at most."""
        ...

    def fit(self, texts: Sequence[str]) -> FittedEmbedder:
        """Fit on these texts; the same texts give the same identity."""
        ...

    def load(self, state: bytes) -> FittedEmbedder:
        """The embedder whose `state` this is. `ValueError` where it can't be read."""
        ...

    def outgrown(self, fitted_on: int, passages: int) -> bool:
        """True where a model fitted on `fitted_on` passages should be fitted anew for `passages`."""
        ...


def unit(rows: NDArray[np.float32] | NDArray[np.float64]) -> Vectors:
    """Rows (or one vector) scaled to length 1; zeros stay zeros."""
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    scaled: Vectors = (rows / np.where(norms > 0, norms, 1)).astype(np.float32)
    return scaled


def refuse_blank(texts: Sequence[str]) -> None:
    """Raise `ValueError` where a text is blank: endpoints take blanks and charge for nonsense."""
    for position, text in enumerate(texts):
        if not text.strip():
            raise ValueError(f"text {position} to embed is blank: leave it out")
