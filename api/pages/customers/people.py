"""Everybody who was heard, those most heard first, with their tags; and one of them found by an id."""

from typing import Any

from nicegui import ui

from api.pages.customers.lead_board import paging
from api.pages.customers.value_part import tags_row
from api.pages.customers.way import Way
from api.pages.doing import looked
from api.pages.parts import box, button, emptiness, field, link, tag
from api.pages.visitor import Visit
from assistant.domain.customers import Tag
from assistant.domain.filters import Filters
from assistant.records.views import page

_ROWS = 25
_COLUMNS = ("customer", "heard", "owned", "richness", "tags")


def people_of(visit: Visit, way: Way, filters: Filters) -> tuple[list[dict[str, Any]], int]:
    """A page of customers with records within the filters, and how many there are."""
    return page(visit.app.store, "customers", filters, _ROWS, way.offset)


def people_part(visit: Visit, way: Way, found: tuple[list[dict[str, Any]], int]) -> None:
    """Show them."""
    words, (rows, total) = visit.words, found
    with box("heading"):
        tag("h2", words("people_title"))
    _finder(visit, way)
    if not rows:
        emptiness(words("no_people"), words("no_people_told"))
        return
    with (
        box("scroll", tabindex=0, role="region", aria_label=words("people_title")),
        tag("table", "", "wide-list people"),
    ):
        with tag("thead"), tag("tr"):
            for name in _COLUMNS:
                tag(
                    "th",
                    words(f"column_{name}"),
                    scope="col",
                    classes="number" if name in ("heard", "richness") else "",
                )
        with tag("tbody"):
            for row in rows:
                _row(visit, way, row)
    paging(visit, way, len(rows), total)


def _row(visit: Visit, way: Way, row: dict[str, Any]) -> None:
    words = visit.words
    with tag("tr"):
        with tag("td"):
            link(words.customer(row["id"]), way.to(customer=row["id"]), title=row["id"])
            tag("p", " · ".join(filter(None, (words.label(row["segment"]), row["region"]))), "facts")
        tag("td", f"{row['records']:,}", "number")
        tag("td", "、".join(row["owned"][:6]) or "—")
        tag("td", f"{row['richness']['score']:g}", "number")
        with tag("td"):
            tags_row(visit, tuple(Tag(**{**one, "evidence": None}) for one in row["tags"]))


def _finder(visit: Visit, way: Way) -> None:
    """A field for an id: of here, or as the source wrote it; a telephone finds its pseudonym."""
    words = visit.words
    with box("finder"):

        async def find() -> None:
            if said := asked().strip():
                found = await looked(visit, lambda: visit.app.pipeline.find_customer(said))
                if found is not None:
                    ui.navigate.to(way.to(customer=found))

        asked = field(words("find_customer"), longest=100, enter=find)
        button(words("find"), find, "first")
