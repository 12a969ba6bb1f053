"""What hurts, what delights, and two groups side by side: counted and weighed, the same as on the command line."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.deps import AppDep, FiltersDep, Limit, Offset
from api.paging import page_of
from api.wire import Page
from assistant.domain.counts import ComparedRow, ImpactRow
from assistant.domain.vocabulary import Dimension
from assistant.records.comparing import compare as compare_groups
from assistant.records.comparing import group_of
from assistant.records.impact import delight as rank_delight
from assistant.records.impact import friction as rank_friction
from assistant.records.impact_weights import read_weights

router = APIRouter(prefix="/v1/stats", tags=["look"])
Group = Annotated[str, Query(min_length=1, max_length=400, description="2026-08, 2026-07..2026-09 or segment=dealer")]


class FrictionOut(Page[ImpactRow]):
    """Frictions and the weights their scores were made with."""

    by: Dimension
    weights: dict[str, float]


class DelightOut(Page[ImpactRow]):
    """What is praised."""

    by: Dimension


class ComparisonOut(Page[ComparedRow]):
    """Two groups side by side, the surest differences first; `bases` are what shares are shares of."""

    by: Dimension
    bases: tuple[int, int]
    overlap: int


@router.get("/friction")
def friction(
    app: AppDep, filters: FiltersDep, request: Request, by: Dimension = "theme", limit: Limit = 100, offset: Offset = 0
) -> FrictionOut:
    """What hurts customers most: count × severity × reach, and what came of it."""
    weights = read_weights(app.store.database.folder)
    rows = rank_friction(app.counting, by, filters, weights)
    return FrictionOut(**_parts(request, rows, limit, offset), by=by, weights=asdict(weights))


@router.get("/delight")
def delight(
    app: AppDep, filters: FiltersDep, request: Request, by: Dimension = "theme", limit: Limit = 100, offset: Offset = 0
) -> DelightOut:
    """What customers praise most."""
    rows = rank_delight(app.counting, by, filters)
    return DelightOut(**_parts(request, rows, limit, offset), by=by)


@router.get("/compare")
def compare(
    app: AppDep,
    filters: FiltersDep,
    request: Request,
    one: Group,
    other: Group,
    by: Dimension = "theme",
    limit: Limit = 100,
    offset: Offset = 0,
) -> ComparisonOut:
    """Two periods or groups, and which differences are more than chance; the filters hold for both."""
    found = compare_groups(app.counting, by, group_of(filters, one), group_of(filters, other))
    return ComparisonOut(**_parts(request, found.rows, limit, offset), by=by, bases=found.bases, overlap=found.overlap)


def _parts(request: Request, rows: Sequence[Any], limit: int, offset: int) -> dict[str, Any]:
    return dict(page_of(request, rows[offset : offset + limit], len(rows), offset))
