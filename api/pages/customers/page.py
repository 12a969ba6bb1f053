"""The page of leads and customers."""

from fastapi import Request

from api.pages.frame import frame
from api.pages.parts import tag
from api.pages.visitor import visit_of


async def customers_page(request: Request) -> None:
    """The page at `/customers`."""
    visit = visit_of(request)
    with frame(visit, "/customers", "sheet"):
        tag("h1", visit.words("page_customers"))
