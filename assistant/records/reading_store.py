"""The ledger of readings and the insights that came of them; who is reading what stands in `ledger_store`."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection, Select, distinct, func, or_, select

from assistant.domain.filters import Filters
from assistant.domain.insights import Insight, Reading
from assistant.domain.records import Record
from assistant.records.database import Database, now
from assistant.records.ledger_store import MAX_TRIES, TRIED, LedgerStore, reading_key, settled
from assistant.records.reading_writes import Current, make_current, write_readings
from assistant.records.record_store import chunks
from assistant.records.rows import insight_from, to_insight, to_record
from assistant.records.selection import heard_conditions, insight_conditions, record_conditions
from assistant.records.tables import insights, readings, records

__all__ = ["MAX_TRIES", "ReadingStore"]


class ReadingStore(LedgerStore):
    """The part of the store that knows which record was read by which engine, and what came of it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def pending(
        self, identity: str, *, since: str | None = None, limit: int | None = None, retry_failed: bool = False
    ) -> tuple[list[str], dict[str, int]]:
        """Ids of the records whose current insights are not of this engine identity, and how many were left out why.

        Reasons: ``tried_before`` (failed `MAX_TRIES` times and `retry_failed` is not set). What is skipped for good as
        it is now is not pending.
        """
        c = records.c
        query = select(c.id, c.reading_hash, c.reading_key).order_by(c.created_at, c.id)
        if since:
            query = query.where(or_(c.day >= since, c.day.is_(None)))
        wanted: list[str] = []
        left = 0
        with self.database.reading() as connection:
            apart = settled(connection, identity)
            for record_id, reading_hash, current in connection.execute(query):
                key = reading_key(record_id, reading_hash, identity)
                if current == key:
                    continue
                reason = apart.get(key)
                if reason is None or (reason == TRIED and retry_failed):
                    wanted.append(record_id)
                elif reason == TRIED:
                    left += 1
        return wanted[:limit], {TRIED: left} if left else {}

    def reuse(self, record_ids: Sequence[str], identity: str) -> set[str]:
        """Make ledger rows current that this identity has done already; returns the records settled so."""
        settled: set[str] = set()
        for some in chunks(record_ids):
            settled |= self.database.beside(partial(_reuse, identity=identity, record_ids=some))
        return settled

    def done_readings(self, record_ids: Sequence[str], identity: str) -> dict[str, Reading]:
        """Record id → what this identity has read in it as it is now; those not done are left out."""
        found: dict[str, Reading] = {}
        for some in chunks(record_ids):
            with self.database.reading() as connection:
                hashes = connection.execute(select(records.c.id, records.c.reading_hash).where(records.c.id.in_(some)))
                keys = {reading_key(record_id, h, identity): record_id for record_id, h in hashes}
                query = select(readings).where(readings.c.key.in_(list(keys)), readings.c.status == "done")
                for row in connection.execute(query).mappings():
                    record_id = keys[row["key"]]
                    insights_read = tuple(insight_from(item, record_id) for item in row["insights"])
                    found[record_id] = Reading(record_id, row["noise"], insights_read, row["signals"])
        return found

    def records_in_order(self, record_ids: Sequence[str]) -> Iterator[Record]:
        """Stream records by id, in the order given."""
        for some in chunks(record_ids):
            with self.database.reading() as connection:
                rows = connection.execute(select(records).where(records.c.id.in_(some))).mappings()
                found = {row["id"]: to_record(row) for row in rows}
            yield from (found[record_id] for record_id in some if record_id in found)

    def save_readings(
        self, done: Sequence[Reading], identity: str, engine: str, keys: Mapping[str, str] | None = None
    ) -> None:
        """Write readings to the ledger and make their insights the current ones, in one transaction.

        `keys`: record id → ledger key under which it was read. What was read of words that the record no longer has is
        kept, but not made current; what was read of a record that is gone is dropped.
        """
        at = now()

        def save(connection: Connection) -> None:
            now_keys = _keys(connection, [reading.record_id for reading in done], identity)
            kept = [(one, now_keys[one.record_id]) for one in done if one.record_id in now_keys]
            told = [(one, (keys or now_keys).get(one.record_id, key), key) for one, key in kept]
            rows = [_done_row(one, key, _row(one.record_id, engine, identity, "done", at)) for one, key, _ in told]
            write_readings(connection, rows)
            fresh = [one for one in told if one[1] == one[2]]
            make_current(
                connection,
                [Current(one.record_id, key, one.noise, dict(one.signals), one.insights) for one, key, _ in fresh],
            )

        self.database.beside(save)

    def save_failures(
        self, failed: Sequence[tuple[str, str]], identity: str, engine: str, keys: Mapping[str, str] | None = None
    ) -> None:
        """Note (record id, reason) of records that could not be read; their older insights stay. `keys` as above."""
        at = now()

        def save(connection: Connection) -> None:
            current = _keys(connection, [record_id for record_id, _ in failed], identity)
            rows = [
                _row(record_id, engine, identity, "failed", at)
                | {"reason": reason, "key": (keys or current).get(record_id, current[record_id])}
                for record_id, reason in failed
                if record_id in current
            ]
            write_readings(connection, rows)

        self.database.beside(save)

    def refused(self, identity: str | None = None) -> dict[str, int]:
        """Reason → drafts refused, over all readings done by an identity; None: over the current readings."""
        counts: Counter[str] = Counter()
        with self.database.reading() as connection:
            for found in connection.scalars(_done(identity).with_only_columns(readings.c.refused)):
                counts.update(found if isinstance(found, dict) else Counter(one["reason"] for one in found))
        return dict(counts)

    def list_refused(
        self, filters: Filters, limit: int | None, offset: int = 0, *, reason: str | None = None
    ) -> tuple[list[dict[str, Any]], int]:
        """A page of what the current readings had refused, newest records first, and how many there are in all."""
        query = (
            select(readings.c.refused, readings.c.engine, records.c.id, records.c.external_id)
            .join(records, records.c.reading_key == readings.c.key)
            .where(*record_conditions(filters))
            .order_by(records.c.created_at.desc(), records.c.id)
        )
        items: list[dict[str, Any]] = []
        total = 0
        with self.database.reading() as connection:
            for found, engine, record_id, external_id in connection.execute(query):
                for one in found if isinstance(found, list) else []:
                    if reason is not None and one["reason"] != reason:
                        continue
                    total += 1
                    if total > offset and (limit is None or len(items) < limit):
                        items.append({"record_id": record_id, "external_id": external_id, **one, "engine": engine})
        return items, total

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

    def wishes(self, filters: Filters, limit: int) -> tuple[list[Insight], int]:
        """Insights with something the customer suggests or wishes, newest first, and how many records have one."""
        told = [*heard_conditions(filters), insights.c.suggestion.is_not(None), insights.c.suggestion != ""]
        page = select(insights).where(*told).order_by(insights.c.day.desc(), insights.c.id).limit(limit)
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count(distinct(insights.c.record_id))).where(*told)) or 0
            return [to_insight(row) for row in connection.execute(page).mappings()], total

    def list_insights(self, filters: Filters, limit: int | None, offset: int = 0) -> tuple[list[Insight], int]:
        """A page of insights, newest records first, and how many there are in all."""
        query = _joined(filters)

        def counted() -> int:
            with self.database.reading() as connection:
                return connection.scalar(select(func.count()).select_from(query.subquery())) or 0

        total = self.database.settled.get("insights", filters, counted)
        order = (records.c.created_at.desc(), insights.c.record_id, insights.c.start, insights.c.id)
        page = (
            query.with_only_columns(insights.c.id).order_by(*order).limit(limit).offset(offset)
        )  # whole rows sort slowly
        whole = _joined(Filters()).where(insights.c.id.in_(page)).order_by(*order)
        with self.database.reading() as connection:
            rows = connection.execute(query.order_by(*order) if limit is None and not offset else whole).mappings()
            return [to_insight(row) for row in rows], total


def _done(identity: str | None) -> Select[Any]:
    if identity is None:
        return select(readings).join(records, records.c.reading_key == readings.c.key)
    return select(readings).where(readings.c.identity == identity, readings.c.status == "done")


def _joined(filters: Filters) -> Select[Any]:
    query = select(insights).join(records, records.c.id == insights.c.record_id)
    return query.where(*record_conditions(filters), *insight_conditions(filters))


def _reuse(connection: Connection, identity: str, record_ids: Sequence[str]) -> set[str]:
    keys = {key: record_id for record_id, key in _keys(connection, record_ids, identity).items()}
    query = select(readings).where(readings.c.key.in_(list(keys)), readings.c.status == "done")
    rows = connection.execute(query).mappings().all()
    found = [
        Current(of, row["key"], row["noise"], row["signals"], [insight_from(item, of) for item in row["insights"]])
        for row in rows
        for of in [keys[row["key"]]]
    ]
    make_current(connection, found)
    return {keys[row["key"]] for row in rows}


def _keys(connection: Connection, record_ids: Sequence[str], identity: str) -> dict[str, str]:
    """Record id → key of an identity. Until the transaction ends nobody else writes what was read of these records."""
    found: dict[str, str] = {}
    for some in chunks(sorted(record_ids)):
        query = select(records.c.id, records.c.reading_hash).where(records.c.id.in_(some))
        query = query.order_by(records.c.id).with_for_update(key_share=True)
        found.update((record_id, reading_key(record_id, h, identity)) for record_id, h in connection.execute(query))
    return found


def _row(record_id: str, engine: str, identity: str, status: str, at: str) -> dict[str, Any]:
    """What a try came to, the lease ended."""
    return {
        "record_id": record_id, "engine": engine, "identity": identity, "status": status, "reason": None,
        "noise": None, "insights": [], "signals": {}, "refused": [], "at": at, "holder": None, "until": None,
    }  # fmt: skip


def _done_row(reading: Reading, key: str, row: dict[str, Any]) -> dict[str, Any]:
    return row | {
        "key": key,
        "noise": reading.noise,
        "insights": [asdict(replace(i, theme_id=None)) for i in reading.insights],
        "signals": {**reading.signals},
        "refused": [asdict(refusal) for refusal in reading.refusals],
    }
