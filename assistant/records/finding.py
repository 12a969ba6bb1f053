"""Search as the rest of the product knows it: the index's errors become ours here, and nowhere else."""

import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from assistant.errors import EgressError, ModelAccessError, ModelAnswerError, ModelDownError, ModelError, StoreError
from vectorstore.embedders.base import PaidEmbedder, Vectors
from vectorstore.errors import EmbedderError, VectorStoreError
from vectorstore.index import Hit, PassageIndex
from vectorstore.reranking import Reranker, reranked

_LOG = logging.getLogger(__name__)
RERANKED = 50
"""So many of the best hits are handed to a reranker."""
KEPT_VECTORS = 4096
"""Vectors of documents' sections that are kept in memory, at most."""

_EMBEDDER: dict[str, type[ModelError]] = {
    "access": ModelAccessError,
    "down": ModelDownError,
    "answer": ModelAnswerError,
    "egress": EgressError,
}


@contextmanager
def translated() -> Iterator[None]:
    """Raise what the index raises as our own errors.

    Raises:
        ModelError: the embedding endpoint failed.
        StoreError: the index or the database can't be used.
    """
    try:
        yield
    except EmbedderError as error:
        raise _EMBEDDER[error.kind](str(error)) from error
    except VectorStoreError as error:
        raise StoreError(f"{error}; `voc index --rebuild` makes the index anew") from error
    except SQLAlchemyError as error:
        raise StoreError(
            f"the database failed while the index was used ({type(error).__name__}): see `voc doctor`"
        ) from error


class Finder:
    """Hybrid search over the passages of the store's records, put in order by a reranker where there is one."""

    def __init__(self, index: PassageIndex, reranker: Reranker | None = None) -> None:
        self.index = index
        self._reranker = reranker
        self._vectors: dict[tuple[str, str], Vectors] = {}

    def search(self, query: str, *, allowed: Collection[str] | None = None, limit: int = 10) -> list[Hit]:
        """See `PassageIndex.search`.

        Raises:
            ModelError: the embedding endpoint failed.
            StoreError: the index can't be used.
        """
        with translated():
            if self._reranker is None:
                return self.index.search(query, allowed=allowed, limit=limit)
            hits = self.index.search(query, allowed=allowed, limit=max(limit, RERANKED))
        try:
            best = reranked(query, hits[:RERANKED], self._reranker)
        except EmbedderError as error:
            _LOG.warning("%s; hits stay in the order they were found", error)
            return hits[:limit]
        return [*best, *hits[RERANKED:]][:limit]

    def likeness(self, query: str, texts: Sequence[str]) -> tuple[list[float], float | None]:
        """How alike the embedder that serves finds a query and some texts that are in no index: a cosine each, and the one
        from which they are about the same whatever their words (None where cosines do not tell).

        Zeros where the embedder fails: what is asked for is then found by its words. Vectors of texts are kept in memory.
        """
        if not texts:
            return [], None
        try:
            with translated():
                embedder = self.index.embedder
                new = [text for text in dict.fromkeys(texts) if (embedder.identity, text) not in self._vectors]
                asked = embedder.embed_query(query)
                if new:
                    embed = embedder.embed_quickly if isinstance(embedder, PaidEmbedder) else embedder.embed_documents
                    self._remember(embedder.identity, new, embed(new))
        except (ModelError, ValueError) as error:
            _LOG.warning("%s; documents are found by their words alone", error)
            return [0.0] * len(texts), None
        return [float(self._vectors[embedder.identity, text] @ asked) for text in texts], embedder.tuning.certain

    def _remember(self, identity: str, texts: Sequence[str], vectors: Vectors) -> None:
        if len(self._vectors) + len(texts) > KEPT_VECTORS:
            self._vectors = {}
        self._vectors = self._vectors | {(identity, text): row for text, row in zip(texts, vectors, strict=True)}
