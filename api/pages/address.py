"""What the address of a page says: filters, and the other things that page knows; what it shows follows from nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self
from urllib.parse import urlencode

from pydantic import ValidationError
from starlette.datastructures import QueryParams

from api.wire import FiltersIn
from assistant.domain.filters import Filters
from assistant.errors import UsageError

NEEDS = "/needs"
_LISTED = (
    "product", "channel", "segment", "region", "customer", "deep_category", "aspect", "sentiment",
)  # fmt: skip
_DAYS = ("since", "until")


@dataclass(frozen=True, slots=True)
class Spelled:
    """Filters by name, and whatever else a page's address says; a link to another one is made by `to`."""

    PAGE: ClassVar[str]
    LISTED: ClassVar[tuple[str, ...]] = _LISTED
    """Filters that the page has."""
    OTHERS: ClassVar[tuple[str, ...]]
    """Fields that the address holds besides."""
    ONCE: ClassVar[tuple[str, ...]] = ()
    """Those of them that the next address does not take over."""

    given: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, query: QueryParams) -> Self:
        """The address that a query string spells; what it does not know it leaves out."""
        given = {name: tuple(v for v in query.getlist(name) if v) for name in (*cls.LISTED, *_DAYS)}
        others = {name: query.get(name, "")[:200] for name in cls.OTHERS}
        return cls({name: values for name, values in given.items() if values}, **others)

    def to(self, **changes: Any) -> str:
        """The address with some of it changed; a filter is given by its name, blank takes it away."""
        others = {name: str(changes.pop(name)) for name in self.OTHERS if name in changes}
        given = {**self.given, **{name: (value,) if value else () for name, value in changes.items()}}
        moved = replace(self, given=given, **{**dict.fromkeys(self.ONCE, ""), **others})
        pairs = [(name, value) for name, values in moved.given.items() for value in values]
        pairs += [(name, value) for name in self.OTHERS if (value := getattr(moved, name))]
        return f"{self.PAGE}?{urlencode(pairs)}" if pairs else self.PAGE

    def first(self, name: str) -> str:
        """What a filter is set to, blank where it is not."""
        return next(iter(self.given.get(name, ())), "")

    @property
    def filters(self) -> Filters:
        """The filters of records.

        Raises:
            UsageError: one of them makes no sense.
        """
        plain = {name: values[0] if name in _DAYS else list(values) for name, values in self.given.items() if values}
        try:
            return FiltersIn.model_validate(plain).to_filters()
        except ValidationError as error:
            first = error.errors()[0]
            name, value = first["loc"][0], str(first["input"])[:60]
            raise UsageError(f"{name}={value}: there is no such {name}") from None


@dataclass(frozen=True, slots=True)
class Address(Spelled):
    """The address of the needs page: the theme that is open, how themes are shown, what is compared."""

    PAGE: ClassVar[str] = NEEDS
    OTHERS: ClassVar[tuple[str, ...]] = ("theme", "view", "one", "other", "edit", "came")
    ONCE: ClassVar[tuple[str, ...]] = ("edit", "came")

    theme: str = ""
    view: str = ""
    one: str = ""
    other: str = ""
    edit: str = ""
    came: str = ""
    """The theme that was looked at before the edit."""


def address_of(query: QueryParams) -> Address:
    """The address of the needs page that a query string spells."""
    return Address.read(query)


def widened(filters: Filters, regions: Sequence[str]) -> Filters:
    """The filters with every stored region that begins with one that was asked for: a province stands for its cities."""
    found = [one for asked in filters.region for one in regions if one.startswith(asked)]
    return replace(filters, region=tuple(dict.fromkeys(found))) if found else filters
