"""Which of a customer's own words to quote: a sentence or two, verbatim, with their place in the record."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.domain.records import Record, customer_spans

_SENTENCE = re.compile(r"[^。!?！？;；\n]+[。!?！？;；]*")
_CLAUSE = re.compile(r"[^,，、:：]+[,，、:：]*")
_MASK = re.compile(r"⟦[^⟧]*⟧")
_LONG = 90
_SHORT = 8


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a record's text."""

    start: int
    end: int

    def of(self, record: Record) -> str:
        """Its words."""
        return record.text[self.start : self.end]


def sentences(record: Record) -> list[Span]:
    """The customer's own sentences in order; one too long to quote falls into runs of clauses.

    None begins or ends inside a masked value, and none holds an agent's words.
    """
    found: list[Span] = []
    for start, end in customer_spans(record):
        for match in _SENTENCE.finditer(record.text, start, end):
            found += _pieces(record.text, match.start(), match.end())
    return [span for span in found if span.end > span.start]


def _pieces(text: str, start: int, end: int) -> list[Span]:
    if end - start <= _LONG:
        return [_trimmed(text, start, end)]
    masks = [m.span() for m in _MASK.finditer(text, start, end)]
    pieces, begin = [], start
    for clause in _CLAUSE.finditer(text, start, end):
        inside = any(a < clause.end() < b for a, b in masks)
        if clause.end() - begin >= _LONG // 2 and not inside:
            pieces.append(_trimmed(text, begin, clause.end()))
            begin = clause.end()
    return [*pieces, _trimmed(text, begin, end)] if begin < end else pieces


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start] in " \t\r\n,，、。":
        start += 1
    while end > start and text[end - 1] in " \t\r\n,，、:：":
        end -= 1
    return Span(start, end)


def best(record: Record, candidates: Sequence[Span], scores: Sequence[float]) -> Span | None:
    """The best-scored candidate, grown by its neighbour where it is too short to stand alone."""
    if not candidates:
        return None
    place = max(range(len(candidates)), key=lambda i: (scores[i], -i))
    chosen = candidates[place]
    if chosen.end - chosen.start >= _SHORT:
        return chosen
    for neighbour in (candidates[place + 1 : place + 2], candidates[max(0, place - 1) : place]):
        if neighbour and _one_turn(record, chosen, neighbour[0]):
            return Span(min(chosen.start, neighbour[0].start), max(chosen.end, neighbour[0].end))
    return chosen


def _one_turn(record: Record, a: Span, b: Span) -> bool:
    low, high = min(a.start, b.start), max(a.end, b.end)
    return high - low <= _LONG and any(start <= low and high <= end for start, end in customer_spans(record))
