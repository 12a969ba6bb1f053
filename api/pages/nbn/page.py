"""The page of ideas and proposals."""

from fastapi import Request

from api.pages.frame import frame
from api.pages.parts import tag
from api.pages.visitor import visit_of


async def nbn_page(request: Request) -> None:
    """The page at `/ideas`."""
    visit = visit_of(request)
    with frame(visit, "/ideas", "sheet"):
        tag("h1", visit.words("page_nbn"))
