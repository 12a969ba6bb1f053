"""Customers and leads, as they are answered: pseudonymous."""

from typing import Literal

from api.shapes.base import Shape
from assistant.domain.customers import Richness, Tag
from assistant.domain.receipts import Exported, Left
from assistant.domain.vocabulary import Channel, OpportunityType, Segment


class CustomerOut(Shape):
    """A customer in a list, with tags and how rich their voice is."""

    id: str
    segment: Segment | None
    region: str | None
    since: str | None
    owned: list[str]
    bought_service: bool | None
    records: int
    also_known_as: list[str]
    tags: list[Tag]
    richness: Richness


class HeldBecause(Shape):
    """The record in which a customer said not to want to be sold to."""

    record_id: str
    external_id: str
    day: str | None


class LeadOut(Shape):
    """A chance seen in a record; one for each customer and type."""

    id: str
    record_id: str
    external_id: str
    insight_id: str | None
    customer_id: str | None
    segment: Segment | None
    product: str | None
    type: OpportunityType
    quote: str
    start: int
    end: int
    owner: str | None
    note: str | None
    created_at: str
    updated_at: str | None
    current: bool
    """Found by the present reading of its record."""
    mentions: int
    """Records in which this customer said the like."""
    status: Literal["new", "assigned", "contacted", "won", "lost", "hold"]
    hold_because: HeldBecause | None


class OtherLead(Shape):
    """Another place where the same customer said the like."""

    id: str
    record_id: str
    external_id: str
    quote: str
    day: str | None
    status: str


class LeadEvent(Shape):
    """One change of a lead."""

    at: str
    actor: str
    field: str
    before: str | None
    after: str | None


class LeadWhole(LeadOut):
    """A lead with its history and the others it stands for."""

    others: list[OtherLead]
    history: list[LeadEvent]


class HeardIn(Shape):
    """A record in which a customer was heard."""

    record_id: str
    external_id: str
    channel: Channel
    created_at: str | None
    product: str | None
    status: str | None


class CustomerWhole(Shape):
    """A customer: how often they were heard, of what, which signals and leads."""

    customer_id: str
    also_known_as: list[str]
    segment: Segment | None
    region: str | None
    since: str | None
    bought_service: bool | None
    records: int
    owned: list[str]
    insights: int
    leads: int
    leads_held: int
    latest_leads: list[LeadOut]
    tags: list[Tag]
    richness: Richness
    signals: dict[str, int]
    first_day: str | None
    last_day: str | None
    channels: dict[str, int]
    products: dict[str, int]
    aspects: dict[str, int]
    deep_categories: dict[str, int]
    latest: list[HeardIn]


class ErasedOut(Shape):
    """The receipt of an erasing, and whom it meant; `left` names what still holds something of them."""

    customer: str
    customers: list[str]
    proved: bool
    records: int
    versions: int
    readings: int
    insights: int
    leads: int
    sealed: int
    relinked: int
    answers: int
    model_calls: int
    themes_reworded: int
    themes_gone: int
    ideas_trimmed: int
    ideas_removed: int
    proposals_marked: int
    proposals_withdrawn: int
    reverified: int
    quarantined: int
    kept_away: int
    fragments: int
    shared: int
    files: int
    bytes: int
    left: list[Left]
    exports: list[Exported]
    same_contact: list[str]
    mentioned_elsewhere: list[str]
    not_searched: list[str]
