"""Precision and recall of everything that is read out of a record, class by class, as counts over needs or records.

Over needs, an insight is right in a class where it is paired with a planted need (`evals.metrics.extraction.match`) and
both are of that class; needs nobody found and insights nobody planted count against it too. Over records, a record is
right where both say it has the thing.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from assistant.domain.vocabulary import (
    ASPECTS,
    DEEP_CATEGORIES,
    OPPORTUNITY_TYPES,
    SENTIMENTS,
    SIGNAL_NAMES,
)
from evals.metrics.extraction import Matching, Row, Truth, kinds, letters, match

SUGGESTION_SHARE = 0.5
"""A suggestion is the planted one where they share this part of the shorter one's character pairs."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How often a thing was said, how often it is true, and how often both."""

    name: str
    both: int
    said: int
    true: int

    @property
    def precision(self) -> float:
        """Of what was said, the part that is true; 0 where nothing was said."""
        return self.both / self.said if self.said else 0.0

    @property
    def recall(self) -> float:
        """Of what is true, the part that was said; 0 where nothing is true."""
        return self.both / self.true if self.true else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        return 2 * self.both / (self.said + self.true) if self.said + self.true else 0.0


def reading_counts(insights: Sequence[Row], truth: Truth, said_noise: Collection[str]) -> list[Counts]:
    """One row per thing and class, in a fixed order; classes that are neither planted nor said are left out."""
    found = match(insights, truth)
    planted = [*(pair.need for pair in found.pairs), *(need for _, need in found.lost)]
    rows = [Counts("need", len(found.pairs), len(insights), len(planted))]
    for field, classes in (("sentiment", SENTIMENTS), ("aspect", ASPECTS), ("deep_category", DEEP_CATEGORIES)):
        rows += _classes(found, field, classes, insights, planted)
    rows += _of_records("opportunity", OPPORTUNITY_TYPES, _chances(truth), _said_chances(insights))
    rows += _of_records("signal", SIGNAL_NAMES, _signals(truth.items()), _signals(_by_record(insights)))
    rows.append(_suggestions(insights, truth))
    noise = {record for record, row in truth.items() if row.get("noise")}
    called = set(said_noise) & set(truth)
    rows.append(Counts("noise", len(noise & called), len(called), len(noise)))
    return [row for row in rows if row.said or row.true]


def _classes(
    found: Matching, field: str, classes: Iterable[str], insights: Sequence[Row], planted: Sequence[Row]
) -> list[Counts]:
    said = Counter(str(row.get(field)) for row in insights)
    true = Counter(str(row.get(field)) for row in planted)
    both = Counter(str(pair.need.get(field)) for pair in found.pairs if pair.insight.get(field) == pair.need.get(field))
    whole = Counts(field, both.total(), said.total(), true.total())
    return [whole, *(Counts(f"{field}.{name}", both[name], said[name], true[name]) for name in classes)]


def _of_records(
    name: str, classes: Iterable[str], true: set[tuple[str, str]], said: set[tuple[str, str]]
) -> list[Counts]:
    def of(pairs: set[tuple[str, str]], kind: str) -> set[tuple[str, str]]:
        return {pair for pair in pairs if pair[1] == kind}

    whole = Counts(name, len(true & said), len(said), len(true))
    parts = [(kind, of(true, kind), of(said, kind)) for kind in classes]
    return [whole, *(Counts(f"{name}.{kind}", len(t & s), len(s), len(t)) for kind, t, s in parts)]


def _chances(truth: Truth) -> set[tuple[str, str]]:
    return {(record, kind) for record, row in truth.items() for kind in kinds(row)}


def _said_chances(insights: Sequence[Row]) -> set[tuple[str, str]]:
    return {(str(row["external_id"]), kind) for row in insights for kind in kinds(row)}


def _by_record(insights: Sequence[Row]) -> Iterable[tuple[str, Row]]:
    return ((str(row["external_id"]), row) for row in insights)


def _signals(rows: Iterable[tuple[str, Row]]) -> set[tuple[str, str]]:
    found = set()
    for record, row in rows:
        signals = row.get("signals")
        if isinstance(signals, dict):
            found |= {(record, name) for name, on in signals.items() if on}
    return found


def _suggestions(insights: Sequence[Row], truth: Truth) -> Counts:
    """Over records: a record is right where one of its suggestions is the planted one."""
    said: dict[str, list[str]] = {}
    for row in insights:
        if row.get("suggestion"):
            said.setdefault(str(row["external_id"]), []).append(str(row["suggestion"]))
    true = {record: str(row["suggestion"]) for record, row in truth.items() if row.get("suggestion")}
    both = sum(any(alike(one, true[record]) for one in said.get(record, ())) for record in true)
    return Counts("suggestion", both, len(said), len(true))


def alike(one: str, other: str) -> bool:
    """Whether two suggestions are the same words, about."""
    mine, theirs = _pairs(one), _pairs(other)
    return len(mine & theirs) >= SUGGESTION_SHARE * max(1, min(len(mine), len(theirs)))


def _pairs(text: str) -> set[str]:
    plain = letters(text)
    return {plain[at : at + 2] for at in range(len(plain) - 1)}


def worst_cases(insights: Sequence[Row], truth: Truth) -> tuple[str, ...]:
    """What went wrong, the gravest first: noise with needs, needs lost (graver ones first), wrong feeling, needs nobody
    planted, wrong aspect, wrong motive. Each says the record, so that it can be looked at."""
    found = match(insights, truth)
    noise = sorted({str(row["external_id"]) for row in insights if truth[str(row["external_id"])].get("noise")})
    lost = sorted(found.lost, key=lambda item: -_severity(item[1]))
    lines = [f"noise with a need: {record}" for record in noise]
    lines += [f"lost in {record}: {need['need']} {need['surface']}" for record, need in lost]
    lines += _differing(found, "sentiment")
    lines += [f"spare in {row['external_id']}: {row.get('surface')}" for row in found.spare]
    return (*lines, *_differing(found, "aspect"), *_differing(found, "deep_category"))


def _differing(found: Matching, field: str) -> list[str]:
    return [
        f"{field} in {pair.record}: {pair.insight.get(field)}, planted {pair.need.get(field)}: {pair.insight.get('quote')}"
        for pair in found.pairs
        if pair.insight.get(field) != pair.need.get(field)
    ]


def _severity(need: Row) -> int:
    value = need.get("severity")
    return value if isinstance(value, int) else 0
