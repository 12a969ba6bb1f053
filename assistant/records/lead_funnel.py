"""What becomes of leads: how many of those registered were assigned, contacted, won and lost, with intervals."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, case, exists, func, select

from assistant.domain.filters import Filters
from assistant.domain.statistics import wilson
from assistant.domain.vocabulary import zh
from assistant.records.database import Database
from assistant.records.lead_store import HOLD, grouped, offered
from assistant.records.tables import lead_events

FunnelKey = Literal["type", "segment", "product", "owner"]
TOTAL = "total"
_HELD = 40
"""Funnels remembered until the feedback changes."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of leads with its 95 % interval (Wilson); `share` is None where there were none."""

    count: int
    of: int
    share: float | None
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """Leads of one kind, one for each customer and type; those on hold are counted apart.

    registered ≥ assigned ≥ contacted: a lead counts as having been where it once was, and as contacted where it is won.
    """

    key: str
    label: str
    registered: int
    held: int
    assigned: int
    contacted: int
    won: int
    lost: int
    assign_rate: Rate
    """Assigned of registered."""
    contact_rate: Rate
    """Contacted of assigned."""
    win_rate: Rate
    """Won of those that have ended."""


def funnel(
    database: Database, by: FunnelKey, filters: Filters, *, owner: str | None = None, kind: str | None = None
) -> tuple[list[FunnelRow], FunnelRow]:
    """(one row per key, most leads first; the row of all together); of one owner's leads, of one type, where that is asked."""
    asked = by, filters, owner, kind
    rows, total = database.settled.get("funnel", asked, lambda: _funnel(database, *asked), _HELD)
    return list(rows), total


def _funnel(
    database: Database, by: FunnelKey, filters: Filters, owner: str | None, kind: str | None
) -> tuple[list[FunnelRow], FunnelRow]:
    known = grouped(*offered(filters))
    first = and_(known.c.place == 1, *(known.c[name] == one for name, one in (("owner", owner), ("type", kind)) if one))
    key = func.coalesce(func.nullif(known.c[by], ""), "unknown")
    live = known.c.shown != HOLD
    contacted = known.c.status.in_(("contacted", "won")) | _was(known.c.id, ("contacted", "won"))
    stages = {
        "registered": live,
        "held": known.c.shown == HOLD,
        "assigned": live & ((known.c.status == "assigned") | contacted | _was(known.c.id, ("assigned",))),
        "contacted": live & contacted,
        "won": known.c.status == "won",
        "lost": known.c.status == "lost",
    }
    counts = [func.sum(case((condition, 1), else_=0)).label(name) for name, condition in stages.items()]
    query = select(key.label("key"), *counts).where(first).group_by(key)
    with database.reading() as connection:
        found = [dict(row) for row in connection.execute(query).mappings()]
    rows = sorted((_row(row) for row in found), key=lambda row: (-row.registered, -row.held, row.key))
    total = {name: sum(row[name] for row in found) for name in stages}
    return rows, _row({"key": TOTAL, **total})


def _was(lead_id: ColumnElement[str], stages: tuple[str, ...]) -> ColumnElement[bool]:
    query = select(lead_events.c.id).where(lead_events.c.lead_id == lead_id, lead_events.c.field == "status")
    return exists(query.where(lead_events.c.after.in_(stages)))


def _row(counted: dict[str, Any]) -> FunnelRow:
    closed = counted["won"] + counted["lost"]
    return FunnelRow(
        **counted,
        label={"unknown": "未知", TOTAL: "合计"}.get(counted["key"], zh(counted["key"])),
        assign_rate=_rate(counted["assigned"], counted["registered"]),
        contact_rate=_rate(counted["contacted"], counted["assigned"]),
        win_rate=_rate(counted["won"], closed),
    )


def _rate(count: int, of: int) -> Rate:
    return Rate(count, of, count / of if of else None, wilson(count, of))
