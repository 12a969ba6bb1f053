"""What an engine may say: drafts, before code has checked a word of them. Their JSON schema is what a model sees.

The two engines speak these types; `assistant.insight` and `assistant.answering` verify them into what is kept.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from assistant.domain.ideas import LensName
from assistant.domain.vocabulary import (
    Aspect,
    DeepCategory,
    JourneyStage,
    NbnType,
    OpportunityType,
    RouteKind,
    Sentiment,
    Standing,
)  # fmt: skip


class Draft(BaseModel):
    """Base of all drafts: a closed schema."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OpportunityDraft(Draft):
    type: OpportunityType
    quote: str


class FailureContextDraft(Draft):
    symptom: str
    environment: str
    condition: str
    suspected_cause: str


class SignalsDraft(Draft):
    churn_risk: bool
    advocate: bool
    resale_aversion: bool
    escalation: bool
    repeat_contact: bool


class InsightDraft(Draft):
    quote: str
    more_quotes: list[str]
    """Other sentences of the record that say the same need."""
    surface: str
    secondary: str
    secondary_standing: Standing
    deep: str
    deep_standing: Standing
    deep_category: DeepCategory
    deep_category_alt: DeepCategory | None
    aspect: Aspect
    sentiment: Sentiment
    severity: Annotated[int, Field(ge=1, le=5)]
    effort: Annotated[int, Field(ge=1, le=5)]
    suggestion: str | None
    failure_context: FailureContextDraft | None
    opportunities: list[OpportunityDraft]


class ReadingDraft(Draft):
    """One record as read: `record_id` ties the answer to the record, whatever the order."""

    record_id: str
    noise: bool
    journey_stage: JourneyStage
    signals: SignalsDraft
    insights: list[InsightDraft]


class ReadingsDraft(Draft):
    """The answer to one pack of records."""

    readings: list[ReadingDraft]


class RequoteDraft(Draft):
    """A quote found anew for one that did not stand in the record: None where there is none."""

    id: str
    quote: str | None


class RequotesDraft(Draft):
    """The answer to the question for quotes that were refused."""

    quotes: list[RequoteDraft]


class ThemeDraft(Draft):
    """A name and definition for a group of insights."""

    title: str
    definition: str
    surface: str
    secondary: str
    deep: str
    deep_category: DeepCategory
    misfits: list[int]
    """Numbers of the voices shown that are not about this need."""


class VerdictDraft(Draft):
    """Whether one voice belongs to a theme by its definition."""

    n: int
    pain: str
    """What hurts (or pleases) this customer; it makes the reader look before it judges, and is not kept."""
    belongs: bool


class VerdictsDraft(Draft):
    """Judgements of the voices at a theme's edge."""

    verdicts: list[VerdictDraft]


class AssumptionDraft(Draft):
    """What an idea takes for granted, and the cheapest way to find out."""

    text: str
    test: str


class IdeaDraft(Draft):
    lens: LensName
    nbn_type: NbnType
    title: str
    audience: str
    job_to_be_done: str
    concept: str
    features: list[str]
    how_it_differs: str
    changes_surface: str
    changes_secondary: str
    changes_deep: str
    route: RouteKind
    route_why: str
    assumptions: list[AssumptionDraft]
    next_needs: list[str]
    """What the satisfied customer will want next."""
    evidence: list[int]
    """Numbers of the voices shown that this idea answers."""


class IdeasDraft(Draft):
    ideas: list[IdeaDraft]


class SentenceDraft(Draft):
    """One sentence of an answer with the numbers of the citations and figures it stands on."""

    text: str
    citations: list[int]
    figures: list[int]


class AnswerDraft(Draft):
    """An answer as an engine words it, out of the voices and figures it was shown."""

    refused: bool
    refusal_reason: str | None
    sentences: list[SentenceDraft]
    suggested_reply: str | None


class RankingDraft(Draft):
    """The numbers of passages in the order in which they help with a question."""

    order: list[int]
