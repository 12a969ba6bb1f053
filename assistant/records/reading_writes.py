"""How readings are written many at once: the same few statements, however many they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from assistant.domain.insights import Insight
from assistant.records.database import chunks
from assistant.records.leads import register_leads
from assistant.records.rows import insight_values
from assistant.records.tables import insights, readings, records
from assistant.records.tables.voices import FACTS

_CURRENT = (
    update(records)
    .where(records.c.id == bindparam("of"))
    .values(reading_key=bindparam("now_key"), noise=bindparam("now_noise"), signals=bindparam("now_signals"))
)


@dataclass(frozen=True, slots=True)
class Current:
    """What is to be the present reading of a record."""

    record_id: str
    key: str
    noise: bool | None
    signals: Mapping[Any, bool]
    insights: Sequence[Insight]


def write_readings(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write whole rows of the ledger (but `tries`, which it counts); a failure never takes the place of what was read.

    They go in the order of their records, as those do who lease them, so that neither can block the other.
    """
    if not rows:
        return
    made = sqlite.insert(readings) if connection.dialect.name == "sqlite" else postgresql.insert(readings)
    theirs = {name: made.excluded[name] for name in rows[0] if name != "key"} | {"tries": readings.c.tries + 1}
    may = or_(made.excluded.status == "done", readings.c.status != "done")
    statement = made.on_conflict_do_update(index_elements=[readings.c.key], set_=theirs, where=may)
    connection.execute(statement, [{**row, "tries": 1} for row in sorted(rows, key=lambda row: str(row["record_id"]))])


def make_current(connection: Connection, found: Sequence[Current]) -> None:
    """Make readings the present ones of their records, with their insights and leads; the last one of a record counts.

    The caller holds the records (`FOR UPDATE`). An insight that was there before keeps its theme.
    """
    last = {one.record_id: one for one in found}
    for ids in chunks(sorted(last)):
        _make_current(connection, [last[one] for one in ids])


def _make_current(connection: Connection, found: Sequence[Current]) -> None:
    ids = [one.record_id for one in found]
    known = connection.execute(select(insights.c.id, insights.c.theme_id).where(insights.c.record_id.in_(ids)))
    themed: dict[str, str | None] = dict(known.all())
    if themed:
        connection.execute(delete(insights).where(insights.c.record_id.in_(ids)))
    query = select(records.c.id, records.c.customer_id, records.c.person, *[records.c[name] for name in FACTS])
    facts = {row["id"]: row for row in connection.execute(query.where(records.c.id.in_(ids))).mappings()}
    rows = [
        insight_values(replace(need, theme_id=themed.get(need.id)))
        | {"whose": facts[one.record_id]["person"], **{name: facts[one.record_id][name] for name in FACTS}}
        for one in found
        for need in one.insights
    ]
    if rows:
        connection.execute(insert(insights), rows)
    read = [
        {"of": one.record_id, "now_key": one.key, "now_noise": one.noise, "now_signals": dict(one.signals)}
        for one in found
    ]
    connection.execute(_CURRENT, read)
    register_leads(connection, {one.record_id: (facts[one.record_id]["customer_id"], one.insights) for one in found})
