"""An opportunity taken up where it is seen: the lead that was registered of it is given to whoever takes it."""

from typing import Any
from urllib.parse import urlencode

from api.pages.doing import done
from api.pages.parts import box, button, link, say, tag
from api.pages.visitor import Visit
from assistant.domain.filters import Filters
from assistant.errors import NotFoundError
from assistant.records.lead_store import LeadChange

_CHANGE = "PATCH /v1/leads/{lead_id}"


def register(visit: Visit, record_id: str, kind: str) -> None:
    """A button that takes the lead of a record, of a kind, in the visitor's name."""
    words = visit.words

    async def take() -> None:
        taken = await done(visit, _CHANGE, record_id, lambda: _taken(visit, record_id, kind))
        if taken is not None:
            place.clear()
            with place:
                tag("span", words("lead_taken"), "facts")
                link(words("see_lead"), f"/customers?{urlencode({'lead': taken['id']})}", "more")
            say(words("lead_taken"))

    with box("taking") as place:
        button(words("take_lead"), take, "plain")


def _taken(visit: Visit, record_id: str, kind: str) -> dict[str, Any]:
    store = visit.app.store
    customer = store.record(record_id).customer
    narrowed = Filters(customer=(customer.id,)) if customer else Filters()
    leads, _ = store.list_leads(narrowed, None, kind=kind)
    found = next((one for one in leads if customer or one["record_id"] == record_id), None)
    if found is None:
        raise NotFoundError(visit.words("no_lead"))
    change = LeadChange(status="assigned", owner=visit.principal.name)
    return store.change_lead(found["id"], change, visit.principal.name)
