"""What routes are given: the application, who asks, where there is room to ask, and the filters of the query string."""

from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Header, Query, Request

from api.wire import FiltersIn
from assistant.answering.talking import ANYBODY
from assistant.bootstrap import App
from assistant.domain.access import Principal
from assistant.domain.filters import Filters
from assistant.pipeline.access import By
from assistant.pipeline.actor import staff_name
from assistant.records.audit_book import Via


async def _app_of(request: Request) -> App:
    app: App = request.app.state.voc
    return app


async def _seats_of(request: Request) -> CapacityLimiter:
    seats: CapacityLimiter = request.app.state.seats
    return seats


async def _principal_of(request: Request) -> Principal:
    principal: Principal = request.state.principal
    return principal


PrincipalDep = Annotated[Principal, Depends(_principal_of)]
"""Who was let in."""


async def _user_of(principal: PrincipalDep, x_user: Annotated[str | None, Header(max_length=200)] = None) -> str:
    named = _utf8(x_user or "").strip()
    match principal.kind:
        case "user":
            return principal.name
        case "key":
            return f"{principal.name}/{named}" if named else principal.name
        case _:
            return named or ANYBODY


def _utf8(header: str) -> str:
    """A header's bytes reach us as Latin-1, whatever they were meant to be."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header


async def _by_of(principal: PrincipalDep) -> By:
    doors: dict[str, Via] = {"key": "key", "user": "page"}
    return By(principal.name, doors.get(principal.kind, "machine"))


async def _actor_of(principal: PrincipalDep) -> str:
    return principal.name


def spoken_for(principal: Principal, given: str | None) -> str:
    """On whose behalf somebody decides: a person decides as themselves; a program may say for whom it does.

    Raises:
        UsageError: the name can't be kept.
    """
    if given is None or principal.kind == "user":
        return principal.name
    said = staff_name(given)
    return said if principal.kind == "machine" else staff_name(f"{said} ({principal.name})")


async def _filters_of(given: Annotated[FiltersIn, Query()]) -> Filters:
    return given.to_filters()


AppDep = Annotated[App, Depends(_app_of)]
"""The application the service was made with."""
SeatsDep = Annotated[CapacityLimiter, Depends(_seats_of)]
"""Threads for questions: so many are at work at once, and none of them is taken from the other routes."""
UserDep = Annotated[str, Depends(_user_of)]
"""Whose conversations are meant: the user's own; a key's, of which it may tell several people apart by the header ``X-User``
(UTF-8); without keys whatever that header says, else nobody in particular."""
ActorDep = Annotated[str, Depends(_actor_of)]
"""Who does it, for histories: the name of the user or key."""
ByDep = Annotated[By, Depends(_by_of)]
"""Who does it and by which door, for the audit book."""
FiltersDep = Annotated[Filters, Depends(_filters_of)]
"""The filters of a GET, each parameter repeatable."""
Limit = Annotated[int, Query(ge=1, le=500, description="at most so many items")]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000, description="items to skip")]
