"""Looking: search, counted tables, and the things of the store, one or many."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.deps import AppDep, FiltersDep, Limit, Offset
from api.wire import CountOut, HitOut, Page, StatsOut, TotalsOut
from assistant.domain.vocabulary import Dimension
from assistant.records.views import Kind, page, record_detail, thing

router = APIRouter(prefix="/v1", tags=["look"])


@router.get("/search")
def search(
    app: AppDep,
    filters: FiltersDep,
    q: Annotated[str, Query(min_length=1, max_length=800, description="what to look for")],
    limit: Limit = 10,
) -> Page[HitOut]:
    """Passages nearest to some words."""
    masked = str(app.masker.mask_text(q)[0])
    hits = [HitOut.model_validate(hit) for hit in app.search(masked, filters, limit)]
    return Page(items=hits, total=len(hits))


@router.get("/stats")
def stats(app: AppDep, filters: FiltersDep, by: Dimension = "theme", limit: Limit = 100) -> StatsOut:
    """Counted tables: records and customers per theme, product, segment, month …"""
    rows = app.counting.rows(by, filters)
    totals = TotalsOut.model_validate(app.counting.totals(filters))
    items = [CountOut.model_validate(row) for row in rows[:limit]]
    return StatsOut(items=items, total=len(rows), by=by, totals=totals)


@router.get("/records/{any_id}")
def record(app: AppDep, any_id: str) -> dict[str, Any]:
    """A record with its turns and insights, by its own id or ours."""
    return record_detail(app.store, any_id)


@router.get("/themes")
def themes(
    app: AppDep, filters: FiltersDep, request: Request, limit: Limit = 50, offset: Offset = 0
) -> Page[dict[str, Any]]:
    """Themes counted within the filters, most customers first."""
    return _page(app, "themes", filters, request, limit, offset)


@router.get("/themes/{theme_id}")
def theme(app: AppDep, theme_id: str) -> dict[str, Any]:
    """A theme with its voices and history."""
    app.store.theme(theme_id)
    return thing(app.store, theme_id)


@router.get("/insights")
def insights(
    app: AppDep, filters: FiltersDep, request: Request, limit: Limit = 50, offset: Offset = 0
) -> Page[dict[str, Any]]:
    """Needs read out of records."""
    return _page(app, "insights", filters, request, limit, offset)


@router.get("/ideas")
def ideas(
    app: AppDep, filters: FiltersDep, request: Request, limit: Limit = 50, offset: Offset = 0
) -> Page[dict[str, Any]]:
    """NBN ideas, the best first."""
    return _page(app, "ideas", filters, request, limit, offset)


def _page(
    app: AppDep, kind: Kind, filters: FiltersDep, request: Request, limit: int, offset: int
) -> Page[dict[str, Any]]:
    items, total = page(app.store, kind, filters, limit, offset)
    more = offset + len(items)
    following = request.url.include_query_params(offset=more) if items and more < total else None
    return Page(items=items, total=total, next=f"{following.path}?{following.query}" if following else None)
