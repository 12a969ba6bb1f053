"""Where a quote stands in a record, in the customer's own words; knows how far a quote may differ from the letters."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from assistant.domain.records import Record, customer_spans, turn_prefix

Refusal = Literal[
    "quote_empty", "quote_too_short", "quote_not_found", "quote_of_agent", "quote_across_turns",
]  # fmt: skip

SHORTEST = 4
"""Letters a quote needs; a shorter one (2 or 3) must be a whole clause, such as a review that says 太贵."""
LONGEST = 200
"""Characters of a stored quote; a longer one is cut after its last whole clause."""

_PAUSE = "·"
_PUNCTUATION = frozenset("，,、；;：:。.！!？?…~～—-–·•“”‘’\"'「」『』《》〈〉()（）[]【】|/\\")
_CLAUSE_END = re.compile(r"[，,、；;。.！!？?…~～\n]")
_GAP = re.compile(r"(?:…+|\.{3,}|。{2,}|\n+|\s*\[…\]\s*)")
_PREFIX = re.compile(rf"^\s*{turn_prefix('customer').strip()[:-1]}\s*[:：]\s*")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text without widths, case, blanks and kinds of punctuation; `offsets[i]` is where letter i came from."""

    letters: str
    offsets: tuple[int, ...]


def fold(text: str) -> Folded:
    """Fold a text for tolerant search: NFKC, lower case, blanks left out, a run of punctuation as one pause."""
    letters: list[str] = []
    offsets: list[int] = []
    for position, character in enumerate(text):
        if character.isspace():
            continue
        if character in _PUNCTUATION:
            if letters and letters[-1] != _PAUSE:
                letters.append(_PAUSE)
                offsets.append(position)
            continue
        for letter in unicodedata.normalize("NFKC", character).casefold():
            letters.append(letter)
            offsets.append(position)
    return Folded("".join(letters), tuple(offsets))


class Quotable:
    """One record made ready for looking up quotes; build it once per record."""

    def __init__(self, record: Record) -> None:
        self._text = str(record.text)
        self._spans = customer_spans(record)
        self._masked = [(span.start, span.end) for span in record.masked]
        self._folded = [fold(self._text[start:end]) for start, end in self._spans]

    def find(self, quote: str) -> tuple[int, int] | Refusal:
        """Offsets of a quote in the customer's own words, or why it is refused.

        The quote must stand inside one customer span: letter for letter, else but for width, case, blanks and
        punctuation. A quote put together with ``…`` or over several turns is accepted as its longest piece, if
        every piece stands. What the offsets enclose is the record's own text, never the quote as it came.
        """
        quote = _PREFIX.sub("", quote).strip()
        if not quote:
            return "quote_empty"
        found = self._locate(quote) or self._longest_piece(quote)
        if isinstance(found, str):
            return found
        start, end = self._trimmed(*found)
        return (start, end) if self._telling(start, end) else "quote_too_short"

    def _locate(self, quote: str) -> tuple[int, int] | None:
        for start, end in self._spans:
            position = self._text.find(quote, start, end)
            if position >= 0:
                return position, position + len(quote)
        needle = fold(quote).letters.strip(_PAUSE)
        if not needle:
            return None
        for (start, _), folded in zip(self._spans, self._folded, strict=True):
            position = folded.letters.find(needle)
            if position >= 0:
                last = folded.offsets[position + len(needle) - 1]
                return start + folded.offsets[position], start + last + 1
        return None

    def _longest_piece(self, quote: str) -> tuple[int, int] | Refusal:
        pieces = [_PREFIX.sub("", piece).strip() for piece in _GAP.split(quote)]
        pieces = [piece for piece in pieces if fold(piece).letters.strip(_PAUSE)]
        if len(pieces) > 1:
            places = [self._locate(piece) for piece in pieces]
            standing = [place for place in places if place is not None]
            if len(standing) == len(places):
                return max(standing, key=lambda place: place[1] - place[0])
        return self._why_not(quote)

    def _why_not(self, quote: str) -> Refusal:
        needle = fold(quote).letters.strip(_PAUSE)
        if not needle:
            return "quote_too_short"
        whole = fold(self._text).letters
        if needle not in whole:
            return "quote_not_found"
        return "quote_across_turns" if self._touches_customer(whole, needle) else "quote_of_agent"

    def _touches_customer(self, whole: str, needle: str) -> bool:
        offsets = fold(self._text).offsets
        position = whole.find(needle)
        first, last = offsets[position], offsets[position + len(needle) - 1]
        return any(start <= last and first < end for start, end in self._spans)

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        for first, last in self._masked:
            if first < start < last:
                start = first
            if first < end < last:
                end = last
        if end - start <= LONGEST:
            return start, end
        cuts = [match.start() for match in _CLAUSE_END.finditer(self._text, start + SHORTEST, start + LONGEST)]
        end = cuts[-1] if cuts else start + LONGEST
        for first, last in self._masked:
            if first < end < last:
                end = first
        return start, end

    def _telling(self, start: int, end: int) -> bool:
        letters = sum(
            self._text[i].isalnum() and not any(first <= i < last for first, last in self._masked)
            for i in range(start, end)
        )
        return letters >= SHORTEST or (letters >= 2 and self._whole_clause(start, end))

    def _whole_clause(self, start: int, end: int) -> bool:
        span = next((s for s in self._spans if s[0] <= start and end <= s[1]), (start, end))
        before = self._text[span[0] : start].rstrip(" ")
        after = self._text[end : span[1]].lstrip(" ")
        return (not before or bool(_CLAUSE_END.match(before[-1]))) and (not after or bool(_CLAUSE_END.match(after[0])))
