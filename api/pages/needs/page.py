"""The page of needs: what there is, what moves, and the themes; or one theme whole."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from fastapi import Request
from nicegui import ui

from api.pages.address import Address, address_of, widened
from api.pages.doing import fetched, filled, sentence_of
from api.pages.frame import frame
from api.pages.narrowing import day_field, one_of, region_field
from api.pages.needs.comparing import compare_part
from api.pages.needs.heat import heat_of, heat_table
from api.pages.needs.overview import friction_part, friction_rows, moves, moves_part, sums, tiles
from api.pages.needs.theme_list import themes_of, themes_part
from api.pages.needs.theme_page import ThemePage
from api.pages.parts import box, fault, link, tag, waiting
from api.pages.provenance import provenance
from api.pages.record_panel import RecordPanel
from api.pages.visitor import Visit, visit_of
from assistant.domain.filters import Filters
from assistant.domain.vocabulary import CHANNELS, DEEP_CATEGORIES, SEGMENTS, SENTIMENTS
from assistant.errors import UsageError

T = TypeVar("T")
_CLOSED: tuple[tuple[str, Sequence[str]], ...] = (
    ("segment", SEGMENTS), ("channel", CHANNELS), ("sentiment", SENTIMENTS), ("deep_category", DEEP_CATEGORIES),
)  # fmt: skip


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
        _faulty(visit, inside, visit.words("bad_filter"), sentence_of(visit, error))
        return
    try:
        products, regions = await fetched(visit, lambda: (visit.app.store.products(), visit.app.store.regions()))
    except Exception as error:  # noqa: BLE001 - the page's door
        _faulty(visit, inside, visit.words("not_loaded"), sentence_of(visit, error))
        return
    with top:
        _filters(visit, address, products, regions)
    filters = widened(filters, regions)
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


def _filters(visit: Visit, address: Address, products: list[str], regions: list[str]) -> None:
    words = visit.words
    one_of(visit, address, "product", products, plain=True)
    for name, values in _CLOSED:
        one_of(visit, address, name, values)
    region_field(visit, address, regions)
    for name in ("since", "until"):
        day_field(visit, address, name)
    if address.given:
        link(words("clear"), Address(theme=address.theme).to(), "button plain")
        tag("p", words("copy_link"), "facts")


async def _fill(visit: Visit, address: Address, filters: Filters) -> None:
    words = visit.words
    with box("heading"):
        tag("h1", words("needs_title"))
        link(words("to_compare"), "#compare", "more")
    provenance(visit)
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
    comparing = places.pop(2)
    for place, (work, show) in zip(places, parts, strict=True):
        await filled(visit, place, work, show)
        if place is places[1]:
            comparing.clear()
            with comparing:
                await compare_part(visit, address, filters)
