"""Embedders on this machine with pretrained weights, each behind an optional extra of the same name.

They are named ``fastembed:BAAI/bge-small-zh-v1.5``, ``sentence-transformers:…`` or ``model2vec:…``; what stands after
the colon is a name the library knows, or a folder. Nothing is loaded before the first text.
"""

import hashlib
import importlib
import json
import threading
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from vectorstore.embedders.base import Tuning, Vectors, refuse_blank, unit
from vectorstore.errors import EmbedderError
from vectorstore.text import normalise

Library = Literal["fastembed", "sentence-transformers", "model2vec"]
Encode: TypeAlias = Callable[[Sequence[str], bool], Iterable[Any]]
"""Texts, and whether they are queries → one vector for each."""
PROBE = "售后服务"


def library_of(name: str) -> tuple[Library, str] | None:
    """Library and model that a setting names; None where it names no library."""
    library, colon, model = name.partition(":")
    for known in get_args(Library):
        if colon and library == known and model.strip():
            return known, model.strip()
    return None


class PretrainedEmbedder:
    """A model of one of the libraries. Safe to share between threads.

    Args:
        library: which library loads it.
        model: a name the library knows, or a folder.
    """

    def __init__(self, library: Library, model: str) -> None:
        self._library, self._model = library, model
        self._lock = threading.Lock()
        self._encode: Encode | None = None
        self._dim: int | None = None
        self._identity: str | None = None

    @property
    def identity(self) -> str:
        """Library and its version, model, and a digest of what it makes of one text: other weights, other identity."""
        if self._identity is None:
            told = json.dumps([self._library, _version(self._library), self._model])
            digest = hashlib.sha256(told.encode() + np.round(self.embed_query(PROBE), 3).tobytes()).hexdigest()[:16]
            self._identity = f"{self._library}-{self._model.replace('/', '_')[-60:]}-{digest}"
        return self._identity

    @property
    def dim(self) -> int | None:
        """Known once something was embedded."""
        return self._dim

    @property
    def tuning(self) -> Tuning:
        """A trained model's cosines are trusted more than a fitted one's; not measured for any one model."""
        return Tuning(dense=0.7, floor=0.3)

    def embed_documents(self, texts: list[str]) -> Vectors:
        """See `Embedder.embed_documents`."""
        return self._vectors(texts, query=False)

    def embed_query(self, text: str) -> Vectors:
        """See `Embedder.embed_query`."""
        vector: Vectors = self._vectors([text], query=True)[0]
        return vector

    def _vectors(self, texts: Sequence[str], *, query: bool) -> Vectors:
        refuse_blank(texts)
        if not texts:
            return np.zeros((0, self._dim or 0), dtype=np.float32)
        with self._lock:
            if self._encode is None:
                self._encode = _LOADERS[self._library](self._model)
            rows = np.asarray(list(self._encode([normalise(text) for text in texts], query)), dtype=np.float32)
        if rows.ndim != 2 or len(rows) != len(texts) or not np.isfinite(rows).all():
            raise EmbedderError(f"{self._library} gave no usable vectors", "answer")
        self._dim = int(rows.shape[1])
        return unit(rows)


def _fastembed(model: str) -> Encode:
    library = _library("fastembed", "fastembed")
    loaded = _loaded(library.TextEmbedding, model, model_name=model)
    return lambda texts, query: loaded.query_embed(list(texts)) if query else loaded.embed(list(texts))


def _sentence_transformers(model: str) -> Encode:
    library = _library("sentence_transformers", "sentence-transformers")
    loaded = _loaded(library.SentenceTransformer, model, model)

    def encode(texts: Sequence[str], query: bool) -> Iterable[Any]:
        named = "query" if query and "query" in (loaded.prompts or {}) else None
        rows: Iterable[Any] = loaded.encode(list(texts), prompt_name=named, show_progress_bar=False)
        return rows

    return encode


def _model2vec(model: str) -> Encode:
    library = _library("model2vec", "model2vec")
    loaded = _loaded(library.StaticModel.from_pretrained, model, model)
    return lambda texts, _query: loaded.encode(list(texts))


_LOADERS: dict[Library, Callable[[str], Encode]] = {
    "fastembed": _fastembed, "sentence-transformers": _sentence_transformers, "model2vec": _model2vec,
}  # fmt: skip


def _library(module: str, extra: str) -> Any:
    try:
        return importlib.import_module(module)  # an optional extra, and slow: late
    except ImportError as error:
        raise EmbedderError(f"{extra} is not installed: pip install 'voc-assistant[{extra}]'", "access") from error


def _loaded(make: Callable[..., Any], model: str, *arguments: Any, **named: Any) -> Any:
    try:
        return make(*arguments, **named)
    except (OSError, ValueError, RuntimeError) as error:
        raise EmbedderError(
            f"the model {model!r} can't be loaded ({type(error).__name__}): name a folder, or one the library knows",
            "access",
        ) from error


def _version(library: Library) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "0"
