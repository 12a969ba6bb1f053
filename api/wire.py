"""What goes over the wire: requests checked, answers shaped, apart from how anything is stored."""

import calendar
import re
from datetime import date
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from assistant.domain.filters import Filters
from assistant.domain.vocabulary import Aspect, Channel, DeepCategory, Dimension, Segment, Sentiment

T = TypeVar("T")


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _first_day(value: str) -> str:
    return date.fromisoformat(f"{value}-01" if len(value) == 7 else value).isoformat()


def _last_day(value: str) -> str:
    if re.fullmatch(r"\d{4}-\d{2}", value):
        year, month = int(value[:4]), int(value[5:])
        return date(year, month, calendar.monthrange(year, month)[1] if 1 <= month <= 12 else 1).isoformat()
    return date.fromisoformat(value).isoformat()


Name = Annotated[str, Field(min_length=1, max_length=200)]
Names = Annotated[list[Name], BeforeValidator(_listed), Field(max_length=100)]


class Wire(BaseModel):
    """Base of everything sent."""

    model_config = ConfigDict(from_attributes=True)


class Asked(BaseModel):
    """Base of everything received: unknown fields are refused, so that no typing error passes in silence."""

    model_config = ConfigDict(extra="forbid")


class FiltersIn(BaseModel):
    """Filters as given by a caller; each list means "one of these", both days are included."""

    product: Names = []
    channel: Annotated[list[Channel], BeforeValidator(_listed)] = []
    segment: Annotated[list[Segment], BeforeValidator(_listed)] = []
    region: Names = []
    since: Annotated[str, AfterValidator(_first_day)] | None = Field(None, description="2026-08-01 or 2026-08")
    until: Annotated[str, AfterValidator(_last_day)] | None = Field(None, description="2026-08-31 or 2026-08")
    theme: Names = []
    customer: Names = []
    deep_category: Annotated[list[DeepCategory], BeforeValidator(_listed)] = []
    aspect: Annotated[list[Aspect], BeforeValidator(_listed)] = []
    sentiment: Annotated[list[Sentiment], BeforeValidator(_listed)] = []

    def to_filters(self) -> Filters:
        """The filters as the core knows them."""
        lists = {name: tuple(value) for name, value in self if isinstance(value, list)}
        return Filters(since=self.since, until=self.until, **lists)


class FiltersAsked(FiltersIn):
    """Filters in the body of a request: one that does not exist is refused, never left out in silence."""

    model_config = ConfigDict(extra="forbid")


class ProposalIn(Asked):
    """What a proposal is to be drafted from: exactly one of the three."""

    idea_id: Name | None = None
    theme_id: Name | None = None
    brief: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    language: Literal["zh", "en"] | None = None

    @model_validator(mode="after")
    def _one(self) -> "ProposalIn":
        if sum(given is not None for given in (self.idea_id, self.theme_id, self.brief)) != 1:
            raise ValueError("give one of idea_id, theme_id and brief")
        return self

    @property
    def source(self) -> str:
        """The id given, if one is."""
        return self.idea_id or self.theme_id or ""


class ProposalPatch(Asked):
    """What of a proposal is to change, and who says so; approval is a person's."""

    actor: Name | None = None
    status: Literal["draft", "in_review", "approved", "in_development", "launched", "measured", "rejected"] | None = (
        None
    )
    reason: Annotated[str, Field(max_length=2000)] = ""
    comment: Annotated[str, Field(max_length=2000)] = ""
    owner: Annotated[str, Field(max_length=100)] | None = None
    edits: Annotated[dict[str, Annotated[str, Field(max_length=4000)]], Field(max_length=50)] = {}
    launched_on: Annotated[str, Field(max_length=10)] | None = None
    product: Name | None = None
    region: Name | None = None


class HitOut(Wire):
    """A passage found."""

    record_id: str
    external_id: str
    score: float
    text: str
    channel: str
    product: str | None
    created_at: str | None
    start: int
    end: int
    repeats: list[str]
    """Records that nearly repeat this one."""


class CountOut(Wire):
    """A counted row."""

    key: str
    label: str
    records: int
    customers: int
    share: float
    interval: tuple[float, float]
    previous: int | None
    change: float | None


class TotalsOut(Wire):
    records: int
    customers: int
    insights: int
    records_read: int


class Page(BaseModel, Generic[T]):
    """One page of a list; `next` is the address of the following one."""

    items: list[T]
    total: int
    next: str | None = None


class FiltersOut(Wire):
    """Filters as they were applied."""

    product: list[str]
    channel: list[str]
    segment: list[str]
    since: str | None
    until: str | None
    theme: list[str]
    customer: list[str]
    deep_category: list[str]
    aspect: list[str]
    sentiment: list[str]
    region: list[str]


class UnderstoodOut(Wire):
    """How a query was read."""

    query: str
    filters: FiltersOut
    named: list[str]
    notes: list[str]


class SearchOut(Page[HitOut]):
    """Passages found, and how the query was read."""

    understood: UnderstoodOut


class StatsOut(Page[CountOut]):
    """A counted table with what it is counted over."""

    by: Dimension
    totals: TotalsOut


class ProblemOut(BaseModel):
    """An error after RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = None
    """By which the log names the request."""
