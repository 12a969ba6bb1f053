"""Which rows are whose: from many document ids to the rows of their passages, without asking the database for each."""

import threading
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from vectorstore import state
from vectorstore.tables import one_of, passages
from vectorstore.vectors import Rows

FEW = 200
"""Up to so many documents the database is asked."""
ASKED = 16
"""The rows of so many sets of documents are remembered: people search within the same ones again and again."""


class Documents:
    """Remembers 16 bytes a passage: a hash of its document's id, and its row. Safe for threads.

    Rows only ever grow and never change hands, so what is new is added to what is known; rows that are gone stay, and
    are nowhere found. Two ids have one 64-bit hash once in thirty million stores of a million documents.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version, self._last, self._first = -1, 0, 0
        self._hashes: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._rows: Rows = np.zeros(0, dtype=np.int64)
        self._asked = dict[tuple[int, int], Rows]()

    def rows(self, connection: Connection, documents: Collection[str]) -> Rows:
        """Rows of all passages of these documents, ascending; some may be there no more."""
        if len(documents) <= FEW:
            return rows_of(connection, documents)
        hashes, rows, asked = self._known(connection)
        key = len(documents), hash(frozenset(documents))
        found = asked.get(key)
        if found is None:
            found = _found(hashes, rows, documents)
            with self._lock:
                asked[key] = found
                while len(asked) > ASKED:
                    del asked[next(iter(asked))]
        return found

    def _known(self, connection: Connection) -> tuple[NDArray[np.int64], Rows, dict[tuple[int, int], Rows]]:
        """All hashes, ascending, their rows, and what was asked for since the index changed."""
        version = state.version(connection)
        with self._lock:
            if version != self._version:
                if len(self._rows) > 2 * self._first:  # mostly rows that came since: many of the first may be gone
                    self._last, self._hashes, self._rows = 0, self._hashes[:0], self._rows[:0]
                self._take_in(connection)
                self._version, self._asked = version, {}
            return self._hashes, self._rows, self._asked

    def _take_in(self, connection: Connection) -> None:
        c = passages.c
        query = select(c.row, c.document_id).where(c.row > self._last).order_by(c.row)
        found = [(row, hash(document)) for row, document in connection.execute(query)]
        if not found:
            return
        new = np.array(found, dtype=np.int64)
        hashes, rows = np.concatenate([self._hashes, new[:, 1]]), np.concatenate([self._rows, new[:, 0]])
        order = np.argsort(hashes, kind="stable")
        self._first = len(new) if not self._last else self._first
        self._last, self._hashes, self._rows = int(new[-1, 0]), hashes[order], rows[order]


def _found(hashes: NDArray[np.int64], rows: Rows, documents: Collection[str]) -> Rows:
    wanted = np.unique(np.fromiter(map(hash, documents), dtype=np.int64, count=len(documents)))
    begins, ends = np.searchsorted(hashes, wanted), np.searchsorted(hashes, wanted, side="right")
    counts = ends - begins
    places = np.arange(counts.sum()) + np.repeat(begins - (np.cumsum(counts) - counts), counts)
    return np.sort(rows[places])


def rows_of(connection: Connection, documents: Collection[str]) -> Rows:
    """Rows of all passages of these documents, ascending, as the database has them."""
    statement = select(passages.c.row).where(one_of(passages.c.document_id, documents))
    return np.array(sorted(connection.execute(statement).scalars()), dtype=np.int64)
