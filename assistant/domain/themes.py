"""The same need in many records, and how often it was counted."""

from dataclasses import dataclass

from assistant.domain.insights import LadderStanding
from assistant.domain.vocabulary import DeepCategory, EngineName, TrendStatus


@dataclass(frozen=True, slots=True)
class Theme:
    """A need shared by many records; `records` are counted one by one, `customers` with near-duplicates folded."""

    id: str
    title: str
    definition: str
    surface: str
    secondary: str
    deep: str
    standing: LadderStanding
    deep_category: DeepCategory
    engine: EngineName
    records: int = 0
    customers: int = 0
    trend: TrendStatus = "too_few"
    parent_id: str | None = None
    edited: bool = False
    """A person wrote its words."""
    locked: bool = False
    """A person closed its membership."""
    archived: bool = False
    """A person put it away: it keeps its members but is shown nowhere unless asked for."""
    weak_signal: bool = False
    """Told by few, but by several independent customers, gravely, or only of late (`assistant.insight.weak`)."""


@dataclass(frozen=True, slots=True)
class ThemeParent:
    """What several themes have in common; its counts are of the union of their members."""

    id: str
    title: str
    definition: str
    engine: EngineName
    children: tuple[str, ...]
    """Ids of its themes, sorted."""
    records: int = 0
    customers: int = 0


@dataclass(frozen=True, slots=True)
class Voice:
    """A customer's quote as an engine or a reader is shown it: numbered, tied to its record, masked."""

    n: int
    record_id: str
    quote: str
    start: int
    end: int
    channel: str
    product: str | None
    created_at: str | None
    segment: str | None
    customer_id: str | None
    surface: str = ""
    secondary: str = ""
    deep: str = ""
    suggestion: str | None = None
    context: str = ""
    """The masked passage around the quote, where it helps to understand it."""
    insight_id: str = ""
    """The insight it is the quote of; blank for a passage that was merely found."""
    theme_id: str = ""
    """The theme that its need belongs to; blank where none was read, or none is known."""


@dataclass(frozen=True, slots=True)
class ThemeMaterial:
    """What an engine sees of a theme: its ladder so far, counts, and its most telling voices."""

    theme: Theme
    voices: tuple[Voice, ...]
    products: tuple[tuple[str, int], ...]
    """Product → records, most first."""
    segments: tuple[tuple[str, int], ...]
    aspects: tuple[tuple[str, int], ...]
    opportunities: tuple[tuple[str, int], ...]
    keywords: tuple[str, ...] = ()
    sentiment: str = "negative"
    deep_categories: tuple[tuple[str, int], ...] = ()
    """Deep category → records whose insight names it first."""
    edge: tuple[Voice, ...] = ()
    """The members that are surest of all to be doubted, numbered on from `voices`; for naming alone."""
    neighbours: tuple[str, ...] = ()
    """What the themes beside it are called, or where they have no name yet a surface of theirs; for naming alone."""
