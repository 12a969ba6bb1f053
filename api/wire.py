"""What goes over the wire: requests checked, answers shaped, apart from how anything is stored."""

import calendar
import datetime as dt
import re
from types import GenericAlias
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from assistant.domain.filters import Filters
from assistant.domain.vocabulary import Aspect, Channel, DeepCategory, Dimension, Segment, Sentiment

T = TypeVar("T")
EngineSaid = Annotated[
    str,
    Field(
        pattern=r"^(rules|llm|llm \(recorded .+, [0-9]{4}-[0-9]{2}-[0-9]{2}\))$",
        description="who made it: `rules`, `llm`, or `llm (recorded MODEL, DAY)`: a model's answers of that day, played back",
    ),
]
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _or_one(kind: Any) -> BeforeValidator:
    """Lets a list be given as its only member."""
    return BeforeValidator(_listed, json_schema_input_type=GenericAlias(list, (kind,)) | kind)


def _written(value: object) -> object:
    """Of a day its text alone: the library would take a number for seconds since 1970."""
    if isinstance(value, dt.date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise ValueError("write a day as 2026-08-31")


def _day(value: str, *, last: bool) -> dt.date:
    """The day that is written, or the first or last one of the month that is."""
    if (found := _DAY.fullmatch(value)) is None:
        raise ValueError("write a day as 2026-08-31, or a month as 2026-08")
    year, month = int(found[1]), int(found[2])
    whole = calendar.monthrange(year, month)[1] if last and 1 <= month <= 12 and year else 1
    return dt.date(year, month, int(found[3] or whole))


def _first_day(value: str) -> str:
    return _day(value, last=False).isoformat()


def _last_day(value: str) -> str:
    return _day(value, last=True).isoformat()


_WRITTEN = WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?$"})
Name = Annotated[str, Field(min_length=1, max_length=200)]
Names = Annotated[list[Name], _or_one(Name), Field(max_length=100)]
Day = Annotated[dt.date, BeforeValidator(_written), Field(strict=False)]
"""A day in a request's body, as ``2026-08-31``."""


class Wire(BaseModel):
    """Base of everything sent."""

    model_config = ConfigDict(from_attributes=True)


class Asked(BaseModel):
    """Base of everything received: unknown fields and wrong types are refused, so that no typing error passes in silence."""

    model_config = ConfigDict(extra="forbid", strict=True)


class FiltersIn(BaseModel):
    """Filters as given by a caller; each list means "one of these", both days are included."""

    product: Names = []
    channel: Annotated[list[Channel], _or_one(Channel)] = []
    segment: Annotated[list[Segment], _or_one(Segment)] = []
    region: Names = []
    since: Annotated[str, AfterValidator(_first_day), _WRITTEN] | None = Field(
        None, description="2026-08-01 or 2026-08"
    )
    until: Annotated[str, AfterValidator(_last_day), _WRITTEN] | None = Field(None, description="2026-08-31 or 2026-08")
    theme: Names = []
    customer: Names = []
    deep_category: Annotated[list[DeepCategory], _or_one(DeepCategory)] = []
    aspect: Annotated[list[Aspect], _or_one(Aspect)] = []
    sentiment: Annotated[list[Sentiment], _or_one(Sentiment)] = []

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
