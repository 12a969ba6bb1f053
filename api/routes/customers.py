"""Customers: one looked at, pseudonymous, and one erased.

`router` is for the staff, `admin` for administrators: a role is put on either as a whole where they are included.
"""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from api.deps import AppDep, ByDep, FiltersDep, Limit, Offset
from api.paging import page_of
from api.problems import MEDIA_TYPE, problem
from api.shapes.people import CustomerOut, CustomerWhole, ErasedOut
from api.wire import Page, ProblemOut
from assistant.domain.customers import Screened
from assistant.pipeline import Ground
from assistant.records.customer_view import customer_detail
from assistant.records.screening import screen
from assistant.records.views import page

router = APIRouter(prefix="/v1/customers", tags=["customers"])
admin = APIRouter(prefix="/v1/customers", tags=["customers"])
Reason = Annotated[str, Query(max_length=500, description="why: kept in the audit book, masked")]

AllOfThem = Annotated[bool, Query(description="erase every customer who goes by this telephone")]


class ScreeningOut(Page[Screened]):
    """A screening: considered = total + averse + quiet."""

    considered: int
    averse: int
    quiet: int


class LeftOut(ProblemOut):
    """Something of a customer is left: the problem with the receipt of what was erased."""

    receipt: ErasedOut | None = None


@router.get("", response_model=Page[CustomerOut])
def customers(
    app: AppDep, filters: FiltersDep, request: Request, limit: Limit = 50, offset: Offset = 0
) -> Page[dict[str, Any]]:
    """Customers with their tags, those most heard first."""
    items, total = page(app.store, "customers", filters, limit, offset)
    return page_of(request, items, total, offset)


@router.get("/screening")
def screening(
    app: AppDep, filters: FiltersDep, request: Request, limit: Limit = 50, offset: Offset = 0
) -> ScreeningOut:
    """Customers worth inviting into the private domain, best first, every point explained."""
    found = screen(app.store.database, filters)
    items = found.customers[offset : offset + limit]
    shown = page_of(request, items, len(found.customers), offset)
    return ScreeningOut(**dict(shown), considered=found.considered, averse=found.averse, quiet=found.quiet)


@router.get("/{customer_id}", response_model=CustomerWhole)
def customer(app: AppDep, customer_id: str) -> dict[str, Any]:
    """A customer, pseudonymous: how often we hear them, of what, which signals and leads; by the id here or of the source."""
    return customer_detail(app.store, app.pipeline.find_customer(customer_id))


@admin.delete("/{customer_id}", response_model=ErasedOut, responses={500: {"model": LeftOut}})
def erase(
    app: AppDep, by: ByDep, customer_id: str, reason: Reason = "", all_of_them: AllOfThem = False
) -> dict[str, Any] | JSONResponse:
    """Erase a customer from everything and prove it; the receipt. A problem (with the receipt) where something is left.

    `mentioned_elsewhere` names the records of others in which a mask of theirs still stands. A telephone that stands
    with several customers is refused unless all of them are asked for.
    """
    meant = app.pipeline.find_to_erase(customer_id, all_of_them=all_of_them)
    receipt = app.pipeline.erase(customer_id, Ground(reason, by.name, by.via), all_of_them=all_of_them)
    whom = {"customer": meant[0], "customers": meant, "proved": receipt.proved}
    content = {**whom, "mentioned_elsewhere": receipt.mentioned_elsewhere, **asdict(receipt)}
    if receipt.proved:
        return content
    detail = "something of them is left in the files that the receipt names under `left`: remove those and repeat"
    return JSONResponse({**problem(500, detail), "receipt": content}, 500, media_type=MEDIA_TYPE)
