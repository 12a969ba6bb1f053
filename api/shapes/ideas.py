"""Ideas, votes and decisions about them, as they are answered."""

from typing import Any, Literal

from api.shapes.base import Shape
from api.wire import EngineSaid
from assistant.domain.ideas import LensName
from assistant.domain.vocabulary import NbnType, RouteKind, TrendStatus


class IdeaOut(Shape):
    """One NBN idea: a new product, a better product or new customers."""

    idea_id: str
    theme_ids: list[str]
    nbn_type: NbnType
    title: str
    job_to_be_done: str
    concept: str
    features: list[str]
    how_it_differs: str
    changes: dict[str, str]
    """What changes for each rung of the ladder."""
    route: RouteKind
    route_why: str
    assumptions: list[str]
    evidence: list[str]
    """Ids of insights."""
    score: float
    """0 to 1, before marks and votes."""
    score_parts: dict[str, float]
    engine: EngineSaid
    status: Literal["proposed", "rejected", "merged"]
    marks: list[str]
    tests: list[str]
    next_needs: list[str]
    lens: LensName | None
    audience: str
    customers: int
    segments: list[tuple[str, int]]
    products: list[tuple[str, int]]
    why_now: str
    scope: str
    edited: bool
    votes: tuple[int, int]
    """Persons for and against."""
    rank: float
    """What lists are ordered by."""


class AssumedOut(Shape):
    """An assumption, and how it is found out; empty where nobody said."""

    text: str
    test: str


class AnsweredTheme(Shape):
    """A theme that an idea answers."""

    theme_id: str
    title: str
    customers: int
    trend: TrendStatus


class EvidenceOut(Shape):
    """A quote that an idea answers."""

    insight_id: str
    record_id: str
    external_id: str
    quote: str
    start: int
    end: int
    theme_id: str | None


class VoteOut(Shape):
    """One person's vote."""

    actor: str
    value: Literal[-1, 1]
    why: str | None
    at: str


class IdeaEvent(Shape):
    """What a decision did to one idea."""

    idea_id: str
    kind: str
    detail: dict[str, Any]


class IdeaEditOut(Shape):
    """One decision about ideas."""

    edit_id: str
    at: str
    actor: str
    why: str | None
    undone_at: str | None
    events: list[IdeaEvent]


class IdeaWhole(IdeaOut):
    """An idea whole: its themes, quotes, assumptions beside their tests, votes and history."""

    effort_class: str
    assumed: list[AssumedOut]
    themes: list[AnsweredTheme]
    voices: list[EvidenceOut]
    voted: list[VoteOut]
    history: list[IdeaEditOut]
    weights: dict[str, float]
    """Part of the score → its weight."""
    ranked_by: str


class IdeaChanged(IdeaWhole):
    """An idea as it is now, and the decisions that made it so."""

    edit_ids: list[str]


class IdeasTold(Shape):
    """A decision about ideas, and those ideas as they are now."""

    edit_id: str
    """What undoing takes."""
    ideas: list[IdeaWhole]
