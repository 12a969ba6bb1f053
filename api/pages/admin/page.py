"""The page of administration: one part at a time, chosen by its address."""

from collections.abc import Callable
from typing import Any

from fastapi import Request
from nicegui import ui

from api.pages.admin.alerts import alerts_part, told_of
from api.pages.admin.book import book_of, book_part
from api.pages.admin.erasing import ErasePart
from api.pages.admin.keys import keys_of, keys_part
from api.pages.admin.overview import glance_of, overview_part
from api.pages.admin.retention import retention_part, standing_of
from api.pages.admin.spending import spending_part, spent_of
from api.pages.admin.users import users_of, users_part
from api.pages.doing import filled
from api.pages.frame import frame
from api.pages.parts import box, link, tag, waiting
from api.pages.visitor import Visit, visit_of

PARTS = ("overview", "users", "keys", "spending", "audit", "erase", "retention", "alerts")
"""The parts in the order of the list at the side."""
_SHOWN: dict[str, tuple[Callable[[Visit], Any], Callable[[Visit, Any], None]]] = {
    "overview": (glance_of, overview_part),
    "users": (users_of, users_part),
    "keys": (keys_of, keys_part),
    "spending": (spent_of, spending_part),
    "retention": (standing_of, retention_part),
    "alerts": (told_of, alerts_part),
}
"""Part → what it looks at, away from the page's loop, and how that is shown."""


async def admin_page(request: Request) -> None:
    """The page at `/admin`."""
    visit, query = visit_of(request), request.query_params
    part = asked if (asked := query.get("part", "")) in PARTS else PARTS[0]
    words = visit.words
    with frame(visit, "/admin", "ad-page"):
        with tag("nav", "", "ad-nav", aria_label=words("ad_parts")):
            for name in PARTS:
                way = "/admin" if name == PARTS[0] else f"/admin?part={name}"
                link(words(f"ad_{name}"), way, "ad-way", aria_current="page" if name == part else None)
        inside = box("ad-inside")
        with inside:
            if part == "erase":
                ErasePart(visit, query.get("customer", "")[:200]).show()
                return
            waiting(words("loading"), 5)
    await ui.context.client.connected()
    look, show = _SHOWN.get(part, (lambda visit: book_of(visit, query), book_part))
    await filled(visit, inside, lambda: look(visit), lambda found: show(visit, found))
