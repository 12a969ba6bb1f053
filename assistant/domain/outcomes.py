"""What became of a need after something was launched against it: counts before and after, and what may be said of them."""

from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["down", "down_with_others", "not_down", "up", "too_few", "not_begun"]
"""``down``: fewer customers speak of it, more clearly so than of other needs. ``down_with_others``: fewer, but no more so
than other needs of the product. ``not_down``: the hoped-for fall can be excluded. ``up``: more do. ``too_few``: too few
to tell. ``not_begun``: there are no records from after the launch."""
Aim = Literal["fewer", "more"]


@dataclass(frozen=True, slots=True)
class Launch:
    """What was launched, when, for whom, and what it was to do."""

    day: str
    products: tuple[str, ...] = ()
    """Product names or models; empty: all."""
    model: str | None = None
    region: str | None = None
    """As a region begins: 四川 holds 四川成都."""
    window: int = 60
    """Days before and after that are compared."""
    hoped: float = 0.5
    """The ratio of rates that was hoped for: 0.5, half as many."""


@dataclass(frozen=True, slots=True)
class Window:
    """One period, both days included: who spoke of the product at all, and who of the need."""

    since: str
    until: str
    records: int = 0
    """Records of the product that were read."""
    people: int = 0
    """Customers who spoke of the product, each once."""
    mentions: int = 0
    """Records with the need."""
    voices: int = 0
    """Customers with the need, each once."""
    owners: int | None = None
    """Customers known to own the product at the period's end; None: not known of any."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of rates with its interval at a confidence; `value` is None where nothing was counted before."""

    value: float | None
    low: float
    high: float | None
    """None: no upper bound."""
    level: float


@dataclass(frozen=True, slots=True)
class Moved:
    """A need before and after, in customers."""

    theme_id: str
    title: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class NextNeed:
    """A need that came next: new or growing among the product's customers, or told by those who had the old one."""

    theme_id: str
    title: str
    before: int
    after: int
    kind: Literal["new", "growing", "told_by_them"]
    chance: float | None = None
    """Probability of as many by chance, were nothing changed; None for `told_by_them`."""


@dataclass(frozen=True, slots=True)
class Afterwards:
    """The customers who had the need before the launch: how many came back, and how many with the same need."""

    customers: int = 0
    came_back: int = 0
    same_need: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What may be said, up to the last day there are records of."""

    subject: str
    theme_ids: tuple[str, ...]
    launch: Launch
    aim: Aim
    counted_until: str
    elapsed: float
    """Share of the window after the launch that has passed, 0 to 1."""
    before: Window
    after: Window
    earlier: Window | None
    """As long a period before `before`: whether what fell had only just risen."""
    verdict: Verdict
    measured: bool
    """The whole window has passed: this is the result and no interim look."""
    by_customers: Ratio | None = None
    """What the verdict stands on: rate after over rate before, of the product's customers."""
    by_records: Ratio | None = None
    by_owners: Ratio | None = None
    against_others: Ratio | None = None
    """The same over how other needs of the product moved."""
    others: tuple[Moved, ...] = ()
    judgeable_from: str | None = None
    """The first day on which the hoped-for fall can show, at the pace of before; None: not within this window."""
    window_needed: int | None = None
    """How many days a window would have to be for that."""
    next_needs: tuple[NextNeed, ...] = ()
    afterwards: Afterwards = field(default_factory=Afterwards)
    notes: tuple[str, ...] = ()
    """What a reader must know, as short names (`data/outcome.toml` words them)."""

    @property
    def effective(self) -> bool:
        """Whether the need moved as it was hoped, beyond chance and beyond the others."""
        return self.verdict == ("down" if self.aim == "fewer" else "up")

    @property
    def failing(self) -> bool:
        """Whether there is enough to say that it does not work: the earlier the better."""
        return self.aim == "fewer" and self.verdict in ("not_down", "up")
