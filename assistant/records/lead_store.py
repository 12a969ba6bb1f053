"""Leads as people work on them: one per customer and type, not offered to who does not want it, followed to won or lost."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, cast, get_args

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.sql import Subquery

from assistant.domain.filters import Filters
from assistant.domain.vocabulary import LeadStatus
from assistant.errors import NotFoundError, UsageError
from assistant.records.database import Database, now
from assistant.records.selection import insight_conditions, record_conditions
from assistant.records.tables import insights, lead_events, leads, records

STATUSES: tuple[LeadStatus, ...] = get_args(LeadStatus)
HOLD = "hold"
"""Shown as the status of a new lead whose customer does not want to be sold to."""
LONGEST_NOTE = 2000
_HELD = 40
"""Pages of leads remembered until the feedback changes."""
Shown = Literal["new", "assigned", "contacted", "won", "lost", "hold"]


@dataclass(frozen=True, slots=True)
class LeadChange:
    """What a person makes of a lead; None: as it is. `override` says why a customer averse to selling is asked anyway."""

    status: LeadStatus | None = None
    owner: str | None = None
    note: str | None = None
    override: str | None = None

    def masked(self, mask: Callable[[str], str]) -> "LeadChange":
        """The same with its free words masked, as everything that is stored."""
        note = None if self.note is None else mask(self.note)
        return replace(self, note=note, override=None if self.override is None else mask(self.override))


def averse() -> ColumnElement[bool]:
    """Whether the person behind a row of `records` has said in any of theirs not to want to be sold to."""
    other = records.alias("said_no")
    refuses: ColumnElement[bool] = other.c.signals["resale_aversion"].as_boolean()
    return exists(select(other.c.id).where(other.c.person == records.c.person, refuses))


def grouped(*where: ColumnElement[bool]) -> Subquery:
    """Leads with their record's facts, whether they are held, and their place among those of the same customer and type.

    The first of a group is the one that people work on, else the oldest; it stands for the others. Conditions on leads
    and records narrow what is grouped.
    """
    worked = case((and_(leads.c.status == "new", leads.c.owner.is_(None)), 1), else_=0)
    group = (records.c.person, leads.c.type)
    columns = [records.c[name] for name in ("external_id", "product", "segment", "person", "day")]
    held = and_(leads.c.status == "new", averse())
    return (
        select(
            leads,
            *columns,
            records.c.created_at.label("said_at"),
            case((held, HOLD), else_=leads.c.status).label("shown"),
            func.row_number()
            .over(partition_by=group, order_by=(worked, leads.c.current.desc(), records.c.created_at, leads.c.id))
            .label("place"),
            func.count().over(partition_by=group).label("mentions"),
        )
        .join(records, records.c.id == leads.c.record_id)
        .where(*where)
        .subquery("grouped")
    )


class LeadStore:
    """The leads part of the store."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def lead(self, lead_id: str) -> dict[str, Any] | None:
        """One lead, whole: its history, the others it stands for, and why it is held; or None."""
        known = grouped()
        with self.database.reading() as connection:
            row = connection.execute(select(known).where(known.c.id == lead_id)).mappings().first()
            if row is None:
                return None
            kin = and_(known.c.person == row["person"], known.c.type == row["type"], known.c.id != lead_id)
            others = [
                dict(one) for one in connection.execute(_places(known).where(kin).order_by(known.c.id)).mappings()
            ]
            events = select(lead_events).where(lead_events.c.lead_id == lead_id).order_by(lead_events.c.id)
            history = [
                {name: event[name] for name in ("at", "actor", "field", "before", "after")}
                for event in connection.execute(events).mappings()
            ]
            why = _refusals(connection, [row["person"]]) if row["shown"] == HOLD else {}
        return {**_shown(row), "hold_because": why.get(row["person"]), "others": others, "history": history}

    def list_leads(
        self,
        filters: Filters,
        limit: int | None,
        offset: int = 0,
        *,
        status: Shown | None = None,
        owner: str | None = None,
        kind: str | None = None,
    ) -> tuple[list[dict[str, Any]], int]:
        """A page of leads, newest records first, one for each customer and type; and how many there are in all.

        Those on hold are listed only where `status` asks for them: they are not to be offered.
        """
        asked = filters, limit, offset, status, owner, kind
        rows, total = self.database.settled.get("leads", asked, lambda: self._leads_page(*asked), _HELD)
        return [dict(row) for row in rows], total

    def _leads_page(
        self,
        filters: Filters,
        limit: int | None,
        offset: int,
        status: Shown | None,
        owner: str | None,
        kind: str | None,
    ) -> tuple[list[dict[str, Any]], int]:
        known = grouped(*offered(filters))
        where = [known.c.place == 1, known.c.shown == status if status else known.c.shown != HOLD]
        if owner:
            where.append(known.c.owner == owner)
        if kind:
            where.append(known.c.type == kind)
        query = select(known).where(*where)
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
            page = query.order_by(known.c.said_at.desc(), known.c.id).limit(limit).offset(offset)
            rows = connection.execute(page).mappings().all()
            why = _refusals(connection, [row["person"] for row in rows if row["shown"] == HOLD])
        return [{**_shown(row), "hold_because": why.get(row["person"])} for row in rows], total

    def held_leads(self, filters: Filters) -> int:
        """How many leads within the filters are on hold."""
        return self.list_leads(filters, 0, status="hold")[1]

    def change_lead(self, lead_id: str, change: LeadChange, actor: str) -> dict[str, Any]:
        """Apply a change and write down who made it; the lead as it is then.

        Giving a new lead an owner assigns it. Words in the change are masked by the caller.

        Raises:
            NotFoundError: there is no such lead.
            UsageError: it is on hold and the change says no reason to override that; or it can't be as asked.
        """
        lead = self.lead(lead_id)
        if lead is None:
            raise NotFoundError(f"there is no lead {lead_id!r}: `voc list leads` shows which there are")
        wanted = _wanted(lead, change)
        if lead["status"] == HOLD and wanted.get("status", "new") != "new" and not change.override:
            why = lead["hold_because"] or {}
            raise UsageError(
                f"{lead_id} is on hold: the customer does not want to be sold to (record {why.get('external_id')}); "
                "say why it may be taken up all the same (--despite-hold REASON, override)"
            )
        stored = {**lead, "status": "new" if lead["status"] == HOLD else lead["status"]}
        differing = {name: value for name, value in wanted.items() if stored[name] != value}
        if not differing:
            return lead
        at = now()
        events = [
            {"field": name, "before": stored[name], "after": value} for name, value in differing.items()
        ]  # fmt: skip
        if change.override and lead["status"] == HOLD:
            events.append({"field": "override", "before": None, "after": change.override})
        with self.database.writing() as connection:
            connection.execute(update(leads).where(leads.c.id == lead_id).values(**differing, updated_at=at))
            rows = [{**event, "lead_id": lead_id, "at": at, "actor": actor} for event in events]
            connection.execute(insert(lead_events), rows)
        return cast("dict[str, Any]", self.lead(lead_id))


def _wanted(lead: Mapping[str, Any], change: LeadChange) -> dict[str, Any]:
    given = {name: value for name, value in asdict(change).items() if value is not None and name != "override"}
    if not given:
        raise UsageError("nothing to change: give a status, an owner or a note")
    if any(isinstance(value, str) and not value.strip() for value in given.values()):
        raise UsageError("status, owner and note can't be blank: leave out what is to stay as it is")
    if given.get("status") not in (None, *STATUSES):
        raise UsageError(f"{given['status']!r} is no status of a lead; known are {', '.join(STATUSES)}")
    for name, longest in (("owner", 100), ("note", LONGEST_NOTE)):
        if len(given.get(name, "")) > longest:
            raise UsageError(f"the {name} has more than {longest} characters: shorten it")
    if "owner" in given and lead["status"] in ("new", HOLD) and "status" not in given:
        given["status"] = "assigned"
    if given.get("status") == "new":
        if "owner" in given:
            raise UsageError("a new lead has no owner: leave out the owner, or the status")
        given["owner"] = None
    unheard = lead["status"] in ("new", "assigned", HOLD)
    if given.get("status") == "won" and unheard and not (given.get("note") or lead["note"]):
        raise UsageError("nobody has contacted this customer yet: say so first, or say in a note how it was won")
    if given.get("status") == "assigned" and not given.get("owner", lead["owner"]):
        raise UsageError("an assigned lead needs somebody it is assigned to: give an owner")
    return given


def offered(filters: Filters) -> list[ColumnElement[bool]]:
    """Conditions on leads and records: within the filters, and found by the present reading or worked on."""
    where = [or_(leads.c.current, leads.c.status != "new", leads.c.owner.is_not(None)), *record_conditions(filters)]
    if inner := insight_conditions(filters):
        where.append(exists(select(insights.c.id).where(insights.c.id == leads.c.insight_id, *inner)))
    return where


def _places(known: Subquery) -> Select[Any]:
    return select(*[known.c[name] for name in ("id", "record_id", "external_id", "quote", "day", "status")])


def _shown(row: RowMapping) -> dict[str, Any]:
    names = (
        "id", "record_id", "external_id", "insight_id", "customer_id", "segment", "product", "type", "quote", "start",
        "end", "owner", "note", "created_at", "updated_at", "current", "mentions",
    )  # fmt: skip
    return {**{name: row[name] for name in names}, "status": row["shown"]}


def _refusals(connection: Connection, people: list[str]) -> dict[str, dict[str, Any]]:
    """Person → the latest record in which they said not to want to be sold to."""
    said: ColumnElement[bool] = records.c.signals["resale_aversion"].as_boolean()
    query = select(records.c.person, records.c.id, records.c.external_id, records.c.day)
    rows = connection.execute(query.where(records.c.person.in_(people), said).order_by(records.c.day, records.c.id))
    return {person: {"record_id": one, "external_id": external, "day": day} for person, one, external, day in rows}
