"""The page of administration."""

from fastapi import Request

from api.pages.frame import frame
from api.pages.parts import tag
from api.pages.visitor import visit_of


async def admin_page(request: Request) -> None:
    """The page at `/admin`."""
    visit = visit_of(request)
    with frame(visit, "/admin", "sheet"):
        tag("h1", visit.words("page_admin"))
