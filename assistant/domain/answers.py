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
class Step:
    """One thing asked for within a question that asks for several, each of its own scope."""

    intent: Intent
    filters: Filters
    query: str = ""
    by: Dimension | None = None
    periods: tuple[tuple[str, str], ...] = ()
    limit: int = 8


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
    steps: tuple[Step, ...] = ()
    """The things asked for, where they differ in scope; the fields above then span them all."""
    made_by: EngineName = "rules"
    leans_on: str = ""
    """The earlier question whose matter is asked about on (这种事上个月多吗), where this one names none of its own."""


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
class Table:
    """Counted rows side by side; every number in it is the value, or an end of the interval, of a figure."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One value to be drawn; `interval` is [low, high] in the same unit."""

    label: str
    value: float
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One of several lines over the same times: what it is of, and its values in order."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw: bars set side by side, or a line over time; `lines` are what that line is made up of."""

    kind: Literal["bar", "line"]
    title: str
    unit: str
    points: tuple[Point, ...]
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    theme_id: str
    surface: str
    secondary: str
    deep: str


@dataclass(frozen=True, slots=True)
class Whole:
    """What the whole record around a voice tells."""

    share: float
    """Which share of what is asked about, in these or other words, stands in what the customer said in all, 0 to 1."""
    severity: int = 0
    """Of the need that the quoted words bear, 0 where none was read from them."""
    surfaces: tuple[str, ...] = ()
    """The needs read from it."""
    sentiments: frozenset[str] = frozenset()
    """How they are felt."""


@dataclass(frozen=True, slots=True)
class AnswerMaterial:
    """All that an engine may use for an answer; figures are numbered from 1 in order."""

    question: str
    plan: Plan
    voices: tuple[Voice, ...]
    figures: tuple[Figure, ...]
    needs: tuple[Need, ...]
    language: str = "zh"
    documents: tuple[Backing, ...] = ()
    """What the house has written down: D1, D2 … in order."""
    solved: tuple[Backing, ...] = ()
    """What agents said in feedback that was solved (kind ``agent``): S1, S2 … in order."""
    tone: str = ""
    """How the house wants to sound; empty: nothing said."""
    wholes: Mapping[int, Whole] = field(default_factory=dict)
    """Voice → what the whole of its record tells."""
    names: tuple[str, ...] = ()
    """Products, models, regions and themes of the store: digits in these names count nothing."""


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
    """What the house's own documents (kind ``agent``: its agents, in feedback that was solved) say to it; no customer's
    words. ``[D1]`` in the text points to the first."""
    table: Table | None = None
    chart: Chart | None = None
    clarify: tuple[str, ...] = ()
    """What the question may have meant, to choose from, where it could not be answered without knowing; `text` asks."""
