"""Which sentences of a draft stand as facts, which only as assumptions, and which not at all."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.domain.drafts import StatementDraft
from assistant.domain.proposals import Evidence, Statement
from assistant.insight.numbers import Known, numbers_in
from assistant.insight.wording import tidy

_LENGTH = 300
_REFERENCES = re.compile(r"\s*[\[【](?:\d+\s*[,，、;；\-–]?\s*)+[\]】]")
_SENTENCE = re.compile(r"[^。！？!?；;]+[。！？!?；;]*")


@dataclass(frozen=True, slots=True)
class Figures:
    """Values that code counted: how many, and shares in per cent."""

    counts: tuple[float, ...]
    percentages: tuple[float, ...]


@dataclass(slots=True)
class Ledger:
    """Counts what became of statements; verified + assumptions + removed = statements."""

    verified: int = 0
    assumptions: int = 0
    removed: int = 0

    def receipt(self) -> dict[str, int]:
        """The counts as they stand in a proposal's provenance."""
        return {
            "statements": self.verified + self.assumptions + self.removed,
            "verified": self.verified,
            "assumptions": self.assumptions,
            "removed": self.removed,
        }


class Checker:
    """Checks the sentences of one proposal against its evidence and its counted figures."""

    def __init__(self, evidence: Sequence[Evidence], figures: Figures, names: Sequence[str] = ()) -> None:
        """`names` (products, models) may hold digits that are no numbers."""
        self._evidence: Mapping[int, Evidence] = {item.n: item for item in evidence}
        self._figures = figures
        self._names = sorted((name for name in names if name), key=len, reverse=True)
        self.ledger = Ledger()

    def counted(self, text: str, cited: Sequence[int]) -> Statement:
        """A sentence that code itself made out of counted figures."""
        self.ledger.verified += 1
        return Statement(text, tuple(cited))

    def statement(self, draft: StatementDraft) -> Statement | None:
        """A fact where evidence bears it, else an assumption; None where it may not stand (counted as removed).

        A fact keeps only evidence numbers that exist. A number that is neither in the cited quotes nor counted
        makes a fact an assumption; where it claims a share or a count of people or cases, the sentence goes.
        """
        text = tidy(_REFERENCES.sub("", draft.text), _LENGTH)
        cited = tuple(n for n in dict.fromkeys(draft.evidence) if n in self._evidence)
        known = self._known(cited, len(cited))
        unborne = [number for number in numbers_in(self._nameless(text)) if not known.bears(number)]
        if not text or any(number.counts for number in unborne):
            self.ledger.removed += 1
            return None
        if cited and not unborne:
            self.ledger.verified += 1
            return Statement(text, cited)
        self.ledger.assumptions += 1
        return Statement(text)

    def plan(self, text: str) -> str:
        """A text of plans and reasons without the sentences that claim a count nobody made (counted as removed)."""
        known = self._known(tuple(self._evidence))
        kept = []
        for sentence in _SENTENCE.findall(tidy(_REFERENCES.sub("", text), 2 * _LENGTH)):
            claims = [n for n in numbers_in(self._nameless(sentence)) if n.counts and not known.bears(n)]
            if claims:
                self.ledger.removed += 1
            else:
                kept.append(sentence)
        return "".join(kept).strip()

    def _known(self, cited: Sequence[int], *counts: float) -> Known:
        quotes = [self._evidence[n].quote for n in cited]
        return Known.of((*self._figures.counts, *counts), self._figures.percentages, quotes)

    def _nameless(self, text: str) -> str:
        for name in self._names:
            text = text.replace(name, "")
        return text
