"""Search as the rest of the product knows it: the index's errors become ours here, and nowhere else."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from assistant.errors import ModelAccessError, ModelAnswerError, ModelDownError, ModelError, StoreError
from vectorstore.errors import EmbedderError, VectorStoreError
from vectorstore.index import Hit, PassageIndex

_EMBEDDER: dict[str, type[ModelError]] = {
    "access": ModelAccessError,
    "down": ModelDownError,
    "answer": ModelAnswerError,
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
    """Hybrid search over the passages of the store's records."""

    def __init__(self, index: PassageIndex) -> None:
        self.index = index

    def search(self, query: str, *, allowed: Collection[str] | None = None, limit: int = 10) -> list[Hit]:
        """See `PassageIndex.search`.

        Raises:
            ModelError: the embedding endpoint failed.
            StoreError: the index can't be used.
        """
        with translated():
            return self.index.search(query, allowed=allowed, limit=limit)
