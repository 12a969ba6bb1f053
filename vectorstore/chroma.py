"""Chroma, and nothing but Chroma: the one place that imports it and that translates what it throws."""

import functools
import subprocess
import sys
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
_TIMEOUT, _QUICKLY = 60.0, 10.0
"""Seconds a server has for what is written, and where somebody waits for an answer."""
_PAGE = 20_000
_HNSW: dict[str, Any] = {"space": "cosine", "max_neighbors": 32, "ef_construction": 200}
"""With the default 16/100 links a node in a hundred can't be reached; with these none (measured). Half the candidates build
in half the time, and on 100,000 real texts it costs little; but of 200,000 vectors in clusters .975 of the ten nearest were
found then, .994 with 128, all with 200."""
_LEAST, _SERVED, _MOST, _SHARE = 600, 2_000, 10_000, 100
"""Vectors that a search looks at: a hundredth of all, 600 at the least (of a server's graph, which grows, 2,000). Where a text
stands there hundreds of times with another number in it, as machines write them, its vectors link to each other, and who looks
at fewer than there are of them never comes out. Of a graph of 1,000,000 made of 7,231 reviews so, .869 of the ten nearest were found
with 600 (2 ms), .966 with 4,000 (6 ms), .990 with 8,000 (10 ms); of 100,000 .980 to .995 with 600, all with 1,000."""
_AT_ONCE, _IN_TIME = 1, 20_000
"""Vectors after which the graph goes to its files: ours with every batch, since what waits in Chroma's log instead is written
again, differently, whenever it is opened; a server keeps its log and is written to bit by bit."""


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

    def put(self, rows: Rows, matrix: Vectors) -> None:
        """Add vectors under their row numbers; those that are there already are written over."""
        for at in range(0, len(rows), _BATCH):
            part = slice(at, at + _BATCH)
            with translated():
                self._collection.upsert(ids=[str(row) for row in rows[part]], embeddings=matrix[part])

    def take_out(self, rows: Rows) -> None:
        """Delete the vectors under these row numbers, as far as they are there."""
        for at in range(0, len(rows), _BATCH):
            with translated():
                self._collection.delete(ids=[str(row) for row in rows[at : at + _BATCH]])

    def rows(self) -> Rows:
        """All row numbers that it holds, ascending."""
        found: list[int] = []
        while True:
            with translated():
                page = self._collection.get(include=[], limit=_PAGE, offset=len(found))["ids"]
            found += map(int, page)
            if len(page) < _PAGE:
                return np.unique(np.array(found, dtype=np.int64))

    def count(self) -> int:
        """How many vectors it holds."""
        with translated():
            return int(self._collection.count())

    def nearest(self, query: Vectors, limit: int) -> tuple[Rows, Vectors]:
        """Rows and cosines of the nearest vectors, best first. `GenerationError` where it is damaged."""
        with translated():
            found = self._collection.query(query_embeddings=query[None, :], n_results=limit, include=["distances"])
            rows = np.array([int(key) for key in found["ids"][0]], dtype=np.int64)
            cosines = 1 - np.array(found["distances"][0], dtype=np.float32)
        return rows, cosines.astype(np.float32)

    def close(self) -> None:
        """Let go of the files; the connection to a server is kept for the next."""
        if self._client is not None:
            with translated():
                self._client.close()


def create_collection(directory: Path, expected: int) -> Collection:
    """A new, empty collection in a directory of its own, for about so many vectors."""
    with translated():
        client = _client(directory)
        made = client.create_collection(
            _NAME, embedding_function=None, configuration=_configured(expected, _LEAST, _AT_ONCE)
        )
    return Collection(client, made)


def open_collection(directory: Path) -> Collection:
    """The collection of a finished directory that was looked over. `GenerationError` where there is none."""
    with translated():
        client = _client(directory)
        return Collection(client, client.get_collection(_NAME, embedding_function=None))


def create_remote(url: str, name: str, expected: int) -> Collection:
    """A new, empty collection on a server, for about so many vectors at first."""
    with translated():
        made = _remote(url).create_collection(
            name, embedding_function=None, configuration=_configured(expected, _SERVED, _IN_TIME)
        )
    return Collection(None, made)


def _configured(expected: int, least: int, sync: int) -> dict[str, Any]:
    looked_at = min(_MOST, max(least, expected // _SHARE))
    return {"hnsw": {**_HNSW, "ef_search": looked_at, "sync_threshold": sync}}


def open_remote(url: str, name: str, *, in_haste: bool = False) -> Collection:
    """A collection of a server, to be asked; `in_haste` where somebody waits for each answer."""
    with translated():
        client = _remote(url, _QUICKLY if in_haste else _TIMEOUT)
        return Collection(None, client.get_collection(name, embedding_function=None))


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
def _remote(url: str, timeout: float = _TIMEOUT) -> Any:
    """One client a server, patience and process: Chroma's clients keep their connections even when closed."""
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
        session.timeout = timeout  # Chroma itself would wait for ever
    return client


def look_over(directory: Path) -> None:
    """Chroma would make a new database where there is none, and hang on some broken ones: look before opening it.

    Raises:
        GenerationError: Chroma's database in this directory is missing or damaged.
    """
    path = directory / "chroma.sqlite3"
    if not path.is_file():
        raise GenerationError("the database of the index generation is missing")
    command = [sys.executable, "-I", "-S", "-c", _LOOK, f"{path.resolve().as_uri()}?mode=ro"]
    try:
        ran = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - ourselves
    except OSError as error:
        raise GenerationError(
            f"the database of the index generation can't be looked over ({error.strerror})"
        ) from error
    if ran.stdout.strip() != b"ok":
        raise GenerationError("the database of the index generation is damaged")


_LOOK = (
    "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1], uri=True).execute('PRAGMA quick_check(1)').fetchone())"
)
"""Said to a process of its own. Chroma writes to its database whenever it opens it, through a copy of SQLite of its own
that doesn't know Python's: where Python's closed the file in the same process, the system would take Chroma's locks away."""


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
