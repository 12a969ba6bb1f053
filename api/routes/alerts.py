"""Alerts over HTTP: what was worth telling and what became of it, and a week's digest."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.deps import AppDep, Limit, Offset
from api.paging import page_of
from api.wire import Page
from assistant.domain.alerts import DeliveryStatus

router = APIRouter(prefix="/v1/alerts", tags=["alerts"])


@router.get("")
def alerts(
    app: AppDep, request: Request, status: DeliveryStatus | None = None, limit: Limit = 50, offset: Offset = 0
) -> Page[dict[str, Any]]:
    """Alerts with their deliveries, newest first; with `status` those with a delivery that stands so."""
    items, total = app.store.alerts.list_alerts(limit, offset, status=status)
    return page_of(request, items, total, offset)


@router.get("/digest")
def digest(
    app: AppDep, week: Annotated[str | None, Query(pattern="^[0-9]{4}-W[0-9]{2}$", examples=["2026-W33"])] = None
) -> dict[str, Any]:
    """A week's digest as it is sent; by default of the last week there are records of."""
    message = app.pipeline.digest(week)
    return {**asdict(message), "text": "\n".join(message.lines)}
