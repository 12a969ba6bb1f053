"""What is read out of one record: needs on the ladder, signals, opportunities — accepted, never as a model said it."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from assistant.domain.vocabulary import (
    Aspect,
    DeepCategory,
    EngineName,
    JourneyStage,
    OpportunityType,
    Sentiment,
    SignalName,
    Standing,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LadderStanding:
    """How far each rung is proved: stated (a quote), implied (quote and inference), hypothesis (our reading)."""

    surface: Standing = "stated"
    secondary: Standing = "hypothesis"
    deep: Standing = "hypothesis"


@dataclass(frozen=True, slots=True)
class FailureContext:
    """In which circumstances something failed; empty strings where the record does not say."""

    symptom: str = ""
    environment: str = ""
    condition: str = ""
    suspected_cause: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the customer; ``record.text[start:end] == quote``."""

    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A chance seen in a record; ``record.text[start:end] == quote``, in the customer's own words."""

    type: OpportunityType
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Insight:
    """One need found in one record; ``record.text[start:end] == quote``, in the customer's own words."""

    id: str
    record_id: str
    surface: str
    secondary: str
    deep: str
    standing: LadderStanding
    deep_category: DeepCategory
    aspect: Aspect
    sentiment: Sentiment
    severity: int
    journey_stage: JourneyStage
    quote: str
    start: int
    end: int
    engine: EngineName
    effort: int | None = None
    """What it has cost the customer in trouble so far, 1 none to 5 long and in vain; None where nobody has judged it."""
    more_quotes: tuple[Quote, ...] = ()
    """Other places of the record that say the same need."""
    deep_category_alt: DeepCategory | None = None
    suggestion: str | None = None
    failure_context: FailureContext | None = None
    opportunities: tuple[Opportunity, ...] = ()
    signals: Mapping[SignalName, bool] = field(default_factory=dict)
    """The record's signals, repeated on each of its insights."""
    theme_id: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A draft, or a part of one, that was not accepted."""

    reason: str
    field: Literal["insight", "quote", "more_quote", "suggestion", "opportunity"]
    text: str
    """The words refused; empty where they are another record's."""
    surface: str
    """What the insight said that they came with."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was accepted of one record, and what was refused and why."""

    record_id: str
    noise: bool
    insights: tuple[Insight, ...] = ()
    signals: Mapping[SignalName, bool] = field(default_factory=dict)
    refusals: tuple[Refused, ...] = ()

    @property
    def refused(self) -> dict[str, int]:
        """Reason → number of drafts (or parts of drafts) refused for it."""
        return dict(Counter(refusal.reason for refusal in self.refusals))


def insight_id(record_id: str, start: int, end: int, aspect: str, deep_category: str) -> str:
    """Stable id of an insight: ``in_`` and 14 hex digits over what tells it from its neighbours."""
    text = f"{record_id}\0{start}\0{end}\0{aspect}\0{deep_category}"
    return "in_" + hashlib.sha256(text.encode()).hexdigest()[:14]
