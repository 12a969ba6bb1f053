"""How leads follow the readings of their record: found again they stay what they are, whoever works on them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from assistant.domain.insights import Insight, Opportunity
from assistant.records.database import now
from assistant.records.rows import digest
from assistant.records.tables import leads


def untouched() -> ColumnElement[bool]:
    """Leads that nobody has worked on."""
    return and_(leads.c.status == "new", leads.c.owner.is_(None), leads.c.note.is_(None))


def register_leads(connection: Connection, read: Mapping[str, tuple[str | None, Sequence[Insight]]]) -> None:
    """Bring the leads of a few hundred records level with the opportunities of their insights.

    `read`: record id → its customer and all its insights. A lead is the same where record and type are, and the place:
    the same words, or words that overlap. One that is not found any more goes where nobody has worked on it; else it
    stays, marked as no longer current.
    """
    query = select(leads).where(leads.c.record_id.in_(list(read))).order_by(leads.c.id)
    known: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(query).mappings():
        known.setdefault(row["record_id"], []).append(dict(row))
    fresh: dict[str, dict[str, Any]] = {}
    again: list[dict[str, Any]] = []
    for record_id, (customer_id, found) in read.items():
        kept: set[str] = set()
        own: dict[str, dict[str, Any]] = {}
        for insight in found:
            for chance in insight.opportunities:
                values = _values(insight, chance, customer_id)
                old = _same(known.get(record_id, []), chance, kept)
                if old is not None:
                    kept.add(old["id"])
                    again.append({**values, "id": old["id"]})
                elif (lead_id := "ld_" + digest(record_id, chance.type, chance.start)[:14]) not in kept:
                    own[lead_id] = {**values, "id": lead_id, "record_id": record_id, "type": chance.type}
        fresh |= own
    for one in again:
        connection.execute(update(leads).where(leads.c.id == one["id"]).values(**one))
    held = {one["id"] for one in again}
    gone = [lead["id"] for some in known.values() for lead in some if lead["id"] not in held]
    left = held | _let_go(connection, gone)
    added = [
        {**one, "status": "new", "owner": None, "created_at": now()} for one in fresh.values() if one["id"] not in left
    ]
    if added:
        connection.execute(insert(leads), added)


def _values(insight: Insight, chance: Opportunity, customer_id: str | None) -> dict[str, Any]:
    place = {"insight_id": insight.id, "customer_id": customer_id, "quote": chance.quote}
    return {**place, "start": chance.start, "end": chance.end, "current": True}


def _let_go(connection: Connection, gone: Sequence[str]) -> set[str]:
    """Take out leads that are not found any more; those that somebody has worked on stay, and are returned."""
    if not gone:
        return set()
    these = leads.c.id.in_(gone)
    connection.execute(delete(leads).where(these, untouched()))
    connection.execute(update(leads).where(these).values(current=False))
    return set(connection.scalars(select(leads.c.id).where(these)))


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
