"""What an engine may say: drafts, before code has checked a word of them. Their JSON schema is what a model sees.

The two engines speak these types; `assistant.insight` and `assistant.answering` verify them into what is kept.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

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


class IdeaDraft(Draft):
    nbn_type: NbnType
    title: str
    job_to_be_done: str
    concept: str
    features: list[str]
    how_it_differs: str
    changes_surface: str
    changes_secondary: str
    changes_deep: str
    route: RouteKind
    route_why: str
    assumptions: list[str]
    evidence: list[int]
    """Numbers of the voices shown that this idea answers."""


class IdeasDraft(Draft):
    ideas: list[IdeaDraft]


class StatementDraft(Draft):
    """One sentence of a proposal: with evidence numbers a fact, without them an assumption."""

    text: str
    evidence: list[int]


class MetricDraft(Draft):
    name: str
    target: str
    measured_how: str


class Marketing7PDraft(Draft):
    product: str
    price: str
    place: str
    promotion: str
    people: str
    process: str
    physical_evidence: str


class ProposalDraft(Draft):
    """The written parts of a proposal; counts, evidence and coverage come from code, never from here."""

    title: str
    summary: list[StatementDraft]
    concept_what: str
    concept_features: list[str]
    how_it_differs: str
    route: RouteKind
    route_why: str
    service: str
    product: str
    marketing_sales: str
    after_sales: str
    concerns_by_segment: list[StatementDraft]
    marketing_7p: Marketing7PDraft
    service_income: str
    service_marketing: str
    service_value: str
    value_assumptions: list[str]
    friction_removed: str
    next_needs: list[str]
    risks: list[str]
    metrics: list[MetricDraft]
    next_test: str


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
