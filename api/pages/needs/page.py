"""The page of needs: what there is, what moves, and the themes; or one theme whole."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from fastapi import Request
from nicegui import ui

from api.pages.address import Address, address_of
from api.pages.doing import fetched, sentence_of
from api.pages.frame import frame
from api.pages.needs.comparing import compare_part
from api.pages.needs.heat import heat_of, heat_table
from api.pages.needs.overview import friction_part, friction_rows, moves, moves_part, sums, tiles
from api.pages.needs.theme_list import themes_of, themes_part
from api.pages.needs.theme_page import ThemePage
from api.pages.parts import box, choice, fault, link, tag, waiting
from api.pages.record_panel import RecordPanel
from api.pages.visitor import Visit, visit_of
from assistant.domain.filters import Filters
from assistant.domain.vocabulary import CHANNELS, DEEP_CATEGORIES, SEGMENTS, SENTIMENTS
from assistant.errors import UsageError

T = TypeVar("T")


async def needs_page(request: Request) -> None:
    """The page; everything it shows follows from its address."""
    visit, address = visit_of(request), address_of(request.query_params)
    with frame(visit, "/needs", "needs-page"):
        with tag("details", "", "filters", open=True):
            tag("summary", visit.words("filters"))
            top = box("filter-row")
        inside = box("needs")
        panel = RecordPanel(visit)
        with inside:
            waiting(visit.words("loading"), 6)
    await ui.context.client.connected()
    ui.run_javascript("if (innerWidth < 760) document.querySelector('.filters').open = false")
    try:
        filters = address.filters
    except UsageError as error:
        _faulty(visit, inside, visit.words("bad_filter"), visit.masked(str(error)))
        return
    try:
        products = await fetched(visit, lambda: [row.key for row in visit.app.counting.rows("product", Filters())])
    except Exception as error:  # noqa: BLE001 - the page's door
        _faulty(visit, inside, visit.words("not_loaded"), sentence_of(visit, error))
        return
    with top:
        _filters(visit, address, products)
    inside.clear()
    with inside:
        if address.theme:
            await ThemePage(visit, address, filters, panel).fill()
        else:
            await _fill(visit, address, filters)


def _faulty(visit: Visit, inside: Any, title: str, told: str) -> None:
    inside.clear()
    with inside:
        fault(title, told)
        link(visit.words("clear"), "/needs", "more")


def _filters(visit: Visit, address: Address, products: list[str]) -> None:
    words = visit.words
    listed: list[tuple[str, list[str]]] = [
        ("product", products),
        ("segment", list(SEGMENTS)),
        ("channel", list(CHANNELS)),
        ("sentiment", list(SENTIMENTS)),
        ("deep_category", list(DEEP_CATEGORIES)),
    ]
    for name, values in listed:
        shown = [(one, one if name == "product" else words.label(one)) for one in values]

        def go(value: str, name: str = name) -> None:
            ui.navigate.to(address.to(**{name: value}))

        choice(words.label(f"filter_{name}"), [("", words("all")), *shown], address.first(name), go)
    for name in ("since", "until"):
        _day(visit, address, name)
    if address.given:
        link(words("clear"), "/needs" if not address.theme else f"/needs?theme={address.theme}", "button plain")
        tag("p", words("copy_link"), "facts")


def _day(visit: Visit, address: Address, name: str) -> None:
    with box("choice", "label"):
        tag("span", visit.words.label(f"filter_{name}"))
        made = tag("input", "", type="date", value=address.first(name))
    made.on(
        "change",
        lambda event: ui.navigate.to(address.to(**{name: str(event.args)})),
        js_handler="(event) => emit(event.target.value)",
    )


async def _fill(visit: Visit, address: Address, filters: Filters) -> None:
    words = visit.words
    tag("h1", words("needs_title"))
    places = [box("part") for _ in range(6)]
    for place in places:
        with place:
            waiting(words("loading"), 2)
    parts: list[tuple[Callable[[], Any], Callable[[Any], None]]] = [
        (partial(sums, visit, filters), partial(tiles, visit)),
        (partial(moves, visit, filters), partial(moves_part, visit, address)),
        (partial(themes_of, visit, filters), partial(themes_part, visit, address)),
        (partial(friction_rows, visit, filters), partial(friction_part, visit, address)),
        (partial(heat_of, visit, filters), partial(heat_table, visit, address)),
    ]
    for place, (work, show) in zip(places, parts, strict=False):
        await _part(visit, place, work, show)
    places[-1].clear()
    with places[-1]:
        await compare_part(visit, address, filters)


async def _part(visit: Visit, place: Any, work: Callable[[], T], show: Callable[[T], None]) -> None:
    """Fill one part of the page; one that fails leaves the others standing."""
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
