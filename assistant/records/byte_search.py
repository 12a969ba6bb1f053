"""Looks for thousands of byte strings in files of any size at once, to prove that nothing is left."""

import gzip
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Protocol

import numpy as np
from numpy.typing import NDArray

_KEY = 8
_CHUNK = 8_000_000
_BITS = 22
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


class Stream(Protocol):
    """What can be read piece by piece."""

    def read(self, size: int, /) -> bytes:
        """The next bytes; none at the end."""
        ...


class ByteSearch:
    """Needles of any length; those of 8 bytes and more are found together through a table over their first 8 bytes."""

    def __init__(self, needles: Sequence[bytes]) -> None:
        self.longest = max((len(needle) for needle in needles), default=0)
        self._short = [needle for needle in needles if 0 < len(needle) < _KEY]
        self._long: dict[int, list[bytes]] = {}
        for needle in needles:
            if len(needle) >= _KEY:
                self._long.setdefault(int.from_bytes(needle[:_KEY], "little"), []).append(needle)
        self._table = np.zeros(1 << _BITS, dtype=np.bool_)
        if self._long:
            self._table[_hash(np.array(list(self._long), dtype="<u8"))] = True

    def found_in(self, path: Path) -> tuple[set[bytes], int]:
        """Which needles stand in a file, and in what is packed in it (xlsx, docx, zip, gz); how many bytes were read.

        Raises:
            OSError: the file can't be read.
        """
        with path.open("rb") as file:
            found, read = self.found_in_stream(file)
        for inside in _unpacked(path):
            more, unpacked = self.found_in_stream(inside)
            found |= more
            read += unpacked
        return found, read

    def found_in_stream(self, file: Stream) -> tuple[set[bytes], int]:
        """Which needles stand in what is read of a file, and how many bytes that was."""
        found: set[bytes] = set()
        read, tail = 0, b""
        while chunk := file.read(_CHUNK):
            read += len(chunk)
            data = tail + chunk
            found.update(self.found(data))
            tail = data[-max(0, self.longest - 1) :] if self.longest > 1 else b""
        return found, read

    def found(self, data: bytes) -> Iterator[bytes]:
        """The needles that stand in these bytes; one may come several times."""
        yield from (needle for needle in self._short if needle in data)
        if not self._long:
            return
        for offset in range(min(_KEY, max(0, len(data) - _KEY + 1))):
            keys = np.frombuffer(data, dtype="<u8", offset=offset, count=(len(data) - offset) // _KEY)
            for place in np.flatnonzero(self._table[_hash(keys)]):
                start = offset + int(place) * _KEY
                for needle in self._long.get(int(keys[place]), ()):
                    if data.startswith(needle, start):
                        yield needle


def _hash(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return (keys * _FACTOR) >> np.uint64(64 - _BITS)


def _unpacked(path: Path) -> Iterator[IO[bytes]]:
    """What is packed in a file, as streams; what can't be unpacked has been searched as it is."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for member in archive.infolist():
                    with archive.open(member) as file:
                        yield file
        elif path.suffix == ".gz":
            with gzip.open(path) as packed:
                yield packed  # type: ignore[misc]  # reads as a file does
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        return
