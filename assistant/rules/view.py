"""Knows a record as the rules see it: its clauses, each with the cues found in it and how it feels."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from assistant.domain.records import Record
from assistant.rules.lexicon import Hit, Lexicon, normalise
from assistant.rules.orders import blanked, orders_in, without_orders
from assistant.rules.segment import Clause, clauses

_FEELING = {"positive", "negative", "negator"}

READ_AT_MOST = 12_000
"""Characters of a record's own words that are read: three hours of talk; what comes after repeats what was said."""


@dataclass(slots=True)
class Seen:
    """One clause with its cues: weights by ``(kind, label)``, and its feeling as pleased and hurt weights."""

    clause: Clause
    cues: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    pleased: float = 0.0
    hurt: float = 0.0
    request: bool = False
    past: bool = False
    """Speaks of how it was before this product or visit."""
    shown: set[str] = field(default_factory=set)
    """Situations with a cue that is more than a single character of many meanings."""

    @property
    def mood(self) -> float:
        """Pleased minus hurt."""
        return self.pleased - self.hurt

    def weight(self, kind: str, label: str) -> float:
        """How strongly a cue of this kind and label shows in the clause."""
        return self.cues.get((kind, label), 0.0)


class View:
    """A record's clauses with their cues. Lists are in reading order."""

    def __init__(self, record: Record, lexicon: Lexicon) -> None:
        self.record = record
        self.text = record.text
        orders = orders_in(record.text)
        self.read = blanked(record.text, orders)
        """The record's text, as long as it is, without orders to a machine."""
        self.segment = record.customer.segment if record.customer else None
        heading = Seen(Clause(0, 0, -1, -1))
        if record.title:
            _fill(heading, lexicon.scan(normalise(without_orders(record.title))))
        self.title = heading.cues
        self.heading = max(min(heading.mood, 2.5), -2.0)
        self.seen = [Seen(clause) for clause in clauses(record, orders)]
        if self.seen:
            begin = self.seen[0].clause.start
            end = min(self.seen[-1].clause.end, begin + READ_AT_MOST)
            self._spread(lexicon.scan(normalise(self.read[begin:end]), begin))

    def _spread(self, hits: list[Hit]) -> None:
        at = 0
        for number, seen in enumerate(self.seen):
            end = self.seen[number + 1].clause.start if number + 1 < len(self.seen) else len(self.text) + 1
            while at < len(hits) and hits[at].start < seen.clause.start:
                at += 1
            first = at
            while at < len(hits) and hits[at].start < min(end, seen.clause.end + 1):
                at += 1
            _fill(seen, hits[first:at])
            if number and any(_turns(hit, seen) for hit in hits[first:at]):
                self._turn(number)
            self._remember(number)
            self._report(number)
            seen.request = self.text[seen.clause.end - 1 : seen.clause.end] in "?？吗么呢"

    def _report(self, number: int) -> None:
        """What the staff said is no wish and no chance, up to the end of their words in the same sentence."""
        seen = self.seen[number]
        before = self.seen[number - 1] if number else None
        goes_on = (
            before is not None
            and before.weight("mood", "reported") > 0
            and before.clause.sentence == seen.clause.sentence
            and self.quote(before)[-1:] in "说讲回答道让叫"
        )
        if goes_on:
            seen.cues["mood", "reported"] = 1.0
        if seen.weight("mood", "reported"):
            for mark in [mark for mark in seen.cues if mark[0] in {"wish", "chance"}]:
                del seen.cues[mark]

    def _remember(self, number: int) -> None:
        """What used to be, up to a "now" in the same sentence, hurts no more; a "now" after it is a relief."""
        seen = self.seen[number]
        before = (
            self.seen[number - 1] if number and self.seen[number - 1].clause.sentence == seen.clause.sentence else None
        )
        now = seen.weight("mood", "now") > 0
        seen.past = not now and (seen.weight("mood", "past") > 0 or (before is not None and before.past))
        if seen.past:
            seen.hurt *= 0.3
        elif now and number and any(other.past for other in self.seen[max(0, number - 5) : number]):
            seen.pleased += 1.5

    def _turn(self, number: int) -> None:
        """After a "but" the praise before it, in the same breath, counts little and the hurt after it more."""
        for before in self.seen[max(0, number - 4) : number]:
            if before.clause.span == self.seen[number].clause.span:
                before.pleased *= 0.5
        if self.seen[number].hurt:
            self.seen[number].hurt += 1.0

    def quote(self, seen: Seen) -> str:
        """The clause's own words, verbatim."""
        return self.text[seen.clause.start : seen.clause.end]

    @cached_property
    def sentences(self) -> list[list[Seen]]:
        """Clauses grouped by sentence."""
        groups: dict[int, list[Seen]] = {}
        for seen in self.seen:
            groups.setdefault(seen.clause.sentence, []).append(seen)
        return list(groups.values())

    @cached_property
    def totals(self) -> dict[tuple[str, str], float]:
        """Weights of all cues in the customer's own words, the title counted once."""
        return summed([self.title, *(seen.cues for seen in self.seen)])

    def labels(self, kind: str) -> dict[str, float]:
        """Label → weight of one kind of cue over the whole record."""
        return {label: weight for (found, label), weight in self.totals.items() if found == kind}

    @cached_property
    def length(self) -> int:
        """Characters of the customer's own words."""
        return sum(seen.clause.end - seen.clause.start for seen in self.seen)

    @cached_property
    def prior(self) -> float:
        """What stars and title say before a word is read, about -4 to 4; a survey's 0-10 is read as recommendation."""
        return self._stars + self.heading

    @property
    def _stars(self) -> float:
        rating = self.record.rating
        if rating is None:
            return 0.0
        if self.record.channel == "survey" or rating > 5:
            return -1.5 if rating <= 6 else (0.2 if rating <= 8 else 1.6)
        return {1: -2.0, 2: -1.6, 3: -0.8, 4: 0.3, 5: 1.6}.get(round(rating), 0.0)


def seen_in(text: str, lexicon: Lexicon) -> Seen:
    """A text by itself as one clause with its cues."""
    seen = Seen(Clause(0, len(text), 0, 0))
    _fill(seen, lexicon.scan(normalise(text)))
    return seen


def _turns(hit: Hit, seen: Seen) -> bool:
    return hit.kind == "mood" and hit.label == "contrast" and hit.start - seen.clause.start <= 1


def summed(cues: Iterable[dict[tuple[str, str], float]]) -> dict[tuple[str, str], float]:
    """Weights of several clauses added up."""
    total: dict[tuple[str, str], float] = defaultdict(float)
    for weights in cues:
        for mark, weight in weights.items():
            total[mark] += weight
    return total


def _fill(seen: Seen, hits: list[Hit]) -> None:
    negated_until = -1
    for hit in hits:
        if hit.kind != "mood" or hit.label not in _FEELING:
            seen.cues[hit.kind, hit.label] += hit.weight
            if hit.kind == "frame" and (hit.weight > 1.0 or hit.end - hit.start > 1):
                seen.shown.add(hit.label)
            continue
        negated = hit.start <= negated_until
        if hit.label == "negator":
            negated_until = hit.end + 2
        elif (hit.label == "positive") != negated:
            seen.pleased += hit.weight * (0.6 if negated else 1.0)
        else:
            seen.hurt += hit.weight
    if seen.weight("mood", "sarcasm") >= 3:
        seen.hurt, seen.pleased = seen.hurt + seen.pleased + 1.0, 0.0
