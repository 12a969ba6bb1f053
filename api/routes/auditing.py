"""The audit book over HTTP: who did what, and whether the book stands."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.deps import AppDep, Limit, Offset
from api.paging import page_of
from api.wire import Page

router = APIRouter(prefix="/v1/audit", tags=["admin"])


@router.get("")
def audit(app: AppDep, request: Request, limit: Limit = 50, offset: Offset = 0) -> Page[dict[str, Any]]:
    """Who did what, when, by which door, to which id, the newest first."""
    return page_of(request, app.store.noted(limit, offset), app.store.count_noted(), offset)


@router.get("/verdict")
def verdict(
    app: AppDep,
    head: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$", description="a `head` told earlier")] = None,
) -> dict[str, Any]:
    """Whether every line follows from those before it; `head`, kept elsewhere, proves later that none was touched."""
    found = app.store.verify_book(head)
    return {**asdict(found), "stands": found.stands}
