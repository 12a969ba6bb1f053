"""Leads over HTTP: listed, one looked at, taken along to won or lost, and counted."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field

from api.deps import AppDep, FiltersDep, Limit, Offset, PrincipalDep
from api.paging import page_of
from api.shapes.people import LeadOut, LeadWhole
from api.wire import Asked, Page, Wire
from assistant.domain.vocabulary import LeadStatus, OpportunityType
from assistant.errors import NotFoundError
from assistant.pipeline.following import follow
from assistant.records.lead_funnel import FunnelKey, funnel
from assistant.records.lead_store import LONGEST_NOTE, LeadChange, Shown

router = APIRouter(prefix="/v1/leads", tags=["leads"])
Note = Annotated[str, Field(min_length=1, max_length=LONGEST_NOTE)]


class LeadIn(Asked):
    """What is to be another about a lead; `override` says why one on hold is taken up all the same."""

    status: LeadStatus | None = None
    owner: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    note: Note | None = None
    override: Note | None = None


class LeadsOut(Page[LeadOut]):
    """Leads, and how many more are on hold: their customers don't want to be sold to."""

    held: int


class RateOut(Wire):
    count: int
    of: int
    share: float | None
    interval: tuple[float, float]


class FunnelRowOut(Wire):
    """Leads of one kind and how far they came."""

    key: str
    label: str
    registered: int
    held: int
    assigned: int
    contacted: int
    won: int
    lost: int
    assign_rate: RateOut
    contact_rate: RateOut
    win_rate: RateOut


class FunnelOut(Page[FunnelRowOut]):
    """What became of leads; `all` is all of them together."""

    by: FunnelKey
    all: FunnelRowOut


@router.get("")
def leads(
    app: AppDep,
    filters: FiltersDep,
    request: Request,
    status: Annotated[Shown | None, Query(description="`hold` for those that are not to be offered")] = None,
    owner: Annotated[str | None, Query(max_length=100)] = None,
    type: OpportunityType | None = None,  # noqa: A002 - the field's name
    limit: Limit = 50,
    offset: Offset = 0,
) -> LeadsOut:
    """Leads, one for each customer and type, newest records first; those on hold only where asked for."""
    items, total = app.store.list_leads(filters, limit, offset, status=status, owner=owner, kind=type)
    shown = page_of(request, [LeadOut(**item) for item in items], total, offset)
    return LeadsOut(**dict(shown), held=app.store.held_leads(filters))


@router.get("/funnel")
def conversion(
    app: AppDep,
    filters: FiltersDep,
    by: FunnelKey = "type",
    owner: Annotated[str | None, Query(max_length=100)] = None,
    type: OpportunityType | None = None,  # noqa: A002 - the field's name
) -> FunnelOut:
    """How many leads were assigned, contacted, won and lost, with 95 % intervals; all, one owner's, or those of one type."""
    rows, total = funnel(app.store.database, by, filters, owner=owner, kind=type)
    items = [FunnelRowOut.model_validate(row) for row in rows]
    return FunnelOut(items=items, total=len(items), by=by, all=FunnelRowOut.model_validate(total))


@router.get("/{lead_id}", response_model=LeadWhole)
def lead(app: AppDep, lead_id: str) -> dict[str, Any]:
    """A lead with its history, the others it stands for, and why it is on hold."""
    if (found := app.store.lead(lead_id)) is None:
        raise NotFoundError(f"there is no lead {lead_id!r}")
    return found


@router.patch("/{lead_id}", response_model=LeadWhole)
def change(app: AppDep, by: PrincipalDep, lead_id: str, wish: LeadIn) -> dict[str, Any]:
    """Give a lead a status, an owner, a note; written down with who and when. The staff change their own and nobody's."""
    wanted = LeadChange(**wish.model_dump()).masked(app.mask)
    return follow(app.store, app.store.access, lead_id, wanted, by)
