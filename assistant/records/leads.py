"""How leads follow the readings of their record: found again they stay what they are, whoever works on them."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from assistant.domain.insights import Insight, Opportunity
from assistant.records.database import now
from assistant.records.rows import digest
from assistant.records.tables import leads, records


def untouched() -> ColumnElement[bool]:
    """Leads that nobody has worked on."""
    return and_(leads.c.status == "new", leads.c.owner.is_(None), leads.c.note.is_(None))


def register_leads(connection: Connection, record_id: str, found: list[Insight]) -> None:
    """Bring a record's leads level with the opportunities of its insights.

    A lead is the same where record and type are, and the place: the same words, or words that overlap. One that is not
    found any more goes where nobody has worked on it; else it stays, marked as no longer current.
    """
    query = select(leads).where(leads.c.record_id == record_id).order_by(leads.c.id)
    known = [dict(row) for row in connection.execute(query).mappings()]
    customer_id = connection.scalar(select(records.c.customer_id).where(records.c.id == record_id))
    kept: set[str] = set()
    fresh: dict[str, dict[str, Any]] = {}
    for insight in found:
        for chance in insight.opportunities:
            place = {"insight_id": insight.id, "customer_id": customer_id, "quote": chance.quote}
            values = {**place, "start": chance.start, "end": chance.end, "current": True}
            old = _same(known, chance, kept)
            if old is not None:
                kept.add(old["id"])
                connection.execute(update(leads).where(leads.c.id == old["id"]).values(**values))
                continue
            lead_id = "ld_" + digest(record_id, chance.type, chance.start)[:14]
            if lead_id not in kept:
                fresh[lead_id] = {**values, "id": lead_id, "record_id": record_id, "type": chance.type}
    gone = and_(leads.c.record_id == record_id, leads.c.id.not_in(kept))
    connection.execute(delete(leads).where(gone, untouched()))
    connection.execute(update(leads).where(gone).values(current=False))
    left = set(connection.scalars(select(leads.c.id).where(leads.c.record_id == record_id)))
    added = [{**one, "status": "new", "owner": None, "created_at": now()} for one in fresh.values()]
    if added := [one for one in added if one["id"] not in left]:
        connection.execute(insert(leads), added)


def _same(known: list[dict[str, Any]], chance: Opportunity, kept: set[str]) -> dict[str, Any] | None:
    """The lead that this opportunity is, if it was known: its very place first, then its words, then what overlaps."""
    kin = [one for one in known if one["type"] == chance.type and one["id"] not in kept]
    places: tuple[Callable[[dict[str, Any]], bool], ...] = (
        lambda one: one["start"] == chance.start,
        lambda one: one["quote"] == chance.quote,
        lambda one: one["start"] < chance.end and chance.start < one["end"],
    )
    return next((one for same in places for one in kin if same(one)), None)


def drop_leads(connection: Connection, record_id: str) -> None:
    """The record's words have changed: leads go that nobody has worked on, the others are no longer current."""
    connection.execute(delete(leads).where(leads.c.record_id == record_id, untouched()))
    connection.execute(update(leads).where(leads.c.record_id == record_id).values(current=False))
