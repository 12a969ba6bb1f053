"""Records and the needs read out of them, as they are answered."""

from typing import Any

from api.shapes.base import Shape
from api.wire import EngineSaid
from assistant.domain.insights import FailureContext, LadderStanding, Opportunity, Quote
from assistant.domain.records import MaskedSpan
from assistant.domain.vocabulary import (
    Aspect,
    Channel,
    DeepCategory,
    JourneyStage,
    Segment,
    Sentiment,
    SignalName,
    Speaker,
)


class TurnOut(Shape):
    """One masked utterance; it stands at `start:end` of the record's text."""

    speaker: Speaker
    text: str
    start: int
    end: int
    at: str | None


class InsightOut(Shape):
    """A need read out of one record; `quote` stands at `start:end` of the record's masked text."""

    insight_id: str
    record_id: str
    external_id: str
    theme_id: str | None
    surface: str
    secondary: str
    deep: str
    standing: LadderStanding
    deep_category: DeepCategory
    aspect: Aspect
    sentiment: Sentiment
    severity: int
    """1 to 5."""
    journey_stage: JourneyStage
    quote: str
    start: int
    end: int
    engine: EngineSaid
    effort: int | None
    """What it has cost the customer in trouble, 1 to 5; null where nobody has judged it."""
    more_quotes: list[Quote]
    deep_category_alt: DeepCategory | None
    suggestion: str | None
    failure_context: FailureContext | None
    opportunities: list[Opportunity]
    signals: dict[SignalName, bool]


class VersionOut(Shape):
    """What a record said before it was taken in anew."""

    record_id: str
    version: int
    replaced_at: str
    content: dict[str, Any]


class RecordOut(Shape):
    """A masked record, whole: its turns, earlier versions, and the needs read out of it."""

    record_id: str
    """Ours."""
    external_id: str
    """The one it came with."""
    channel: Channel
    created_at: str | None
    product: str | None
    model: str | None
    segment: Segment | None
    region: str | None
    customer_id: str | None
    rating: float | None
    status: str | None
    title: str | None
    text: str
    """Masked values stand in it as ⟦type:pseudonym⟧."""
    masked: list[MaskedSpan]
    near_duplicate_of: str | None
    noise: bool | None
    """Null until it was read."""
    source: str
    metadata: dict[str, Any]
    """Fields it came with that have no place of their own, masked."""
    turns: list[TurnOut]
    history: list[VersionOut]
    insights: list[InsightOut]
