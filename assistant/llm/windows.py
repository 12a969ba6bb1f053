"""Knows how a record too long for one reading is cut into windows that overlap, at the borders of turns or sentences."""

import re
from dataclasses import dataclass

from assistant.domain.records import Record, turn_prefix

WHOLE_CHARS = 8000
"""A text up to this length is read in one piece."""
WINDOW_CHARS = 6000
OVERLAP_CHARS = 600
"""About what two neighbouring windows share, so that a need told across a border stands whole in one of them."""

_SENTENCE_END = re.compile(r"[。！？!?；;\n]")


@dataclass(frozen=True, slots=True)
class Window:
    """One piece of a record: ``record.text[start:end]``, the `n`-th of `of`."""

    n: int
    of: int
    start: int
    end: int


def windows_of(record: Record) -> tuple[Window, ...]:
    """The windows of a record, in order, that cover all of its text; one where the text is short enough.

    Each is at most `WINDOW_CHARS` long. Two neighbours share up to `OVERLAP_CHARS`, less where no border is near. A
    masked value is never cut.
    """
    length = len(record.text)
    if length <= WHOLE_CHARS:
        return (Window(1, 1, 0, length),)
    borders, ends = _borders(record)
    pieces: list[tuple[int, int]] = []
    start = 0
    while True:
        end = length if length - start <= WINDOW_CHARS else _end(start, borders, ends, record)
        pieces.append((start, end))
        if end == length:
            break
        start = _next_start(start, end, borders, ends)
    return tuple(Window(n, len(pieces), start, end) for n, (start, end) in enumerate(pieces, 1))


def window_text(record: Record, window: Window) -> str:
    """What is shown of a window: its text, and who speaks where it begins inside a turn."""
    text = record.text[window.start : window.end]
    turn = next((turn for turn in record.turns if turn.start < window.start < turn.end), None)
    return f"{turn_prefix(turn.speaker)}{text}" if turn else text


def _borders(record: Record) -> tuple[list[int], list[int]]:
    """Where turns begin (or paragraphs, in a text without turns), and where sentences end."""
    text = str(record.text)
    turns = [turn.start - len(turn_prefix(turn.speaker)) for turn in record.turns]
    begins = turns or [match.end() for match in re.finditer(r"\n", text)]
    inside = [(span.start, span.end) for span in record.masked]
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    return begins, [end for end in ends if not any(first < end < last for first, last in inside)]


def _end(start: int, borders: list[int], ends: list[int], record: Record) -> int:
    """The last border in the window's second half, else the last end of a sentence, else as far as it goes."""
    latest = start + WINDOW_CHARS
    for places in (borders, ends):
        fitting = [place for place in places if start + WINDOW_CHARS // 2 < place <= latest]
        if fitting:
            return fitting[-1]
    return next((span.start for span in record.masked if start < span.start < latest < span.end), latest)


def _next_start(start: int, end: int, borders: list[int], ends: list[int]) -> int:
    """The first border inside the overlap, else the first end of a sentence, else the window's own end."""
    earliest = max(start + 1, end - OVERLAP_CHARS)
    for places in (borders, ends):
        fitting = [place for place in places if earliest <= place < end]
        if fitting:
            return fitting[0]
    return end
