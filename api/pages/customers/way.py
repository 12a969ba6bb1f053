"""What the address of the page of leads and customers says."""

from dataclasses import dataclass
from typing import ClassVar, Literal, cast, get_args

from api.pages.address import Spelled
from assistant.domain.vocabulary import OPPORTUNITY_TYPES, OpportunityType
from assistant.errors import UsageError
from assistant.records.lead_funnel import FunnelKey
from assistant.records.lead_store import Shown

CUSTOMERS = "/customers"
Show = Literal["leads", "value", "all"]
SHOWS: tuple[Show, ...] = get_args(Show)


@dataclass(frozen=True, slots=True)
class Way(Spelled):
    """Which list is shown and how, which lead or customer is open, and from which row on."""

    PAGE: ClassVar[str] = CUSTOMERS
    LISTED: ClassVar[tuple[str, ...]] = ("product", "channel", "segment", "region")
    OTHERS: ClassVar[tuple[str, ...]] = (
        "show", "view", "status", "owner", "kind", "by", "lead", "customer", "start",
    )  # fmt: skip
    ONCE: ClassVar[tuple[str, ...]] = ("lead", "start")

    show: str = ""
    view: str = ""
    status: str = ""
    owner: str = ""
    kind: str = ""
    by: str = ""
    lead: str = ""
    customer: str = ""
    start: str = ""

    def first(self, name: str) -> str:
        """What a filter, or another choice of the page, is set to."""
        return str(getattr(self, name)) if name in self.OTHERS else super(Way, self).first(name)

    @property
    def listed(self) -> Show:
        """Which list is shown."""
        return self.show if self.show in SHOWS else "leads"

    @property
    def asked_status(self) -> Shown | None:
        """The status that leads are narrowed to.

        Raises:
            UsageError: there is no such status.
        """
        return cast("Shown", _one_of("status", self.status, get_args(Shown))) if self.status else None

    @property
    def asked_kind(self) -> OpportunityType | None:
        """The type that leads are narrowed to.

        Raises:
            UsageError: there is no such type.
        """
        return cast("OpportunityType", _one_of("kind", self.kind, OPPORTUNITY_TYPES)) if self.kind else None

    @property
    def counted_by(self) -> FunnelKey:
        """What the funnel is broken down by."""
        return cast("FunnelKey", self.by) if self.by in get_args(FunnelKey) else "type"

    @property
    def offset(self) -> int:
        """The first row shown of a long list, counted from 0."""
        return min(int(self.start), 10_000_000) if self.start.isdecimal() else 0


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise UsageError(f"{name}={value[:60]}: known are {', '.join(known)}")
    return value
