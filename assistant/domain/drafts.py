"""What an engine may say: drafts, before code has checked a word of them. Their JSON schema is what a model sees.

The two engines speak these types; `assistant.insight` and `assistant.answering` verify them into what is kept.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.domain.ideas import LensName
from assistant.domain.vocabulary import (
    Aspect,
    DeepCategory,
    Dimension,
    JourneyStage,
    NbnType,
    OpportunityType,
    RouteKind,
    Sentiment,
    Standing,
)  # fmt: skip

Tool = Literal[
    "search_feedback", "count_feedback", "trend_feedback", "compare_feedback", "list_themes", "explain_need",
    "draft_reply", "propose",
]  # fmt: skip
"""What a plan may call: these, and nothing else."""
OffTopic = Literal["elsewhere", "house", "others", "future", "personal"]
"""What a question that no feedback can answer is about: the world, the house's own books, other makers, what has not
happened yet, or people's data."""


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


def _all_required(schema: dict[str, Any]) -> None:
    """A model must fill every field in: strict JSON schema knows no optional ones."""
    schema["required"] = list(schema["properties"])


class SentenceDraft(Draft):
    """One sentence of an answer with the numbers of the citations and figures it stands on."""

    model_config = ConfigDict(json_schema_extra=_all_required)

    text: str
    citations: list[int]
    figures: list[int]
    sources: list[str] = Field(default_factory=list)
    """Documents (``D1``) and solved feedback (``S1``)."""


class AnswerDraft(Draft):
    """An answer as an engine words it, out of the material it was shown."""

    model_config = ConfigDict(json_schema_extra=_all_required)

    refused: bool
    refusal_reason: str | None
    sentences: list[SentenceDraft]
    suggested_reply: str | None
    reply_backed_by: list[str] = Field(default_factory=list)
    """Documents that back what the reply promises."""


class ConditionDraft(Draft):
    """What narrows a call: one of the values."""

    name: Literal["product", "segment", "channel", "region", "aspect", "deep_category", "sentiment", "theme"]
    values: list[str]


class DaysDraft(Draft):
    """A stretch of days, ``YYYY-MM-DD`` or a version of software (``v3.2``: the day it is first named); None is open."""

    since: str | None
    until: str | None


class CallDraft(Draft):
    """A call of one of the product's own tools."""

    tool: Tool
    words: str
    """What to look for, without what became filters."""
    filters: list[ConditionDraft]
    days: list[DaysDraft]
    """None: all days; several are set against one another."""
    by: Dimension | None
    top: int | None


class ClarifyDraft(Draft):
    """A question back."""

    question: str
    choices: list[str]


class PlanDraft(Draft):
    """What a question asks for, as calls of the product's own tools."""

    off_topic: OffTopic | None
    """Why no feedback can answer it, where none can."""
    follows: bool
    """It leans on an earlier question."""
    calls: list[CallDraft]
    clarify: ClarifyDraft | None


class RankingDraft(Draft):
    """The numbers of passages in the order in which they help with a question."""

    order: list[int]
