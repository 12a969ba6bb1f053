"""Work in the name of a visitor, away from the pages' own loop; what goes wrong is told in one sentence."""

from asyncio import CancelledError
from collections.abc import Callable
from typing import TypeVar

from anyio.to_thread import run_sync
from nicegui import Client, ui
from nicegui.element import Element

from api.pages.faults import worded
from api.pages.frame import LOGGED_OUT
from api.pages.parts import fault, say
from api.pages.visitor import LoggedOutError, Visit
from api.problems import problem_of

T = TypeVar("T")


def sentence_of(visit: Visit, error: Exception) -> str:
    """An error as a visitor is told it; what nobody expected is logged."""
    return visit.masked(worded(visit.words, error, str(problem_of(error)["detail"])))


async def fetched(visit: Visit, work: Callable[[], T]) -> T:
    """What some work in a thread gives back; it takes one of the seats that questions sit on.

    Raises:
        LoggedOutError: the visitor is let in no more.
        CancelledError: the visitor has left meanwhile, so that nobody is there to be shown anything.
    """

    def let_in() -> T:
        visit.stay()
        return work()

    client = _client()
    found = await run_sync(let_in, limiter=visit.seats)
    if client is not None and client.is_deleted:
        raise CancelledError
    return found


def _client() -> Client | None:
    """The open page; None where what was pressed is gone by now, though its page may be there."""
    try:
        return ui.context.client
    except RuntimeError:
        return None


async def done(visit: Visit, call: str, subject: str, work: Callable[[], T]) -> T | None:
    """As `fetched`, for what changes something: the rule of the `call` that does the same is asked, the book told.

    What goes wrong is said on the page, and None given back.
    """

    def allowed() -> T:
        rule = visit.check(call)
        found = work()
        visit.note(rule, subject)
        return found

    return await looked(visit, allowed)


async def looked(visit: Visit, work: Callable[[], T]) -> T | None:
    """As `fetched`, but what goes wrong is said on the page, and None given back."""
    try:
        return await fetched(visit, work)
    except Exception as error:  # noqa: BLE001 - the page's door: whatever an action did, the page stays
        if isinstance(error, LoggedOutError):
            ui.run_javascript(LOGGED_OUT)
        else:
            say(sentence_of(visit, error), bad=True)
        return None


async def filled(visit: Visit, place: Element, work: Callable[[], T], show: Callable[[T], object]) -> None:
    """Fill one part of a page with what some work gives back; one that fails says so and leaves the others standing."""
    try:
        found = await fetched(visit, work)
    except Exception as error:  # noqa: BLE001 - the page's door
        place.clear()
        with place:
            fault(visit.words("not_loaded"), sentence_of(visit, error))
        return
    place.clear()
    with place:
        show(found)
