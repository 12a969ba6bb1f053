"""Chroma, and nothing but Chroma: the one place that imports it and that translates what it throws."""

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from vectorstore.embedders.base import Vectors
from vectorstore.errors import GenerationError
from vectorstore.vectors import Rows

_NAME = "passages"
_BATCH = 5_000
_HNSW = {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 200, "sync_threshold": 1}
"""With the default 16/100 links a node in a hundred can't be reached; with these none (measured). Vectors go to their
files with every batch: what waits in Chroma's log instead is written again, differently, whenever it is opened."""


class Collection:
    """The one collection of one generation directory; safe for threads, for reading processes too."""

    def __init__(self, client: Any, collection: Any) -> None:
        self._client, self._collection = client, collection

    def add(self, rows: Rows, matrix: Vectors) -> None:
        """Add vectors under their row numbers."""
        for at in range(0, len(rows), _BATCH):
            part = slice(at, at + _BATCH)
            with translated():
                self._collection.add(ids=[str(row) for row in rows[part]], embeddings=matrix[part])

    def count(self) -> int:
        """How many vectors it holds."""
        with translated():
            return int(self._collection.count())

    def nearest(self, query: Vectors, limit: int, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """Rows and cosines of the nearest vectors, best first. `GenerationError` where it is damaged."""
        ids = None if allowed is None else [str(row) for row in allowed]
        with translated():
            found = self._collection.query(
                query_embeddings=query[None, :], n_results=limit, ids=ids, include=["distances"]
            )
            rows = np.array([int(key) for key in found["ids"][0]], dtype=np.int64)
            cosines = 1 - np.array(found["distances"][0], dtype=np.float32)
        return rows, cosines.astype(np.float32)

    def close(self) -> None:
        """Let go of the files."""
        with translated():
            self._client.close()


def create_collection(directory: Path) -> Collection:
    """A new, empty collection in a directory of its own."""
    with translated():
        client = _client(directory)
        made = client.create_collection(_NAME, embedding_function=None, configuration={"hnsw": dict(_HNSW)})
    return Collection(client, made)


def open_collection(directory: Path) -> Collection:
    """The collection of a finished directory. `GenerationError` where there is none that works."""
    _sound(directory / "chroma.sqlite3")
    with translated():
        client = _client(directory)
        return Collection(client, client.get_collection(_NAME, embedding_function=None))


def checksum(path: Path) -> int:
    """CRC-32 of a file, about 1 GB/s."""
    digest = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest = zlib.crc32(block, digest)
    return digest


def _client(directory: Path) -> Any:
    import chromadb  # 0.5 s: late
    from chromadb.config import Settings

    return chromadb.PersistentClient(path=str(directory), settings=Settings(anonymized_telemetry=False))


def _sound(path: Path) -> None:
    """Chroma would make a new database where there is none, and hang on some broken ones: look first."""
    if not path.is_file():
        raise GenerationError("the database of the index generation is missing")
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise GenerationError("the database of the index generation is damaged") from error
    if verdict != ("ok",):
        raise GenerationError("the database of the index generation is damaged")


@contextmanager
def translated() -> Iterator[None]:
    """Chroma's errors as `GenerationError`; its Rust core panics with a class that is no `Exception`."""
    from chromadb.errors import ChromaError  # loaded by then

    try:
        yield
    except (ChromaError, OSError, ValueError, RuntimeError, TypeError, KeyError) as error:
        raise GenerationError(f"the index generation can't be used ({type(error).__name__})") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise GenerationError("the index generation can't be used (panic)") from error
