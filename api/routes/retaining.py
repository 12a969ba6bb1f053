"""Retention over HTTP: for how long the records of a source are kept, what is due, and its erasing with the proof."""

import datetime as dt
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from api.deps import AppDep, ByDep
from api.problems import MEDIA_TYPE, problem
from api.shapes.base import Shape
from api.wire import Asked, ProblemOut
from assistant.bootstrap import App

router = APIRouter(prefix="/v1/retention", tags=["admin"])


class RuleIn(Asked):
    """For how long the records of a source are to be kept."""

    source: Annotated[str, Field(min_length=1, max_length=300)]
    days: Annotated[int | None, Field(ge=1, le=36_500, description="none: for good")]


class DueOut(Shape):
    """What of a source is older than its rule allows."""

    source: str
    kept_from: str
    records: int
    customers: int
    undated: int
    oldest: str | None
    newest: str | None
    customers_gone: int


class RetentionOut(Shape):
    """The rules, how many records each source has, and what is due today."""

    rules: list[dict[str, Any]]
    sources: dict[str, int]
    due: list[DueOut]


class RetainedOut(Shape):
    """What went, by source, and the receipt of its erasing."""

    removed: dict[str, int]
    erased: dict[str, Any]
    proved: bool


@router.get("", response_model=RetentionOut)
def retention(app: AppDep) -> dict[str, Any]:
    """The rules, the sources, and what would go if the rules were applied today."""
    return _standing(app)


@router.put("", response_model=RetentionOut)
def set_rule(app: AppDep, by: ByDep, given: RuleIn) -> dict[str, Any]:
    """Keep the records of a source for so many days, or for good."""
    app.pipeline.retain(given.source, given.days, by)
    return _standing(app)


@router.post("", response_model=RetainedOut, responses={500: {"model": ProblemOut}})
def apply(app: AppDep, by: ByDep) -> dict[str, Any] | JSONResponse:
    """Erase whatever is due, and prove it. A problem (with the receipt) where something is left."""
    receipt = app.pipeline.apply_retention(today(), by)
    content = {**asdict(receipt), "proved": receipt.erased.proved}
    if receipt.erased.proved:
        return content
    detail = "something is left in the files that the receipt names under `left`: remove those and repeat"
    return JSONResponse({**problem(500, detail), "receipt": content}, 500, media_type=MEDIA_TYPE)


def today() -> dt.date:
    """The day on which records are due, by this machine's clock."""
    return dt.datetime.now().astimezone().date()


def _standing(app: App) -> dict[str, Any]:
    store = app.store
    return {"rules": store.retention_rules(), "sources": store.sources(), "due": store.overdue(today())}
