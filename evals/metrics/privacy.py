"""How well masking found the planted values: recall, precision per type, and every miss and false alarm by name.

Matching rule. Truth is a list of (type, exact text) per record; every place where that text stands counts as one
planted value. A finding matches a planted value when both have the same type, the finding covers at least 80 % of
the planted characters, and the planted value is at least half of the finding (an extension after a telephone
number, or a form of address after a name, does not make a finding wrong; a swallowed sentence does). Each planted
value is found at most once; a finding of the same text and type that overlaps no free planted value is false.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from evals.metrics.measured import Measured, part

COVERED = 0.8
"""Least share of the planted characters that a finding must cover."""
FILLED = 0.5
"""Least share of the finding that the planted value must fill."""


@dataclass(frozen=True, slots=True)
class Span:
    """A value of `type` at ``[start, end)`` of some text."""

    type: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one type, or of all."""

    found: int = 0
    missed: int = 0
    false: int = 0

    @property
    def recall(self) -> Measured:
        """Share of the planted values that were found; 1.0 where none was planted."""
        return part(self.found, self.found + self.missed, nothing=1.0)

    @property
    def precision(self) -> Measured:
        """Share of the findings that were planted; 1.0 where nothing was found."""
        return part(self.found, self.found + self.false, nothing=1.0)


@dataclass(frozen=True, slots=True)
class Report:
    """The figures over a corpus; `misses` and `false_alarms` as (record, type, text)."""

    overall: Score
    by_type: Mapping[str, Score]
    misses: tuple[tuple[str, str, str], ...] = field(default=())
    false_alarms: tuple[tuple[str, str, str], ...] = field(default=())


def planted_spans(text: str, planted: Iterable[tuple[str, str]]) -> list[Span]:
    """Every place where a planted (type, text) stands in `text`; of places inside one another the longest."""
    places = {Span(kind, at, at + len(value)) for kind, value in planted if value for at in _places(text, value)}
    return sorted(
        (s for s in places if not any(o != s and o.start <= s.start and s.end <= o.end for o in places)),
        key=lambda s: s.start,
    )


def match_spans(planted: Sequence[Span], found: Sequence[Span]) -> tuple[list[Span], list[Span], list[Span]]:
    """(found planted values, missed planted values, false findings) by the rule of this module."""
    free = list(planted)
    false: list[Span] = []
    for span in found:
        hit = next((p for p in free if _matches(p, span)), None)
        if hit is None:
            false.append(span)
        else:
            free.remove(hit)
    missed = set(free)
    return [p for p in planted if p not in missed], free, false


def score_masking(corpus: Iterable[tuple[str, str, Sequence[Span], Sequence[Span]]]) -> Report:
    """The report over (record id, raw text, planted spans, found spans), all spans in the raw text."""
    counts: Counter[tuple[str, str]] = Counter()
    misses: list[tuple[str, str, str]] = []
    false_alarms: list[tuple[str, str, str]] = []
    for record, text, planted, found in corpus:
        hits, missed, false = match_spans(planted, found)
        for outcome, spans in (("found", hits), ("missed", missed), ("false", false)):
            counts.update((span.type, outcome) for span in spans)
        misses += [(record, s.type, text[s.start : s.end]) for s in missed]
        false_alarms += [(record, s.type, text[s.start : s.end]) for s in false]
    kinds = sorted({kind for kind, _ in counts})
    by_type = {k: Score(counts[k, "found"], counts[k, "missed"], counts[k, "false"]) for k in kinds}
    overall = Score(*(sum(getattr(s, name) for s in by_type.values()) for name in ("found", "missed", "false")))
    return Report(overall, by_type, tuple(misses), tuple(false_alarms))


def without(found: Iterable[Span], planted: Sequence[Span], either: Sequence[Span]) -> list[Span]:
    """The findings but for those that touch a value of which readers would disagree, and no planted one."""
    return [s for s in found if not (touches(s, either) and not touches(s, planted))]


def touches(span: Span, others: Iterable[Span]) -> bool:
    """Whether a span shares a character with one of the others."""
    return any(span.start < other.end and other.start < span.end for other in others)


def _places(text: str, value: str) -> Iterable[int]:
    at = text.find(value)
    while at >= 0:
        yield at
        at = text.find(value, at + len(value))


def _matches(planted: Span, found: Span) -> bool:
    overlap = min(planted.end, found.end) - max(planted.start, found.start)
    return (
        planted.type == found.type
        and overlap >= COVERED * (planted.end - planted.start)
        and overlap >= FILLED * (found.end - found.start)
    )
