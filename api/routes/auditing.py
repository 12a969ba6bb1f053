"""The audit book over HTTP: who did what, whether the book stands, and its lines to take away."""

import csv
import io
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.deps import AppDep, Limit, Offset
from api.paging import page_of
from api.shapes.access import LineOut, VerdictOut
from api.wire import Day, Page
from assistant.records.audit_book import Lines
from assistant.records.exports import cell

router = APIRouter(prefix="/v1/audit", tags=["admin"])
COLUMNS = ("id", "at", "actor", "via", "action", "subject", "reason", "found")
"""What a line shows."""
Word = Annotated[str, Query(max_length=200)]


def _lines_of(
    actor: Word = "",
    action: Annotated[str, Query(max_length=40, description="`keys` is all that was done to keys")] = "",
    via: Word = "",
    subject: Word = "",
    since: Annotated[Day | None, Query(description="included; days are UTC's")] = None,
    until: Annotated[Day | None, Query(description="included")] = None,
) -> Lines:
    days = (one.isoformat() if one else "" for one in (since, until))
    return Lines(actor, action, via, subject, *days)


LinesDep = Annotated[Lines, Depends(_lines_of)]


@router.get("", response_model=Page[LineOut])
def audit(
    app: AppDep, request: Request, lines: LinesDep, limit: Limit = 50, offset: Offset = 0
) -> Page[dict[str, Any]]:
    """Who did what, when, by which door, to which id, the newest first."""
    return page_of(request, app.store.noted(limit, offset, lines), app.store.count_noted(lines), offset)


@router.get("/lines.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
def lines_file(app: AppDep, lines: LinesDep) -> Response:
    """The same lines as a file for a spreadsheet, the oldest first; nothing in it is a formula."""
    written = io.StringIO()
    out = csv.writer(written)
    out.writerow(COLUMNS)
    out.writerows([cell(row[name]) for name in COLUMNS] for row in reversed(app.store.noted(None, 0, lines)))
    headers = {"content-disposition": 'attachment; filename="audit.csv"'}
    return Response(written.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/verdict", response_model=VerdictOut)
def verdict(
    app: AppDep,
    head: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$", description="a `head` told earlier")] = None,
) -> dict[str, Any]:
    """Whether every line follows from those before it; `head`, kept elsewhere, proves later that none was touched."""
    found = app.store.verify_book(head)
    return {**asdict(found), "stands": found.stands}
