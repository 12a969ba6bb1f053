"""What every embedder promises, and what may be expected of its neighbours."""

import hashlib
import re
from collections.abc import Iterator, Sequence
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
    synonyms: float = 0.0
    """Weight of the known other words for what the query speaks of, when added to it; 0 is off."""
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


@dataclass(frozen=True, slots=True)
class Spent:
    """What an endpoint was asked for since its embedder was made, and what it said it counted."""

    requests: int = 0
    tokens: int = 0
    cut: int = 0
    """Texts that were too long for the model, so that their beginning stands for them."""

    def plus(self, requests: int = 0, tokens: int = 0, cut: int = 0) -> "Spent":
        """The same and more."""
        return Spent(self.requests + requests, self.tokens + tokens, self.cut + cut)


@runtime_checkable
class PaidEmbedder(Embedder, Protocol):
    """An embedder whose work costs money: it gives what it has as soon as it has it, so that it can be kept."""

    @property
    def spent(self) -> Spent:
        """The bill so far."""
        ...

    def embed_in_parts(self, texts: list[str]) -> Iterator[tuple[int, Vectors]]:
        """Position of a part's first text and its rows, in any order; raises only after all that was answered."""
        ...

    def embed_quickly(self, texts: list[str]) -> Vectors:
        """See `Embedder.embed_documents`, for somebody who waits: it rather fails than takes long."""
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


def identity_of(model: str, base_url: str | None) -> str:
    """Names a model of an endpoint in at most 120 characters, without the login that a URL may hold."""
    where = re.sub(r"//[^/@]*@", "//", base_url or "openai").rstrip("/")
    name = f"{model}@{where}"
    return name if len(name) <= 120 else f"{name[:103]}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"
