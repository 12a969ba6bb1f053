"""Themes, their courses and what people decided about them, as they are answered."""

from typing import Any, Literal

from api.shapes.base import Shape
from api.wire import EngineSaid
from assistant.domain.insights import LadderStanding
from assistant.domain.themes import Voice
from assistant.domain.vocabulary import DeepCategory, TrendStatus
from assistant.insight.trends import Ground


class ThemeOut(Shape):
    """A need shared by many records; `records` count one by one, `customers` with near-duplicates folded."""

    theme_id: str
    title: str
    definition: str
    surface: str
    secondary: str
    deep: str
    standing: LadderStanding
    deep_category: DeepCategory
    engine: EngineSaid
    records: int
    customers: int
    trend: TrendStatus
    parent_id: str | None
    edited: bool
    """A person wrote its words."""
    locked: bool
    """A person closed its membership."""
    archived: bool
    """A person put it away."""
    weak_signal: bool


class ThemeRow(ThemeOut):
    """A theme in a list."""

    record_ids: list[str]


class ParentOut(Shape):
    """What several themes have in common; its counts are of the union of their members."""

    id: str
    title: str
    definition: str
    engine: EngineSaid
    children: list[str]
    records: int
    customers: int


class ThemeEvent(Shape):
    """Something that happened to a theme, or was decided about it."""

    id: int
    theme_id: str
    kind: str
    detail: dict[str, Any]
    at: str
    edit: str | None
    """The decision it belongs to: what undoing takes."""
    actor: str | None
    undone_at: str | None


class LineageEvent(ThemeEvent):
    """The same with the titles of the other themes it tells of."""

    titles: dict[str, str]


class ChangeOut(Shape):
    """The latest months against as many before, with a 95 % interval of the difference of shares."""

    months: int
    now: int
    before: int
    read_now: int
    read_before: int
    difference: float
    interval: tuple[float, float]
    slope_z: float
    highest_before: float
    """The highest share of as long a stretch before."""
    p: float
    """The chance of as much by accident."""
    trend: TrendStatus
    ground: Ground
    """What the trend stands on."""
    all_months: int
    said: int
    """Records in all months."""
    read: int
    """Records read in all months."""
    slope: float
    """By how much the share changes from a month to the next."""
    slope_interval: tuple[float, float]
    aside: int
    """Records of other themes' waves that were not counted among the read."""
    told: dict[Literal["zh", "en"], str]
    """All of it in a sentence."""
    sure: bool
    """Whether it is more than chance, all themes together."""


class SaidOut(Shape):
    """A quote of a wave."""

    record_id: str
    external_id: str
    day: str | None
    quote: str


class SpikeOut(Shape):
    """Weeks in which a theme was far louder than usual."""

    theme_id: str
    title: str
    since: str
    until: str
    observed: int
    expected: float
    p: float
    over: bool
    quotes: list[SaidOut]


class SuccessorOut(Shape):
    """The theme that took the place of one that is no more."""

    theme_id: str
    title: str


class ThemeWhole(ThemeRow):
    """A theme with its voices, history, months, change and waves."""

    voices: list[Voice]
    history: list[ThemeEvent]
    parent: ParentOut | None
    months: dict[str, int]
    """Month → records."""
    read: dict[str, int]
    """Month → records read at all."""
    change: ChangeOut
    spikes: list[SpikeOut]
    successor: SuccessorOut | None


class PartOut(Shape):
    """One of the parts that a theme would be split into."""

    insights: list[str]
    words: dict[str, str]
    """The words it would bear; none for the part that stays in the theme."""
    records: int
    customers: int
    quotes: list[str]
    """A few of its voices."""


class ThemesTold(Shape):
    """A decision about themes, and those themes as they are now."""

    edit_id: str
    """What undoing takes."""
    themes: list[ThemeOut]


class ThemeChanged(ThemeOut):
    """A theme as it is now, and the decisions that made it so."""

    edit_ids: list[str]


class EventOfEdit(Shape):
    """What a decision did to one theme."""

    theme_id: str
    kind: str
    detail: dict[str, Any]


class ThemeEdit(Shape):
    """One decision about themes."""

    edit_id: str
    at: str
    actor: str | None
    undone_at: str | None
    events: list[EventOfEdit]


class FindingOut(Shape):
    """One thing that is wrong with themes, and the edit that would mend it."""

    kind: Literal["duplicate", "overlap", "too_wide", "too_thin", "unclassified"]
    theme_ids: list[str]
    measure: float
    why: str
    suggestion: str


class HealthOut(Shape):
    """The state of all themes; insights = classified + unclassified."""

    themes: int
    insights: int
    classified: int
    unclassified: int
    unclassified_share: float
    interval: tuple[float, float]
    findings: list[FindingOut]
