"""Looking: search, counted tables, and the things of the store, one or many."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.deps import AppDep, FiltersDep, Limit, Offset
from api.paging import page_of
from api.shapes.ideas import IdeaOut
from api.shapes.records import InsightOut, RecordOut
from api.shapes.themes import ParentOut, ThemeRow, ThemeWhole
from api.wire import CountOut, HitOut, Page, SearchOut, StatsOut, TotalsOut, UnderstoodOut
from assistant.domain.vocabulary import Dimension
from assistant.pipeline.watching import anything, theme_sheet
from assistant.records.views import Kind, page, record_detail

router = APIRouter(prefix="/v1", tags=["look"])


@router.get("/search")
def search(
    app: AppDep,
    filters: FiltersDep,
    q: Annotated[str, Query(min_length=1, max_length=800, description="what to look for")],
    limit: Limit = 10,
    literally: Annotated[bool, Query(description="read no dates, products or groups out of the words")] = False,
    recent: Annotated[bool, Query(description="put the newer of what is about equally near first")] = False,
) -> SearchOut:
    """Passages nearest to some words; dates, products and groups that they name narrow the search."""
    masked = app.mask(q)
    found = app.lookup.search(masked, filters, limit, literally=literally, recent=recent)
    hits = [HitOut.model_validate(hit) for hit in found.hits]
    return SearchOut(items=hits, total=len(hits), understood=UnderstoodOut.model_validate(found.understood))


@router.get("/stats")
def stats(app: AppDep, filters: FiltersDep, by: Dimension = "theme", limit: Limit = 100) -> StatsOut:
    """Counted tables: records and customers per theme, product, segment, month …"""
    rows = app.counting.rows(by, filters)
    totals = TotalsOut.model_validate(app.counting.totals(filters))
    items = [CountOut.model_validate(row) for row in rows[:limit]]
    return StatsOut(items=items, total=len(rows), by=by, totals=totals)


@router.get("/records/{any_id}", response_model=RecordOut)
def record(app: AppDep, any_id: str) -> dict[str, Any]:
    """A record with its turns and insights, by its own id or ours."""
    return record_detail(app.store, any_id)


@router.get("/themes", response_model=Page[ThemeRow])
def themes(
    app: AppDep, filters: FiltersDep, request: Request, limit: Limit = 50, offset: Offset = 0
) -> Page[dict[str, Any]]:
    """Themes counted within the filters, most customers first."""
    return _page(app, "themes", filters, request, limit, offset)


@router.get("/themes/{theme_id}", response_model=ThemeWhole | ParentOut)
def theme(app: AppDep, theme_id: str) -> dict[str, Any]:
    """A theme with its voices and history, its change and how sure that is, its waves; a parent with its themes."""
    if theme_id.startswith("tp_"):
        return anything(app.store, theme_id)
    return theme_sheet(app.store, theme_id)


@router.get("/insights", response_model=Page[InsightOut])
def insights(
    app: AppDep, filters: FiltersDep, request: Request, limit: Limit = 50, offset: Offset = 0
) -> Page[dict[str, Any]]:
    """Needs read out of records."""
    return _page(app, "insights", filters, request, limit, offset)


@router.get("/ideas", response_model=Page[IdeaOut])
def ideas(
    app: AppDep, filters: FiltersDep, request: Request, limit: Limit = 50, offset: Offset = 0
) -> Page[dict[str, Any]]:
    """NBN ideas, the best first."""
    return _page(app, "ideas", filters, request, limit, offset)


def _page(
    app: AppDep, kind: Kind, filters: FiltersDep, request: Request, limit: int, offset: int
) -> Page[dict[str, Any]]:
    items, total = page(app.store, kind, filters, limit, offset)
    return page_of(request, items, total, offset)
