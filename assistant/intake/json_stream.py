"""JSON values taken one by one from a stream, so that an export of any size is read in bounded memory."""

import json
import re
from collections.abc import Iterator
from typing import TextIO

_CHUNK = 1 << 18
_LIMIT = 1 << 25
_SPACE = re.compile(r"[ \t\r\n\ufeff]*")
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)
"""`NaN` and `Infinity`, which are no JSON and no number either, are read as nothing."""


class JsonStreamError(ValueError):
    """The text is not JSON at `line`."""

    def __init__(self, line: int) -> None:
        super().__init__(f"not JSON at line {line}")
        self.line = line


class JsonStream:
    """A cursor over JSON text; `line` is the 1-based line of the cursor."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._buffer = ""
        self._at = 0
        self._lines_before = 0
        self._counted = 0
        self._ended = False
        self.unreadable = 0

    @property
    def line(self) -> int:
        self._lines_before += self._buffer.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._lines_before + 1

    def peek(self) -> str:
        """The next character that is no white space, ``""`` at the end."""
        while True:
            self._at = _SPACE.match(self._buffer, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._buffer) or not self._fill():
                return self._buffer[self._at : self._at + 1]

    def take(self, wanted: str) -> bool:
        """True, and one step on, if `wanted` is the next character."""
        if self.peek() != wanted:
            return False
        self._at += 1
        return True

    def value(self) -> object:
        """The next value, whole.

        Raises:
            JsonStreamError: what stands here is no JSON, is cut off, nests too deep or is longer than 32 M characters.
        """
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except RecursionError:
                raise JsonStreamError(self.line) from None
            except json.JSONDecodeError as error:
                near_end = error.pos >= len(self._buffer) - 16 or "Unterminated" in error.msg
                if not near_end or len(self._buffer) - self._at > _LIMIT or not self._fill(grow=True):
                    raise JsonStreamError(self.line) from None
                continue
            if end == len(self._buffer) and self._fill(grow=True):
                continue
            self._at = end
            return value

    def elements(self) -> Iterator[tuple[int, object]]:
        """The elements of the array that begins here, each with its line."""
        if not self.take("["):
            raise JsonStreamError(self.line)
        while not self.take("]"):
            self.peek()
            yield self.line, self.value()
            if not self.take(",") and self.peek() != "]":
                raise JsonStreamError(self.line)

    def _fill(self, *, grow: bool = False) -> bool:
        """Take more of the file in; False at its end. What lies behind the cursor is forgotten."""
        if self._ended:
            return False
        chunk = self._file.read(max(_CHUNK, len(self._buffer) - self._at) if grow else _CHUNK)
        self._ended = not chunk
        self._lines_before += self._buffer.count("\n", self._counted, self._at)
        self._counted = 0
        self.unreadable += chunk.count("\ufffd")
        self._buffer = self._buffer[self._at :] + chunk
        self._at = 0
        return bool(chunk)
