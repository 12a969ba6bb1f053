"""A question's plan, and its checked answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from assistant.domain.filters import Filters
from assistant.domain.knowledge import Backing
from assistant.domain.themes import Voice
from assistant.domain.vocabulary import Dimension, EngineName

Intent = Literal["find", "count", "compare", "trend", "list", "explain", "reply", "propose"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a question asks for, shown to the asker."""

    question: str
    intents: tuple[Intent, ...]
    filters: Filters
    by: Dimension | None = None
    query: str = ""
    """The words to search for, without what became filters."""
    limit: int = 8
    periods: tuple[tuple[str, str], ...] = ()
    """Periods set against one another, as first and last day, where the question names more than one."""
    notes: tuple[str, ...] = ()
    """How the question was understood where it could have been understood otherwise: the dates meant, above all."""


@dataclass(frozen=True, slots=True)
class Citation:
    n: int
    record_id: str
    quote: str
    start: int
    end: int
    channel: str
    product: str | None
    created_at: str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One counted number; `query` says how it was counted, `interval` is [low, high] in the same unit."""

    label: str
    value: float
    unit: str
    query: str
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Need:
    theme_id: str
    surface: str
    secondary: str
    deep: str


@dataclass(frozen=True, slots=True)
class AnswerMaterial:
    """All that an engine may use for an answer; figures are numbered from 1 in order."""

    question: str
    plan: Plan
    voices: tuple[Voice, ...]
    figures: tuple[Figure, ...]
    needs: tuple[Need, ...]
    language: str = "zh"


@dataclass(frozen=True, slots=True)
class Answer:
    id: str
    question: str
    text: str
    engine: EngineName
    refused: bool = False
    refusal_reason: str | None = None
    citations: tuple[Citation, ...] = ()
    figures: tuple[Figure, ...] = ()
    needs: tuple[Need, ...] = ()
    suggested_reply: str | None = None
    opportunities: tuple[Mapping[str, object], ...] = ()
    warnings: tuple[str, ...] = ()
    elapsed_ms: int = 0
    plan: Plan | None = field(default=None)
    backings: tuple[Backing, ...] = ()
    """What the house's own documents say to it; no customer's words."""
