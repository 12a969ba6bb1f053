"""What the address of the page of ideas says: what the board is narrowed to, and the idea or proposal that is open."""

from dataclasses import dataclass, fields, replace
from typing import get_args
from urllib.parse import urlencode

from pydantic import ValidationError
from starlette.datastructures import QueryParams

from api.wire import FiltersIn
from assistant.domain.filters import Filters
from assistant.domain.vocabulary import NBN_TYPES, ProposalStatus
from assistant.errors import UsageError

IDEAS = "/ideas"
_ON_THE_WAY: tuple[str, ...] = tuple(status for status in get_args(ProposalStatus) if status != "rejected")
STAGES: tuple[str, ...] = ("proposed", *_ON_THE_WAY, "rejected", "merged")
"""How far an idea is: not yet written out, where its proposal stands, or put away."""
SORTS = ("rank", "customers", "votes")
_CHOICES = {"type": NBN_TYPES, "status": STAGES, "sort": SORTS, "view": ("proposals",)}
_NARROWING = ("type", "theme", "product", "segment", "status", "q")


@dataclass(frozen=True, slots=True)
class Spot:
    """One place of the page; blank is anything, or the first."""

    type: str = ""
    theme: str = ""
    product: str = ""
    segment: str = ""
    status: str = ""
    sort: str = ""
    q: str = ""
    view: str = ""
    """``proposals``: the list of proposals; blank: the board."""
    idea: str = ""
    proposal: str = ""
    edit: str = ""
    """The decision that was just taken about an idea, or what was just done to a proposal."""

    def to(self, **changes: str) -> str:
        """The address with some of it changed; what was just done is told once."""
        moved = replace(self, **{"edit": "", **changes})
        pairs = [(one.name, value) for one in fields(moved) if (value := getattr(moved, one.name))]
        return f"{IDEAS}?{urlencode(pairs)}" if pairs else IDEAS

    def plain(self, **there: str) -> str:
        """An address of the page that keeps nothing of this one."""
        return Spot().to(**there)

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return any(getattr(self, name) for name in _NARROWING)

    @property
    def filters(self) -> Filters:
        """What is asked of the records behind the ideas.

        Raises:
            UsageError: something in the address makes no sense.
        """
        for name, allowed in _CHOICES.items():
            if (said := getattr(self, name)) and said not in allowed:
                raise UsageError(f"{name}={said[:60]}: choose {', '.join(allowed)}")
        given = {name: [value] for name in ("product", "segment", "theme") if (value := getattr(self, name))}
        try:
            return FiltersIn.model_validate(given).to_filters()
        except ValidationError as error:
            first = error.errors()[0]
            raise UsageError(f"{first['loc'][0]}={str(first['input'])[:60]}: {first['msg']}") from None


def spot_of(query: QueryParams) -> Spot:
    """The place that a query string spells; what it does not know it leaves out."""
    return Spot(**{one.name: query.get(one.name, "").strip()[:200] for one in fields(Spot)})
