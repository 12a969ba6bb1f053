"""Finds every personal value in a text and puts masks in their place, until nothing more is found."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from assistant.domain.records import MaskedSpan, MaskedText, PersonalValue
from assistant.domain.vocabulary import PiiType
from assistant.intake.privacy.addresses import find_addresses
from assistant.intake.privacy.codes import find_codes
from assistant.intake.privacy.contacts import find_contacts
from assistant.intake.privacy.findings import Finding, resolve
from assistant.intake.privacy.folding import MARK, fold
from assistant.intake.privacy.known import KnownValue, find_known
from assistant.intake.privacy.names import find_names
from assistant.intake.privacy.numbers import find_numbers
from assistant.intake.privacy.policy import MaskingPolicy
from assistant.intake.privacy.pseudonyms import ID_DIGITS, MARK_DIGITS, pseudonym
from assistant.intake.privacy.spoken import find_spoken

_MOST_PASSES = 8
_LONG_ENOUGH = 3
_AGAIN = 20
_LETTER = re.compile("[A-Za-z]")
_DIGIT = re.compile("[0-9]")


Believed = Callable[[str], bool]
"""Whether what looks like a name is taken for one."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """`text[start:end]` gives way to `mark`."""

    start: int
    end: int
    mark: str


@dataclass(frozen=True, slots=True)
class Engine:
    """Masking under one key and one policy."""

    key: bytes
    policy: MaskingPolicy
    noted: list[PersonalValue] | None = None
    """Where what is masked is noted, for the vault; None: nowhere."""

    def mask(
        self, text: str, known: Sequence[KnownValue], places: Sequence[int] = (), believed: Believed | None = None
    ) -> tuple[MaskedText, list[int]]:
        """The masked text, and where `places` (ascending offsets into `text`) came to stand in it.

        It searches again until a search finds nothing (a value may come to light when its neighbour is masked),
        so that masking a masked text changes nothing. A name that is not `believed` stays.
        """
        moved = list(places)
        for _ in range(_MOST_PASSES):
            replacements = self._replacements(text, known, believed)
            if not replacements:
                break
            moved = _move(moved, replacements)
            text = _apply(text, replacements)
        return MaskedText(text), moved

    def _replacements(self, text: str, known: Sequence[KnownValue], believed: Believed | None) -> list[Replacement]:
        return [
            Replacement(f.start, f.end, self._mark(f.type, f.value or text[f.start : f.end]))
            for f in find(text, known)
            if self.policy.action(f.type) != "keep"
            and (believed is None or f.type != "name" or believed(text[f.start : f.end]))
        ]

    def _mark(self, kind: PiiType, value: str) -> str:
        digits = ID_DIGITS if self.policy.action(kind) == "hash" else MARK_DIGITS
        return f"⟦{kind}:{self.stand_in(kind, value, digits)}⟧"

    def stand_in(self, kind: PiiType, value: str, digits: int) -> str:
        """The pseudonym of a value, which is noted where this engine notes."""
        made = pseudonym(self.key, kind, value, digits)
        if self.noted is not None:
            self.noted.append(PersonalValue(kind, made, value))
        return made


def find(text: str, known: Sequence[KnownValue] = ()) -> list[Finding]:
    """The personal values in a text, in order, none overlapping; masks already there are left alone."""
    folded = fold(text)
    written = _LETTER.search(folded) is not None
    counted = _DIGIT.search(folded) is not None
    findings: list[Finding] = []
    if written or counted:
        findings += find_contacts(folded)
        findings += find_codes(folded, written=written)
    if counted:
        findings += find_numbers(folded)
    findings += find_spoken(folded)
    findings += find_addresses(folded, written=written)
    if known:
        findings += find_known(folded, known)
    findings += find_names(folded, findings, written=written)
    if not findings:
        return findings
    standing = resolve(findings)
    again = list(_again(folded, standing))
    return resolve([*standing, *again]) if again else standing


def _again(folded: str, standing: Sequence[Finding]) -> Iterator[Finding]:
    """Names that were recognised once, wherever else they stand."""
    for name in {folded[f.start : f.end] for f in standing if f.type == "name" and f.end - f.start >= _LONG_ENOUGH}:
        at = folded.find(name) if folded.count(name) > 1 else -1
        while at >= 0:
            yield Finding("name", at, at + len(name), _AGAIN)
            at = folded.find(name, at + len(name))


def spans(text: str) -> tuple[MaskedSpan, ...]:
    """Where masks stand in a masked text."""
    return tuple(MaskedSpan(cast("PiiType", m[1]), m.start(), m.end()) for m in MARK.finditer(text))


def taken_out(engine: Engine, text: str, known: Sequence[KnownValue] = ()) -> tuple[MaskedSpan, ...]:
    """Where in the raw text stood what the masks stand for, after all searches; for measuring."""
    masked, moved = engine.mask(text, known, range(len(text) + 1))
    return tuple(
        MaskedSpan(span.type, bisect_right(moved, span.start) - 1, bisect_right(moved, span.end) - 1)
        for span in spans(masked)
    )


def _apply(text: str, replacements: Iterable[Replacement]) -> str:
    pieces: list[str] = []
    done = 0
    for replacement in replacements:
        pieces += [text[done : replacement.start], replacement.mark]
        done = replacement.end
    return "".join([*pieces, text[done:]])


def _move(places: Iterable[int], replacements: Sequence[Replacement]) -> list[int]:
    """Ascending offsets as they stand after the replacements; one inside a replaced piece moves to its mark's end."""
    moved: list[int] = []
    shift = index = 0
    for place in places:
        while index < len(replacements) and replacements[index].end <= place:
            shift += len(replacements[index].mark) - (replacements[index].end - replacements[index].start)
            index += 1
        inside = index < len(replacements) and replacements[index].start < place
        moved.append(replacements[index].start + shift + len(replacements[index].mark) if inside else place + shift)
    return moved
