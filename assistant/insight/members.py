"""A theme's members: an insight with the circumstances of its record, and how members are counted."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assistant.domain.insights import Insight
from assistant.domain.themes import Theme
from assistant.domain.vocabulary import Channel, Segment

PARTNERS: frozenset[str] = frozenset({"dealer", "service_provider"})
"""Market participants: their needs are never mixed with those of users."""


@dataclass(frozen=True, slots=True)
class Member:
    """An insight together with what its record says of product, customer and time."""

    insight: Insight
    channel: Channel
    product: str | None = None
    segment: Segment | None = None
    created_at: str | None = None
    customer_id: str | None = None
    near_duplicate_of: str | None = None
    person: str | None = None
    """Whom the store counts the record as, where that is known."""
    context: str = ""
    """The masked words around the quote, for an insight whose rungs are templates; else blank."""

    @property
    def voice_key(self) -> str:
        """The record it counts as: near-duplicates fold into the record they repeat."""
        return self.near_duplicate_of or self.insight.record_id

    @property
    def customer_key(self) -> str:
        """Whom it counts as: the customer, or the record where nobody is named."""
        return self.person or self.customer_id or self.voice_key

    @property
    def opportunities(self) -> tuple[str, ...]:
        """Types of the opportunities seen with this insight."""
        return tuple(item.type for item in self.insight.opportunities)


@dataclass(frozen=True, slots=True)
class KnownTheme:
    """A theme as it stands in the store, with the members it had and what people decided about it."""

    theme: Theme
    insights: frozenset[str]
    records: frozenset[str] = frozenset()
    """Records of its members: by them it is known again after all insights were read anew."""
    pinned: bool = False
    """True where a person wrote its words: they are kept whatever happens to the members."""
    held: frozenset[str] = frozenset()
    """Insights that a person put here: they stay."""
    locked: bool = False
    """True where a person closed it: it keeps the members it has and gets no other."""
    misfits: frozenset[str] = frozenset()
    """Insights that an engine took out again, or did not let in: they stay out until it is named anew."""
    renew: bool = False
    """True where its words are to be given anew, as if nobody had named it; it keeps its id."""
    taken: frozenset[str] = frozenset()
    """Insights that fitted no group and that an engine let in: they stay in until it is named anew."""


def count_records(members: Iterable[Member]) -> int:
    """Records, each once; near-duplicates are records of their own (they fold where customers are counted)."""
    return len({member.insight.record_id for member in members})


def count_voices(members: Iterable[Member]) -> int:
    """Records that say something of their own: near-duplicates folded."""
    return len({member.voice_key for member in members})


def count_customers(members: Iterable[Member]) -> int:
    """Independent customers; a record of nobody counts as one of its own."""
    return len({member.customer_key for member in members})


def tally(members: Sequence[Member], value: Callable[[Member], str | None]) -> tuple[tuple[str, int], ...]:
    """Records per value, most first, ties by name; members without a value left out."""
    seen = {(found, member.insight.record_id) for member in members if (found := value(member)) is not None}
    counts = Counter(found for found, _ in seen)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
