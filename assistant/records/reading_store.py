"""The ledger of readings and the insights that came of them."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, func, insert, or_, select, update

from assistant.domain.filters import Filters
from assistant.domain.insights import FailureContext, Insight, LadderStanding, Opportunity, Reading
from assistant.domain.records import Record
from assistant.records.database import Database, now
from assistant.records.record_store import chunks
from assistant.records.rows import digest, insight_values, to_insight, to_record
from assistant.records.selection import insight_conditions, record_conditions
from assistant.records.tables import insights, leads, readings, records

MAX_TRIES = 3
"""A record that failed this often is tried again only when asked for."""


def reading_key(record_id: str, reading_hash: str, identity: str) -> str:
    """The ledger's key: the record, what the engine is shown of it, and all that shapes the engine's answer."""
    return digest(record_id, reading_hash, identity)


class ReadingStore:
    """The part of the store that knows which record was read by which engine, and what came of it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def pending(
        self, identity: str, *, since: str | None = None, limit: int | None = None, retry_failed: bool = False
    ) -> tuple[list[str], dict[str, int]]:
        """Ids of the records whose current insights are not of this engine identity, and how many were left out why.

        Reasons: ``tried_before`` (failed `MAX_TRIES` times and `retry_failed` is not set).
        """
        c = records.c
        query = select(c.id, c.reading_hash, c.reading_key).order_by(c.created_at, c.id)
        if since:
            query = query.where(or_(c.day >= since, c.day.is_(None)))
        wanted: list[str] = []
        left = 0
        with self.database.reading() as connection:
            given_up = set(
                connection.scalars(
                    select(readings.c.key).where(
                        readings.c.identity == identity, readings.c.status == "failed", readings.c.tries >= MAX_TRIES
                    )
                )
            )
            for record_id, reading_hash, current in connection.execute(query):
                key = reading_key(record_id, reading_hash, identity)
                if current == key:
                    continue
                if key in given_up and not retry_failed:
                    left += 1
                    continue
                wanted.append(record_id)
        return wanted[:limit], {"tried_before": left} if left else {}

    def reuse(self, record_ids: Sequence[str], identity: str) -> set[str]:
        """Make ledger rows current that this identity has done already; returns the records settled so."""
        settled: set[str] = set()
        for some in chunks(record_ids):
            with self.database.writing() as connection:
                hashes = connection.execute(select(records.c.id, records.c.reading_hash).where(records.c.id.in_(some)))
                keys = {reading_key(record_id, h, identity): record_id for record_id, h in hashes}
                query = select(readings).where(readings.c.key.in_(list(keys)), readings.c.status == "done")
                for row in connection.execute(query).mappings().all():
                    record_id = keys[row["key"]]
                    found = [_insight_of(item, record_id) for item in row["insights"]]
                    _make_current(connection, record_id, row["key"], row["noise"], row["signals"], found)
                    settled.add(record_id)
        return settled

    def records_in_order(self, record_ids: Sequence[str]) -> Iterator[Record]:
        """Stream records by id, in the order given."""
        for some in chunks(record_ids):
            with self.database.reading() as connection:
                rows = connection.execute(select(records).where(records.c.id.in_(some))).mappings()
                found = {row["id"]: to_record(row) for row in rows}
            yield from (found[record_id] for record_id in some if record_id in found)

    def save_readings(self, done: Sequence[Reading], identity: str, engine: str) -> None:
        """Write readings to the ledger and make their insights the current ones, in one transaction."""
        at = now()
        with self.database.writing() as connection:
            keys = _keys(connection, [reading.record_id for reading in done], identity)
            for reading in done:
                key = keys[reading.record_id]
                values: dict[str, Any] = {
                    "record_id": reading.record_id,
                    "engine": engine,
                    "identity": identity,
                    "status": "done",
                    "reason": None,
                    "noise": reading.noise,
                    "insights": [asdict(replace(i, theme_id=None)) for i in reading.insights],
                    "signals": {**reading.signals},
                    "refused": dict(reading.refused),
                    "at": at,
                }
                _upsert_reading(connection, key, values)
                _make_current(
                    connection, reading.record_id, key, reading.noise, values["signals"], list(reading.insights)
                )

    def save_failures(self, failed: Sequence[tuple[str, str]], identity: str, engine: str) -> None:
        """Note (record id, reason) of records that could not be read; their older insights stay."""
        at = now()
        with self.database.writing() as connection:
            keys = _keys(connection, [record_id for record_id, _ in failed], identity)
            for record_id, reason in failed:
                values: dict[str, Any] = {
                    "record_id": record_id,
                    "engine": engine,
                    "identity": identity,
                    "status": "failed",
                    "reason": reason,
                    "noise": None,
                    "insights": [],
                    "signals": {},
                    "refused": {},
                    "at": at,
                }
                _upsert_reading(connection, keys[record_id], values)

    def refused(self, identity: str) -> dict[str, int]:
        """Reason → drafts refused, over all current readings of an identity."""
        counts: dict[str, int] = {}
        query = select(readings.c.refused).where(readings.c.identity == identity, readings.c.status == "done")
        with self.database.reading() as connection:
            for refused in connection.scalars(query):
                for reason, count in refused.items():
                    counts[reason] = counts.get(reason, 0) + count
        return counts

    def insights_of(self, record_ids: Sequence[str]) -> list[Insight]:
        """Current insights of these records, in the order of the records given, then of their place in the text."""
        found: dict[str, list[Insight]] = {}
        with self.database.reading() as connection:
            for some in chunks(list(dict.fromkeys(record_ids))):
                query = select(insights).where(insights.c.record_id.in_(some)).order_by(insights.c.start)
                for row in connection.execute(query).mappings():
                    found.setdefault(row["record_id"], []).append(to_insight(row))
        return [insight for record_id in dict.fromkeys(record_ids) for insight in found.get(record_id, [])]

    def insight(self, insight_id: str) -> Insight | None:
        """One insight, or None."""
        with self.database.reading() as connection:
            row = connection.execute(select(insights).where(insights.c.id == insight_id)).mappings().first()
            return to_insight(row) if row else None

    def list_insights(self, filters: Filters, limit: int | None, offset: int = 0) -> tuple[list[Insight], int]:
        """A page of insights, newest records first, and how many there are in all."""
        query = _joined(filters)
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
            query = query.order_by(records.c.created_at.desc(), insights.c.record_id, insights.c.start)
            rows = connection.execute(query.limit(limit).offset(offset)).mappings()
            return [to_insight(row) for row in rows], total

    def lead(self, lead_id: str) -> dict[str, Any] | None:
        """One lead, or None."""
        with self.database.reading() as connection:
            row = connection.execute(select(leads).where(leads.c.id == lead_id)).mappings().first()
            return dict(row) if row else None

    def list_leads(self, filters: Filters, limit: int | None, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """A page of leads, newest records first, and how many there are in all."""
        query = (
            select(leads, records.c.external_id, records.c.product, records.c.segment)
            .join(records, records.c.id == leads.c.record_id)
            .where(*record_conditions(filters))
        )
        if inner := insight_conditions(filters):
            query = query.where(exists(select(insights.c.id).where(insights.c.id == leads.c.insight_id, *inner)))
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
            query = query.order_by(records.c.created_at.desc(), leads.c.id)
            return [dict(row) for row in connection.execute(query.limit(limit).offset(offset)).mappings()], total


def _joined(filters: Filters) -> Select[Any]:
    query = select(insights).join(records, records.c.id == insights.c.record_id)
    return query.where(*record_conditions(filters), *insight_conditions(filters))


def _keys(connection: Connection, record_ids: Sequence[str], identity: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in chunks(record_ids):
        query = select(records.c.id, records.c.reading_hash).where(records.c.id.in_(some))
        found.update((record_id, reading_key(record_id, h, identity)) for record_id, h in connection.execute(query))
    return found


def _upsert_reading(connection: Connection, key: str, values: dict[str, Any]) -> None:
    changed = connection.execute(
        update(readings).where(readings.c.key == key).values(**values, tries=readings.c.tries + 1)
    )
    if changed.rowcount == 0:
        connection.execute(insert(readings).values(key=key, tries=1, **values))


def _make_current(
    connection: Connection, record_id: str, key: str, noise: bool | None, signals: dict[str, bool], found: list[Insight]
) -> None:
    query = select(insights.c.id, insights.c.theme_id).where(insights.c.record_id == record_id)
    themed: dict[str, str | None] = dict(connection.execute(query).all())
    connection.execute(delete(insights).where(insights.c.record_id == record_id))
    if found:
        rows = [insight_values(replace(i, theme_id=themed.get(i.id))) for i in found]
        connection.execute(insert(insights), rows)
    connection.execute(
        update(records).where(records.c.id == record_id).values(reading_key=key, noise=noise, signals=signals)
    )
    _register_leads(connection, record_id, found)


def _register_leads(connection: Connection, record_id: str, found: list[Insight]) -> None:
    """Leads nobody has touched follow the insights; those somebody works on stay."""
    connection.execute(delete(leads).where(leads.c.record_id == record_id, leads.c.status == "new"))
    kept = set(connection.scalars(select(leads.c.id).where(leads.c.record_id == record_id)))
    customer_id = connection.scalar(select(records.c.customer_id).where(records.c.id == record_id))
    fresh: dict[str, dict[str, Any]] = {}
    for insight in found:
        for o in insight.opportunities:
            lead_id = "ld_" + digest(record_id, o.type, o.start)[:14]
            if lead_id in kept:
                continue
            fresh[lead_id] = {
                "id": lead_id,
                "record_id": record_id,
                "insight_id": insight.id,
                "customer_id": customer_id,
                "type": o.type,
                "quote": o.quote,
                "start": o.start,
                "end": o.end,
                "status": "new",
                "owner": None,
                "created_at": now(),
            }
    if fresh:
        connection.execute(insert(leads), list(fresh.values()))


def _insight_of(item: dict[str, Any], record_id: str) -> Insight:
    context = item["failure_context"]
    return Insight(
        **{
            **item,
            "record_id": record_id,
            "standing": LadderStanding(**item["standing"]),
            "failure_context": FailureContext(**context) if context else None,
            "opportunities": tuple(Opportunity(**o) for o in item["opportunities"]),
        }
    )
