"""Which sentences of a draft stand as facts, which as plans, which only as assumptions, and which not at all."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assistant.domain.proposal_drafts import ClaimDraft, ClaimKind, SectionName
from assistant.domain.proposals import Complaint, CountedFigure, Evidence, Statement
from assistant.domain.themes import Voice
from assistant.domain.vocabulary import Segment
from assistant.insight.bearing import all_of, as_said, bears, claims_a_count, words_of
from assistant.insight.numbers import Known, Number, dates_in, numbers_in, without_dates
from assistant.insight.wording import letter_pairs, told
from assistant.insight.wordings import (
    SHORTEST_SAID,
    claiming_words,
    claims,
    decides,
    generalises,
    quotations,
    recruits,
    speaks_for,
    tells_words,
    unit_of,
    unquoted,
    wide_words,
    without_references,
)

LENGTH = 300
_RANGED = re.compile(r"区间|之间|interval|between", re.IGNORECASE)
_REMOVED = frozenset({"number_not_counted", "quote_not_verbatim", "blank"})
"""Reasons for which a fact can't even be supposed."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What may be pointed to: the voices with all that they said, and the figures that were counted."""

    evidence: Sequence[Evidence]
    figures: Sequence[CountedFigure]
    voices: Sequence[Voice] = ()
    names: Sequence[str] = ()
    """Products, titles: what may hold digits or stand in quotation marks without being a number or a quote."""


@dataclass(slots=True)
class Ledger:
    """What became of the sentences of one section; statements = verified + plans + assumptions + removed."""

    verified: int = 0
    plans: int = 0
    assumptions: int = 0
    marked: int = 0
    """Of the assumptions, those that were drafted as something else."""
    removed: int = 0
    facts: int = 0
    """Sentences that say how things are, as drafted: verified, marked or removed."""

    def receipt(self) -> dict[str, int]:
        """The counts as they stand in a proposal's provenance."""
        return {
            "statements": self.verified + self.plans + self.assumptions + self.removed,
            "verified": self.verified,
            "plans": self.plans,
            "assumptions": self.assumptions,
            "marked": self.marked,
            "removed": self.removed,
            "facts": self.facts,
        }


@dataclass(slots=True)
class Checked:
    """The outcome of one section: what stands, what was removed and why, and what may be asked anew."""

    statements: list[Statement] = field(default_factory=list)
    removed: list[Complaint] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why a sentence is no fact, and by which of its words."""

    reason: str
    words: tuple[str, ...] = ()


class Checker:
    """Checks sentences against the evidence and the counted figures of one proposal."""

    def __init__(self, spoken: Spoken) -> None:
        self._evidence: Mapping[int, Evidence] = {item.n: item for item in spoken.evidence}
        self._figures: Mapping[str, CountedFigure] = {figure.key: figure for figure in spoken.figures}
        voices = {voice.n: voice for voice in spoken.voices}
        self._said = {n: words_of(item, voices.get(n)) for n, item in self._evidence.items()}
        self._told = {n: letter_pairs(all_of(voice)) for n, voice in voices.items()}
        self._months = [one.name.partition(":")[2] for one in spoken.figures if one.name.startswith("month:")]
        self._names = sorted((name for name in spoken.names if name), key=len, reverse=True)

    def put(
        self, checked: Checked, section: SectionName, place: str, drafts: Sequence[ClaimDraft], *,
        of: Segment | None = None, kind: ClaimKind | None = None,
    ) -> None:  # fmt: skip
        """Check sentences and put those that stand into their place; all are counted.

        Args:
            of: a segment whose concern they are: only its own voices bear them.
            kind: what they are whatever the draft says.
        """
        for draft in drafts:
            statement, words = self._judged(draft.model_copy(update={"kind": kind or draft.kind}), section, place, of)
            self._book(checked, draft, statement, kind or draft.kind, words)

    def counted(self, checked: Checked, text: str, figures: Sequence[str], cited: Sequence[int], place: str) -> None:
        """A sentence that code itself made out of counted figures."""
        checked.ledger.verified += 1
        checked.ledger.facts += 1
        checked.statements.append(Statement(text, tuple(cited), tuple(figures), "fact", "need", place))

    def statement(self, draft: ClaimDraft, section: SectionName, place: str, of: Segment | None = None) -> Statement:
        """The sentence as it stands; blank text where it may not, with the reason either way.

        A fact must point to voices that exist or to figures; its numbers must be those of the figures or said in its
        quotes, its quotations must stand there letter for letter; it speaks for no segment and for no more customers
        than they bear. A plan that says how customers are is held to the same. What fails becomes an assumption; a
        count nobody made and words nobody said are removed.
        """
        return self._judged(draft, section, place, of)[0]

    def _judged(
        self, draft: ClaimDraft, section: SectionName, place: str, of: Segment | None
    ) -> tuple[Statement, tuple[str, ...]]:
        """The sentence as it stands, and the words of it for which it does not stand as it was drafted."""
        text = told(without_references(draft.text), LENGTH)
        cited = tuple(n for n in dict.fromkeys(draft.evidence) if n in self._evidence)
        keys = tuple(key for key in dict.fromkeys(draft.figures) if key in self._figures)
        place_of = {"section": section, "place": place}
        if not text:
            return Statement("", reason="blank", **place_of), ()  # type: ignore[arg-type]
        if draft.kind == "fact" or (draft.kind == "plan" and tells_words(text)):
            return self._fact(text, cited, keys, of, section, place)
        invented = self._overreach(text)
        reason = "number_not_counted" if invented else None
        if invented and not (section == "proof" and decides(text)):
            return Statement("", reason=reason, **place_of), invented  # type: ignore[arg-type]
        if draft.kind == "plan" and reason is None and not generalises(text) and not claims(text):
            return Statement(text, kind="plan", **place_of), ()  # type: ignore[arg-type]
        if draft.kind == "plan" and claims(text) and (cited or keys):
            borne = self._fact(text, cited, keys, of, section, place)
            if borne[0].kind == "fact":
                return borne
        why = None if draft.kind == "assumption" else reason or "claim_without_evidence"
        words = () if why is None else invented or claiming_words(text)
        return Statement(text, kind="assumption", reason=why, **place_of), words  # type: ignore[arg-type]

    def _fact(
        self, text: str, cited: tuple[int, ...], keys: tuple[str, ...], of: Segment | None, section: SectionName, place: str
    ) -> tuple[Statement, tuple[str, ...]]:  # fmt: skip
        cited, keys, fault = self._borne(text, cited, keys, of)
        if fault is None:
            return Statement(text, cited, keys, "fact", section, place), ()
        stands = "" if fault.reason in _REMOVED else text
        kind: ClaimKind = "assumption"
        return Statement(stands, kind=kind, section=section, place=place, reason=fault.reason), fault.words

    def _borne(
        self, text: str, cited: tuple[int, ...], keys: tuple[str, ...], of: Segment | None
    ) -> tuple[tuple[int, ...], tuple[str, ...], "_Fault | None"]:
        cited, strange = self._quoted(text, cited)
        if strange:
            return cited, keys, _Fault("quote_not_verbatim", tuple(strange))
        keys, uncounted, undated = self._numbered(text, cited, keys)
        if uncounted or undated:
            counts = any(unit_of(number) is not None for number in uncounted)
            told = (*(as_said(number, text) for number in uncounted), *undated)
            return cited, keys, _Fault("number_not_counted" if counts else "number_without_source", told)
        if not cited and not keys:
            return cited, keys, _Fault("no_evidence")
        heard = {self._evidence[n].segment for n in cited} | {self._segment_of(key) for key in keys}
        unheard = (speaks_for(unquoted(self._nameless(text))) | ({of} if of else set())) - heard
        if unheard:
            return cited, keys, _Fault("segment_unheard", tuple(sorted(unheard)))
        plain = unquoted(text)
        if (wide := generalises(plain)) is not None and not self._so_many(wide, keys):
            return cited, keys, _Fault("generalises", wide_words(plain))
        if not keys and self._elsewhere(text, cited):
            return cited, keys, _Fault("evidence_says_something_else", tuple(f"[{n}]" for n in cited))
        return cited, keys, None

    def _elsewhere(self, text: str, cited: Sequence[int]) -> bool:
        """Whether a sentence shares not one pair of letters with what was read out of the voices it cites.

        Of a voice of which only the quote is known, and of another script than the voices', it can't be told.
        """
        if text.isascii() or any(n not in self._told for n in cited):
            return False
        return not any(self._told[n] & letter_pairs(text) for n in cited)

    def _quoted(self, text: str, cited: tuple[int, ...]) -> tuple[tuple[int, ...], list[str]]:
        """The numbers cited and those of voices quoted without being cited, and the quotations that nobody said."""
        strange = []
        for quote in quotations(text, SHORTEST_SAID):
            if any(quote in name for name in self._names) or any(quote in self._said[n] for n in cited):
                continue
            said_by = next((n for n, said in self._said.items() if quote in said), None)
            if said_by is None:
                strange.append(quote)
            else:
                cited = (*cited, said_by)
        return cited, strange

    def _numbered(
        self, text: str, cited: tuple[int, ...], keys: tuple[str, ...]
    ) -> tuple[tuple[str, ...], list[Number], list[str]]:
        """The figures cited and the one that bears a number without being cited; numbers and dates that nothing bears.

        A date is borne by a voice cited of that time, by what voices say, and by the months that were counted.
        """
        plain, ranged = unquoted(self._nameless(text)), _RANGED.search(text) is not None
        said = [self._said[n] for n in cited]
        heard = [self._evidence[n].created_at or "" for n in cited]
        undated = [
            date.text
            for date in dates_in(plain)
            if not any(date.within(day) for day in (*heard, *self._months))
            and not any(date.text in one for one in said)
        ]
        known = Known.of((), (), said)
        uncounted = []
        for number in numbers_in(without_dates(plain)):
            if known.bears(number) or any(bears(self._figures[key], number, ranged) for key in keys):
                continue
            fitting = [
                figure
                for figure in self._figures.values()
                if unit_of(number) and bears(figure, number, ranged) and not figure.name.startswith("month:")
            ]
            if len({figure.name for figure in fitting}) == 1:
                keys = (*keys, fitting[0].key)
            elif number.unit not in ("次", "台") or number.value != len(cited):
                uncounted.append(number)
        return keys, uncounted, undated

    def _overreach(self, text: str) -> tuple[str, ...]:
        """The numbers for which a plan or assumption may not stand: counts that nobody made."""
        plain, ranged = unquoted(self._nameless(text)), _RANGED.search(text) is not None
        known, found = Known.of((), (), self._said.values()), []
        for number in numbers_in(without_dates(plain)):
            counted = known.bears(number) or any(bears(figure, number, ranged) for figure in self._figures.values())
            if claims_a_count(number) and not counted and (number.share or not recruits(plain, number)):
                found.append(as_said(number, plain))
        return tuple(found)

    def _so_many(self, wide: str, keys: Sequence[str]) -> bool:
        if wide == "none":
            return any(self._figures[key].value == 0 for key in keys)
        lows = [figure.interval[0] for key in keys if (figure := self._figures[key]).interval is not None]
        return any(low > (99.9 if wide == "all" else 50) for low in lows)

    def _segment_of(self, key: str) -> str | None:
        kind, _, segment = self._figures[key].name.partition(":")
        return segment if kind == "customers" else None

    def _nameless(self, text: str) -> str:
        for name in self._names:
            text = text.replace(name, "")
        return text

    def _book(
        self, checked: Checked, draft: ClaimDraft, statement: Statement, kind: ClaimKind, words: tuple[str, ...]
    ) -> None:
        ledger = checked.ledger
        complaint = Complaint(draft.text, statement.reason or "", words)
        ledger.facts += kind == "fact" or statement.kind == "fact" or (statement.reason not in (None, "blank"))
        if statement.reason is not None:
            checked.complaints.append(complaint)
        if not statement.text:
            ledger.removed += 1
            checked.removed.append(complaint)
            return
        ledger.verified += statement.kind == "fact"
        ledger.plans += statement.kind == "plan"
        ledger.assumptions += statement.kind == "assumption"
        ledger.marked += statement.kind == "assumption" and statement.reason is not None
        checked.statements.append(statement)
