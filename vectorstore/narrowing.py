"""Knows the rows that a search is narrowed to, and holds the vectors of those that were asked for last."""

import threading
from collections.abc import Callable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from vectorstore.vectors import Picture, Rows

HELD = 100_000
"""Of the last sets of allowed passages so many vectors are held, at 256 numbers 100 MB; of the very last one all."""


class Narrowed:
    """The vectors of the last few sets of rows that searches of one state of the index were narrowed to; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[bytes, list[Picture]] = {}

    def of(self, rows: Rows, parts: Callable[[Rows], list[Picture]]) -> list[Picture]:
        """The vectors of these rows, got by `parts` where they are not held."""
        key = blake2b(rows.tobytes(), digest_size=16).digest()
        with self._lock:
            held = self._held.pop(key, None)
        found = parts(rows) if held is None else held
        with self._lock:
            self._held[key] = found
            while len(self._held) > 1 and sum(len(part.rows) for held in self._held.values() for part in held) > HELD:
                del self._held[next(iter(self._held))]
        return found


def among(rows: Rows, known: Rows) -> NDArray[np.bool_]:
    """Which of these rows are among known ones, which stand ascending."""
    if not len(known):
        return np.zeros(len(rows), dtype=np.bool_)
    places = np.minimum(np.searchsorted(known, rows), len(known) - 1)
    inside: NDArray[np.bool_] = known[places] == rows
    return inside
