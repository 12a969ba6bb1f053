"""Where hashes were met before, and fixed-width entries kept on disk: what lets a million signatures fit in memory."""

import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

HASH_BITS: Final = 36
PLACE_BITS: Final = 28
MOST_PLACES: Final = 1 << PLACE_BITS
"""Places that can be told apart: 268 million."""

_HASHES = (1 << HASH_BITS) - 1
"""One fewer than the bits allow: the last one stands at the end of each array."""
_PLACE_MASK = MOST_PLACES - 1
_RECENT = 4_096 * 19
_RUN = 131_072 * 19
_SHIFT = np.uint64(PLACE_BITS)
_END = np.array([2**64 - 1], dtype=np.uint64)


Array = np.ndarray[Any, np.dtype[np.uint64]]


class PlaceTable:
    """A multimap from hashes to places in 8 bytes an entry; of one hash, they are found in the order they were added.

    New entries stand in a dictionary, older ones in a few sorted arrays. Hashes are cut to 36 bits, so `find` may
    name a place too many (never one too few): whoever asks looks at what stands there.
    """

    def __init__(self, recent: int = _RECENT, longest: int = _RUN) -> None:
        """Entries kept in the dictionary at most, and from how many on an array is full."""
        self._most_recent, self._longest = recent, longest
        self._recent: dict[int, int] = {}
        self._repeated: dict[int, list[int]] = {}
        self._entries: list[int] = []
        self._waiting: list[Array] = []
        self._runs: list[Array] = []

    def add(self, hashes: Sequence[int], place: int) -> None:
        """Note that these hashes were met at this place.

        Raises:
            OverflowError: there are more than 268 million places.
        """
        if place >= MOST_PLACES:
            raise OverflowError(f"more than {MOST_PLACES} places")
        for full in hashes:
            key = full % _HASHES
            if self._recent.setdefault(key, place) != place:
                self._repeated.setdefault(key, []).append(place)
            self._entries.append(key << PLACE_BITS | place)
        if len(self._entries) >= self._most_recent:
            self._settle()

    def extend(self, hashes: Array, places: Array) -> None:
        """As `add` for many at once: one place for each hash."""
        if int(places.max(initial=0)) >= MOST_PLACES:
            raise OverflowError(f"more than {MOST_PLACES} places")
        self._waiting.append(hashes % np.uint64(_HASHES) << _SHIFT | places)
        if sum(map(len, self._waiting)) >= self._longest:
            self._settle()

    def find(self, hashes: Sequence[int], newest: int = MOST_PLACES) -> list[list[int]]:
        """For each hash its places, only so many of the newest."""
        keys = [full % _HASHES for full in hashes]
        found: list[list[int]] = [[] for _ in keys]
        if self._waiting:
            self._settle()
        if self._runs:
            wanted = np.array(keys, dtype=np.uint64)
            begins = wanted << _SHIFT
            for run in self._runs:
                starts = run.searchsorted(begins)
                for hit in (run[starts] >> _SHIFT == wanted).nonzero()[0].tolist():
                    end = int(run.searchsorted(begins[hit] + np.uint64(MOST_PLACES)))
                    start = max(int(starts[hit]), end - newest)
                    found[hit] += (run[start:end] & np.uint64(_PLACE_MASK)).tolist()
        for at, key in enumerate(keys):
            if (first := self._recent.get(key)) is not None:
                found[at] += [first, *self._repeated.get(key, ())]
            if len(found[at]) > newest:
                found[at] = found[at][-newest:]
        return found

    def _settle(self) -> None:
        """The recent entries and those that wait into the last array, or a new one where that is full."""
        parts = [np.array(self._entries, dtype=np.uint64), *self._waiting]
        if self._runs and len(self._runs[-1]) < self._longest:
            parts.append(self._runs.pop()[:-1])
        fresh = np.concatenate(parts)
        fresh.sort(kind="stable")
        self._runs.append(np.concatenate([fresh, _END]))
        self._recent, self._repeated, self._entries, self._waiting = {}, {}, [], []


class Spool:
    """Entries of one width in a nameless temporary file; the system takes it away when the process ends."""

    def __init__(self, width: int, folder: Path | None = None) -> None:
        """`width` in bytes; `folder` is where the file is made, without it the system's temporary folder."""
        self._width = width
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - lives as long as the spool
        weakref.finalize(self, self._file.close)
        self._kept = 0
        self._waiting = bytearray()

    def __len__(self) -> int:
        return self._kept + len(self._waiting) // self._width

    def append(self, entry: bytes) -> int:
        """Keep an entry of exactly the width; its place, counted from 0.

        Raises:
            OSError: the disk refuses.
        """
        place = len(self)
        self._waiting += entry
        if len(self._waiting) >= 1 << 18:
            self._file.seek(0, 2)
            self._file.write(self._waiting)
            self._kept = place + 1
            self._waiting.clear()
        return place

    def read(self, place: int) -> bytes:
        """The entry at a place."""
        if place >= self._kept:
            start = (place - self._kept) * self._width
            return bytes(self._waiting[start : start + self._width])
        self._file.seek(place * self._width)
        return self._file.read(self._width)
