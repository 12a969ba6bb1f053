"""What a planner is shown to plan a question: the question, what went before, and what the store holds."""

from dataclasses import dataclass

from assistant.domain.answers import Plan
from assistant.domain.filters import Filters
from assistant.domain.themes import Theme


@dataclass(frozen=True, slots=True)
class PlanMaterial:
    """Everything masked; names and themes are already cut to what a prompt can hold, the most frequent first."""

    question: str
    earlier: tuple[str, ...]
    """Questions of the same talk, oldest first."""
    proposed: Plan
    """What the rules read."""
    given: Filters
    """What the asker set: never loosened."""
    anchor: str
    """The day that relative dates count from, ``YYYY-MM-DD``."""
    first_day: str | None
    last_day: str | None
    calendar: tuple[tuple[str, str, str], ...]
    """What people call the stretches of days around the anchor: (name, first day, last day)."""
    products: tuple[tuple[str, str], ...]
    """(Name, what kind of thing it is, empty where nothing says so)."""
    models: tuple[str, ...]
    regions: tuple[str, ...]
    themes: tuple[Theme, ...]
