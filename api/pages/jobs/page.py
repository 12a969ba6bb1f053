"""The page of data and jobs."""

from fastapi import Request

from api.pages.frame import frame
from api.pages.parts import tag
from api.pages.visitor import visit_of


async def jobs_page(request: Request) -> None:
    """The page at `/jobs`."""
    visit = visit_of(request)
    with frame(visit, "/jobs", "sheet"):
        tag("h1", visit.words("page_jobs"))
