"""Health: alive at all, and ready to answer."""

from typing import Any

from fastapi import APIRouter

from api.deps import AppDep
from assistant.domain.filters import Filters

router = APIRouter(tags=["health"])


@router.get("/healthz")
def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def ready(app: AppDep) -> dict[str, Any]:
    """The store can be read; says what there is to answer from, and who words the answers."""
    first, last = app.store.span()
    records = app.counting.totals(Filters()).records
    return {"status": "ready", "records": records, "first_day": first, "last_day": last, "engine": app.engine.name}
