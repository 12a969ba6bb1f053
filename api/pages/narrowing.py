"""What narrows a page: choices, days and a region, each of which is a part of the page's address."""

from collections.abc import Sequence

from nicegui import ui

from api.pages.address import Spelled
from api.pages.parts import box, choice, tag
from api.pages.visitor import Visit
from assistant.records.dimensions import UNKNOWN

_OFFERED = 300
"""Regions that are offered while somebody writes; others are found by writing them."""


def one_of(visit: Visit, address: Spelled, name: str, values: Sequence[str], *, plain: bool = False) -> None:
    """A list to choose a filter from; `plain` shows its values as they are stored."""
    words = visit.words
    shown = [(one, one if plain and one != UNKNOWN else words.label(one)) for one in values]
    chosen = address.first(name)
    if chosen and chosen not in values:
        shown.append((chosen, chosen))

    def go(value: str) -> None:
        ui.navigate.to(address.to(**{name: value}))

    choice(words.label(f"filter_{name}"), [("", words("all")), *shown], chosen, go)


def region_field(visit: Visit, address: Spelled, regions: Sequence[str]) -> None:
    """A field for a region or the beginning of several, such as a province."""
    with box("choice", "label"):
        tag("span", visit.words.label("filter_region"))
        made = tag("input", "", type="search", list="regions", value=address.first("region"),
                   placeholder=visit.words("region_like"), maxlength=60)  # fmt: skip
    with tag("datalist", "", id="regions"):
        for one in regions[:_OFFERED]:
            tag("option", "", value=one)
    _goes(made, address, "region")


def day_field(visit: Visit, address: Spelled, name: str) -> None:
    """A field for the first or the last day."""
    with box("choice", "label"):
        tag("span", visit.words.label(f"filter_{name}"))
        made = tag("input", "", type="date", value=address.first(name))
    _goes(made, address, name)


def _goes(made: ui.element, address: Spelled, name: str) -> None:
    made.on(
        "change",
        lambda event: ui.navigate.to(address.to(**{name: str(event.args)})),
        js_handler="(event) => emit(event.target.value)",
    )
