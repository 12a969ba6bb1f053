"""Search as the rest of the product knows it: the index's errors become ours here, and nowhere else."""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from assistant.errors import EgressError, ModelAccessError, ModelAnswerError, ModelDownError, ModelError, StoreError
from vectorstore.errors import EmbedderError, VectorStoreError
from vectorstore.index import Hit, PassageIndex
from vectorstore.reranking import Reranker, reranked

_LOG = logging.getLogger(__name__)
RERANKED = 50
"""So many of the best hits are handed to a reranker."""

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
