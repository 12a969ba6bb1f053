"""Chroma, and nothing but Chroma: the one place that imports it and that translates what it throws."""

import functools
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from vectorstore.embedders.base import Vectors
from vectorstore.errors import GenerationError
from vectorstore.vectors import Rows

_NAME = "passages"
_BATCH = 5_000
_TIMEOUT = 60.0
_HNSW_CONFIG = {
    "hnsw": {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 600, "sync_threshold": 1}
}
"""With the default 16/100 links a node in a hundred can't be reached; with these none (measured). Half the candidates build
in half the time, and on 100,000 real texts it costs little; but of 200,000 vectors in clusters .975 of the ten nearest were
found then, .994 with 128, all with 200. Two hundred are asked for, so the search looks at more: at 400 a generation of
100,000 texts put together from 330 failed its test, at 600 it finds .996 or more, 0.5 ms later. Vectors go to their
files with every batch: what waits in Chroma's log instead is written again, differently, whenever it is opened."""


class Collection:
    """The collection of one generation; safe for threads, and for processes that only read."""

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
        """Let go of the files; the connection to a server is kept for the next."""
        if self._client is not None:
            with translated():
                self._client.close()


def create_collection(directory: Path) -> Collection:
    """A new, empty collection in a directory of its own."""
    with translated():
        client = _client(directory)
        made = client.create_collection(_NAME, embedding_function=None, configuration=_HNSW_CONFIG)
    return Collection(client, made)


def open_collection(directory: Path) -> Collection:
    """The collection of a finished directory that was looked over. `GenerationError` where there is none."""
    with translated():
        client = _client(directory)
        return Collection(client, client.get_collection(_NAME, embedding_function=None))


def create_remote(url: str, name: str) -> Collection:
    """A new, empty collection on a server."""
    with translated():
        made = _remote(url).create_collection(name, embedding_function=None, configuration=_HNSW_CONFIG)
    return Collection(None, made)


def open_remote(url: str, name: str) -> Collection:
    """A collection of a server."""
    with translated():
        return Collection(None, _remote(url).get_collection(name, embedding_function=None))


def delete_remote(url: str, name: str) -> None:
    """Delete a collection of a server."""
    with translated():
        _remote(url).delete_collection(name)


def list_remote(url: str) -> list[str]:
    """The names of all collections of a server."""
    with translated():
        return [collection.name for collection in _remote(url).list_collections(limit=10_000)]


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


@functools.cache
def _remote(url: str) -> Any:
    """One client a server and process: Chroma's clients keep their connections even when closed."""
    import chromadb  # 0.5 s: late
    from chromadb.config import Settings

    parts = urlsplit(url)
    secure = parts.scheme == "https"
    client: Any = chromadb.HttpClient(
        host=parts.hostname or "localhost",
        port=parts.port or (443 if secure else 80),
        ssl=secure,
        settings=Settings(anonymized_telemetry=False),
    )
    session = getattr(client._server, "_session", None)
    if session is not None:
        session.timeout = _TIMEOUT  # Chroma itself would wait for ever
    return client


def look_over(directory: Path) -> None:
    """Chroma would make a new database where there is none, and hang on some broken ones: look before opening it.

    Raises:
        GenerationError: Chroma's database in this directory is missing or damaged.
    """
    path = directory / "chroma.sqlite3"
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
    import httpx  # of Chroma's own client
    from chromadb.errors import ChromaError  # loaded by then

    try:
        yield
    except (ChromaError, httpx.HTTPError, OSError, ValueError, RuntimeError, TypeError, KeyError) as error:
        full = any(word in str(error).lower() for word in ("is full", "no space", "too large"))
        why = "no room on its disk" if full else type(error).__name__
        raise GenerationError(f"the index generation can't be used ({why})") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise GenerationError("the index generation can't be used (panic)") from error
