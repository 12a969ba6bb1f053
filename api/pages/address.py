"""What the address of the needs page says: filters, the theme that is open, how themes are shown, what is compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
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
_OTHERS = ("theme", "view", "one", "other", "edit")


@dataclass(frozen=True, slots=True)
class Address:
    """Filters by name, and the other things an address says; a link to another one is made by `to`."""

    given: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    theme: str = ""
    view: str = ""
    one: str = ""
    other: str = ""
    edit: str = ""

    def to(self, **changes: Any) -> str:
        """The address with some of it changed; a filter is given by its name, blank takes it away."""
        others = {name: str(changes.pop(name)) for name in _OTHERS if name in changes}
        given = {**self.given, **{name: (value,) if value else () for name, value in changes.items()}}
        moved = replace(self, given=given, **{"edit": "", **others})
        pairs = [(name, value) for name, values in moved.given.items() for value in values]
        pairs += [(name, value) for name in _OTHERS if (value := getattr(moved, name))]
        return f"{NEEDS}?{urlencode(pairs)}" if pairs else NEEDS

    def first(self, name: str) -> str:
        """What a filter is set to, blank where it is not."""
        return next(iter(self.given.get(name, ())), "")

    @property
    def filters(self) -> Filters:
        """The filters, without the theme.

        Raises:
            UsageError: one of them makes no sense.
        """
        plain = {name: values[0] if name in _DAYS else list(values) for name, values in self.given.items() if values}
        try:
            return FiltersIn.model_validate(plain).to_filters()
        except ValidationError as error:
            first = error.errors()[0]
            raise UsageError(f"{first['loc'][0]}={str(first['input'])[:60]}: {first['msg']}") from None


def address_of(query: QueryParams) -> Address:
    """The address that a query string spells; what it does not know it leaves out."""
    given = {name: tuple(v for v in query.getlist(name) if v) for name in (*_LISTED, *_DAYS)}
    others = {name: query.get(name, "")[:200] for name in _OTHERS}
    return Address({name: values for name, values in given.items() if values}, **others)
