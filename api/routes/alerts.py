"""Alerts over HTTP: what was worth telling and what became of it, and a week's digest."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field

from api.deps import AppDep, Limit, Offset
from api.paging import page_of
from api.shapes.base import Shape
from api.shapes.told import AlertOut, DigestOut
from api.wire import Asked, Page
from assistant.domain.alerts import DeliveryStatus

router = APIRouter(prefix="/v1/alerts", tags=["alerts"])


@router.get("", response_model=Page[AlertOut])
def alerts(
    app: AppDep, request: Request, status: DeliveryStatus | None = None, limit: Limit = 50, offset: Offset = 0
) -> Page[dict[str, Any]]:
    """Alerts with their deliveries, newest first; with `status` those with a delivery that stands so."""
    items, total = app.store.alerts.list_alerts(limit, offset, status=status)
    return page_of(request, items, total, offset)


@router.get("/digest", response_model=DigestOut)
def digest(
    app: AppDep, week: Annotated[str | None, Query(pattern="^[0-9]{4}-W[0-9]{2}$", examples=["2026-W33"])] = None
) -> dict[str, Any]:
    """A week's digest as it is sent; by default of the last week there are records of."""
    message = app.pipeline.digest(week)
    return {**asdict(message), "text": "\n".join(message.lines)}


class TestIn(Asked):
    """Which channel is to be tried."""

    channel: Annotated[str | None, Field(max_length=60, description="none: all of them")] = None


class RetryIn(Asked):
    """Which alert is to be sent again."""

    alert_id: Annotated[str | None, Field(max_length=40, description="none: whatever failed")] = None


class SentOut(Shape):
    """What a round of alerts did; due = sent + failed + later."""

    due: int
    sent: int
    later: dict[str, int]
    failed: dict[str, int]
    waiting: int


class AgainOut(Shape):
    """How many deliveries are tried again with the next round."""

    again: int


@router.post("/test", response_model=SentOut)
def send_test(app: AppDep, given: TestIn) -> dict[str, Any]:
    """Send a test alert to one channel, or to all, quiet hours or not."""
    return asdict(app.pipeline.test_alerts(given.channel))


@router.post("/retry", response_model=AgainOut)
def retry(app: AppDep, given: RetryIn) -> dict[str, int]:
    """Have failed deliveries tried again with the next round."""
    return {"again": app.store.alerts.retry_failed(given.alert_id)}
