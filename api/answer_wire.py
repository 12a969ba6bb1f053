"""What a question brings over the wire, and how its plan and its answer are sent."""

from dataclasses import fields
from typing import Annotated, Any, Literal

from pydantic import Field

from api.wire import Asked, EngineSaid, FiltersAsked, Name, Wire
from assistant.answering.triage import LONGEST
from assistant.domain.answers import Answer, Plan, Step
from assistant.domain.filters import Filters
from assistant.domain.vocabulary import Dimension


class SaidIn(Asked):
    """One earlier line of the talk."""

    role: Literal["user", "assistant"] = "user"
    content: Annotated[str, Field(max_length=20_000)]


class QuestionIn(Asked):
    """A question with what it leans on."""

    question: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    filters: FiltersAsked = FiltersAsked()
    history: Annotated[list[SaidIn], Field(max_length=50, default_factory=list)]
    conversation_id: Name | None = None

    @property
    def earlier(self) -> list[str]:
        """The asker's earlier questions, oldest first."""
        return [said.content for said in self.history if said.role == "user"]


class FeedbackIn(Asked):
    """A thumb up or down on an answer."""

    answer_id: Name
    verdict: Literal["up", "down"]
    comment: Annotated[str, Field(max_length=2000)] | None = None


class PinIn(Asked):
    """An answer worth giving again."""

    answer_id: Name


class CitationOut(Wire):
    n: int
    record_id: str
    quote: str
    start: int
    end: int
    channel: str
    product: str | None
    created_at: str | None


class FigureOut(Wire):
    label: str
    value: float
    unit: str
    query: str
    interval: tuple[float, float] | None


class NeedOut(Wire):
    theme_id: str
    surface: str
    secondary: str
    deep: str


class StepOut(Wire):
    """One of several things asked for."""

    intent: str
    filters: dict[str, Any]
    by: Dimension | None
    query: str
    periods: list[tuple[str, str]]
    limit: int


class PlanOut(Wire):
    """How a question was understood, and by which engine."""

    question: str
    intents: list[str]
    filters: dict[str, Any]
    by: Dimension | None
    query: str
    limit: int
    notes: list[str]
    periods: list[tuple[str, str]]
    steps: list[StepOut]
    made_by: EngineSaid


class BackingOut(Wire):
    """What a document of the house says; no customer's words."""

    kind: str
    document_id: str
    title: str
    heading: str
    page: int | None
    quote: str
    start: int
    end: int


class TableOut(Wire):
    """Counted rows side by side."""

    title: str
    columns: list[str]
    rows: list[list[str | float | None]]


class PointOut(Wire):
    label: str
    value: float
    interval: tuple[float, float] | None


class LineOut(Wire):
    name: str
    values: list[float]


class ChartOut(Wire):
    """What to draw; `lines` are what a line over time is made up of, a value for each of its points."""

    kind: Literal["bar", "line"]
    title: str
    unit: str
    points: list[PointOut]
    lines: list[LineOut]


class AnswerOut(Wire):
    """The Answer of the contract."""

    id: str
    question: str
    text: str
    engine: EngineSaid
    refused: bool
    refusal_reason: str | None
    citations: list[CitationOut]
    figures: list[FigureOut]
    needs: list[NeedOut]
    suggested_reply: str | None
    opportunities: list[dict[str, Any]]
    warnings: list[str]
    elapsed_ms: int
    plan: PlanOut | None
    backings: list[BackingOut]
    table: TableOut | None
    chart: ChartOut | None
    clarify: list[str]


def wire_of(answer: Answer) -> AnswerOut:
    """An answer as it is sent."""
    plain = {field.name: getattr(answer, field.name) for field in fields(answer)}
    return AnswerOut.model_validate({**plain, "plan": plan_of(answer.plan) if answer.plan is not None else None})


def plan_of(plan: Plan) -> PlanOut:
    """A plan as it is sent, without the filters that narrow nothing."""
    return PlanOut.model_validate({**_narrowed(plan), "steps": [_narrowed(step) for step in plan.steps]})


def _narrowed(plan: Plan | Step) -> dict[str, Any]:
    plain = {field.name: getattr(plan, field.name) for field in fields(plan)}
    return {**plain, "filters": _narrowing(plan.filters)}


def _narrowing(filters: Filters) -> dict[str, Any]:
    return {field.name: value for field in fields(filters) if (value := getattr(filters, field.name))}
