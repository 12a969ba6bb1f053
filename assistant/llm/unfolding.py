"""Knows how to take whole items out of a JSON answer that is still being written."""

import json
import re
from typing import Any

_THINKING = re.compile(r"\A\s*<think(?:ing)?>", re.IGNORECASE)
_THOUGHT = re.compile(r"</think(?:ing)?>", re.IGNORECASE)


class Unfolding:
    """The objects in one list of an answer, handed out as each is finished.

    What stands before the list is passed over; so is everything after it. An answer that does not say the list by the
    name that was asked for gives nothing.
    """

    def __init__(self, name: str) -> None:
        self._begins = re.compile(rf'"{re.escape(name)}"\s*:\s*\[')
        self._decoder = json.JSONDecoder(strict=False)
        self._text = ""
        self._at = self._from = -1
        self._ended = False

    @property
    def head(self) -> str:
        """What stands before the list, as far as it has been written; all of it once the list has begun."""
        return self._text[: self._from] if self._from >= 0 else self._text

    def feed(self, piece: str) -> list[dict[str, Any]]:
        """The objects that a further piece of text finishes."""
        self._text += piece
        if self._ended or (self._at < 0 and not self._begun()):
            return []
        found: list[dict[str, Any]] = []
        while (value := self._next()) is not None:
            found.append(value)
        return found

    def _begun(self) -> bool:
        if _THINKING.match(self._text):
            if not (thought := _THOUGHT.search(self._text)):
                return False
            self._text = self._text[thought.end() :]
        if match := self._begins.search(self._text):
            self._at = self._from = match.end()
        return match is not None

    def _next(self) -> dict[str, Any] | None:
        while self._at < len(self._text) and self._text[self._at] in " \t\r\n,":
            self._at += 1
        if self._at >= len(self._text):
            return None
        if self._text[self._at] != "{":
            self._ended = True
            return None
        if "}" not in self._text[self._at :]:
            return None
        try:
            value, self._at = self._decoder.raw_decode(self._text, self._at)
        except (json.JSONDecodeError, RecursionError):
            return None
        return value if isinstance(value, dict) else None
