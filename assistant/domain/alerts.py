"""What is worth telling people about without being asked, and what became of telling it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Rule = Literal["new_theme", "spike", "weak_signal", "back_after_fix", "digest", "test"]
RULES: tuple[Rule, ...] = get_args(Rule)
DeliveryStatus = Literal["pending", "sending", "sent", "failed"]


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to tell. `facts` are numbers, days and ids: words of customers are looked up when it is sent."""

    rule: Rule
    subject: str
    """What it is about, so that the same is told once: a theme and, where it can come again, the day it began."""
    theme_id: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """``al_`` and 14 hex digits over rule and subject."""
        return "al_" + hashlib.sha256(f"{self.rule}\0{self.subject}".encode()).hexdigest()[:14]


@dataclass(frozen=True, slots=True)
class ThemeWatch:
    """What the rules are shown of a theme; recent means the last `Thresholds.recent_days` days there is data of."""

    theme_id: str
    records: int
    customers: int
    first_day: str | None
    recent_records: int = 0
    recent_customers: int = 0
    recent_severity: float = 0.0
    weak: bool = False
    """Marked as a weak signal when the themes were formed."""
    spikes: tuple["Spike", ...] = ()
    fixed: str | None = None
    """Since when it is said to be mended."""
    since_fix_customers: int = 0
    """Customers heard of it after that day and the days of grace."""
    since_fix_day: str | None = None


@dataclass(frozen=True, slots=True)
class Spike:
    """A run of unusual weeks: Mondays of the first and the last, what was heard and what was usual."""

    first: str
    last: str
    observed: int
    expected: float
    p: float
    over: bool


@dataclass(frozen=True, slots=True)
class Message:
    """An alert in words, harmless to Markdown and mentions; `theme_id` and `facts` are for machines."""

    id: str
    rule: Rule
    title: str
    lines: tuple[str, ...]
    created_at: str
    theme_id: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlertsReceipt:
    """What a round of alerts did; due = sent + failed + later."""

    new: Mapping[str, int] = field(default_factory=dict)
    """Rule → alerts found for the first time."""
    due: int = 0
    sent: int = 0
    later: Mapping[str, int] = field(default_factory=dict)
    """Reason → messages that are tried again."""
    failed: Mapping[str, int] = field(default_factory=dict)
    """Reason → messages that are not tried again unless asked for."""
    waiting: int = 0
    """Messages not yet due: quiet hours, the pace of a channel, or after a failure."""

    def __post_init__(self) -> None:
        if self.due != self.sent + sum(self.later.values()) + sum(self.failed.values()):
            raise AssertionError(f"the alerts receipt does not add up: {self}")
