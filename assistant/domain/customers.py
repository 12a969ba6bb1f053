"""A customer as somebody to know: what is counted of them, the tags read out of that, and their place in a screening."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.domain.records import Customer
from assistant.domain.vocabulary import Segment, SignalName


@dataclass(frozen=True, slots=True)
class Trace:
    """The record that bears something out."""

    record_id: str
    external_id: str
    day: str | None


@dataclass(frozen=True, slots=True)
class Heard:
    """How often a signal was heard of a customer, and where last."""

    count: int
    latest: Trace


@dataclass(frozen=True, slots=True)
class CustomerFacts(Customer):
    """What is stored of one customer, counted; near-duplicates and noise are no usable voice."""

    records: int = 0
    usable: int = 0
    """Records with something to hear, each once."""
    utterances: int = 0
    """What they said, each piece: a ticket is one, a conversation as many as they spoke."""
    characters: int = 0
    """Length of that."""
    needs: int = 0
    """Distinct needs: pairs of aspect and deep category."""
    suggestions: int = 0
    """Insights with a proposal of their own."""
    praise: int = 0
    """Positive insights."""
    first_day: str | None = None
    last_day: str | None = None
    latest: Trace | None = None
    signals: Mapping[SignalName, Heard] = field(default_factory=dict)
    open_leads: int = 0


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag with why it is there; `evidence` is the record behind it, None where it rests on what they own."""

    tag: str
    label: str
    reason: str
    evidence: Trace | None = None
    filled: Mapping[str, object] = field(default_factory=dict)
    """What stands in the reason, for whoever tells it in another language."""


@dataclass(frozen=True, slots=True)
class Richness:
    """How much usable voice there is of a customer: parts, and a score of 0 to 100 made of them."""

    records: int
    utterances: int
    characters: int
    needs: int
    score: float


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One reason for a place in a screening: the points it brings, in the words of a person."""

    name: str
    points: float
    reason: str
    filled: Mapping[str, object] = field(default_factory=dict)
    """What stands in the reason, for whoever tells it in another language."""


@dataclass(frozen=True, slots=True)
class Screened:
    """A customer in a screening, with what the score is made of."""

    rank: int
    customer_id: str
    segment: Segment | None
    region: str | None
    score: float
    parts: tuple[ScorePart, ...]
    tags: tuple[Tag, ...]
    richness: Richness
    records: int
    last_day: str | None


@dataclass(frozen=True, slots=True)
class Screening:
    """A ranked list; considered = kept + averse + too quiet."""

    considered: int
    averse: int
    """Left out: they don't want to be sold to."""
    quiet: int
    """Left out: too little voice to know them."""
    customers: tuple[Screened, ...]

    def __post_init__(self) -> None:
        if self.considered != len(self.customers) + self.averse + self.quiet:
            raise AssertionError(f"the screening does not add up: {self.considered}")
