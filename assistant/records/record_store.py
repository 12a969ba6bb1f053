"""Records as stored: saved with history, found by either id, listed by filters."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from assistant.domain.filters import Filters
from assistant.domain.records import Customer, Record
from assistant.errors import NotFoundError, UsageError
from assistant.records.database import Database, now
from assistant.records.rows import record_values, to_record
from assistant.records.selection import all_conditions
from assistant.records.tables import customers, insights, leads, record_versions, records

T = TypeVar("T")
CHUNK = 500
"""Ids per SQL statement: far below SQLite's limit on variables."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a batch; added + updated + unchanged = records given."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0

    def __add__(self, other: "Saved") -> "Saved":
        return Saved(
            self.added + other.added,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.duplicates + other.duplicates,
        )


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


class RecordStore:
    """The records part of the store."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def save_records(self, batch: Sequence[tuple[Record, bytes | None]]) -> Saved:
        """Save records with their near-duplicate signatures in one transaction.

        A known record whose content differs replaces the old one, which goes to the history, and what was read out of
        other words than it has now is dropped; the last one wins where a batch holds the same id twice.
        """
        at, begun = now(), datetime.now(UTC)
        with self.database.writing() as connection:
            known = _known(connection, [record.id for record, _ in batch])
            persons = _persons(connection, [r.near_duplicate_of for r, _ in batch if r.near_duplicate_of])
            total = Saved()
            fresh: dict[str, dict[str, Any]] = {}
            for place, (record, signature) in enumerate(batch):
                values = {**record_values(record, _moment(begun, place)), "signature": signature}
                values["person"] = persons.get(values["person"], values["person"])
                persons[record.id] = values["person"]
                old = fresh.get(record.id, known.get(record.id))
                total += self._put(connection, values, old, fresh, at)
            if fresh:
                connection.execute(insert(records), list(fresh.values()))
            _save_customers(connection, [record for record, _ in batch])
        return total

    @staticmethod
    def _put(
        connection: Connection,
        values: dict[str, Any],
        old: Mapping[str, Any] | None,
        fresh: dict[str, dict[str, Any]],
        at: str,
    ) -> Saved:
        linked = int(values["near_duplicate_of"] is not None)
        if old is None:
            fresh[values["id"]] = values
            return Saved(added=1, duplicates=linked)
        if old["content_hash"] == values["content_hash"]:
            return Saved(unchanged=1)
        if values["id"] in fresh:
            fresh[values["id"]] = values
            return Saved(updated=1)
        _keep_version(connection, values["id"], at)
        changed = {name: value for name, value in values.items() if name not in ("id", "added_at")}
        if old["reading_hash"] != values["reading_hash"]:
            changed |= {"reading_key": None, "noise": None, "signals": None}
            connection.execute(delete(insights).where(insights.c.record_id == values["id"]))
            connection.execute(delete(leads).where(leads.c.record_id == values["id"], leads.c.status == "new"))
        connection.execute(update(records).where(records.c.id == values["id"]).values(**changed))
        return Saved(updated=1, duplicates=linked)

    def record(self, any_id: str) -> Record:
        """The record with this `record_id` or `external_id`.

        Raises:
            NotFoundError: there is none.
            UsageError: an external id stands for several records; the message lists their record ids.
        """
        with self.database.reading() as connection:
            condition = or_(records.c.id == any_id, records.c.external_id == any_id)
            rows = connection.execute(select(records).where(condition).limit(6)).mappings().all()
        if not rows:
            raise NotFoundError(f"there is no record {any_id!r}: `voc list records` shows which there are")
        exact = [row for row in rows if row["id"] == any_id] or list(rows)
        if len(exact) > 1:
            listed = ", ".join(f"{row['id']} ({row['source']})" for row in exact)
            raise UsageError(f"{any_id!r} stands for several records, name one of: {listed}")
        return to_record(exact[0])

    def versions(self, record_id: str) -> list[dict[str, Any]]:
        """Earlier contents of a record, oldest first."""
        query = select(record_versions).where(record_versions.c.record_id == record_id)
        with self.database.reading() as connection:
            rows = connection.execute(query.order_by(record_versions.c.version)).mappings()
            return [dict(row) for row in rows]

    def records_by_id(self, ids: Sequence[str]) -> dict[str, Record]:
        """The records of these record ids, those that exist."""
        found: dict[str, Record] = {}
        with self.database.reading() as connection:
            for some in chunks(list(dict.fromkeys(ids))):
                rows = connection.execute(select(records).where(records.c.id.in_(some))).mappings()
                found.update((row["id"], to_record(row)) for row in rows)
        return found

    def external_ids(self, ids: Sequence[str]) -> dict[str, str]:
        """record id → external id, for those that exist."""
        found: dict[str, str] = {}
        with self.database.reading() as connection:
            for some in chunks(list(dict.fromkeys(ids))):
                query = select(records.c.id, records.c.external_id).where(records.c.id.in_(some))
                found.update(connection.execute(query).all())
        return found

    def record_ids(self, filters: Filters) -> set[str] | None:
        """Ids of the records that satisfy the filters; None where nothing is narrowed."""
        if filters.empty:
            return None
        with self.database.reading() as connection:
            return set(connection.scalars(select(records.c.id).where(*all_conditions(filters))))

    def list_records(self, filters: Filters, limit: int | None, offset: int = 0) -> tuple[list[Record], int]:
        """A page of records in the order of time, and how many there are in all."""
        where = all_conditions(filters)
        order = (records.c.created_at, records.c.id)
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(records).where(*where)) or 0
            query = select(records).where(*where).order_by(*order).offset(offset).limit(limit)
            return [to_record(row) for row in connection.execute(query).mappings()], total

    def signatures(self) -> Iterator[tuple[str, bytes, str | None]]:
        """(record id, near-duplicate signature, the record it repeats) of every record, in the order they came.

        They are taken from the database as they are asked for: all at once they would be most of a big store.
        """
        c = records.c
        order = (c.added_at, c.id)
        query = select(c.id, c.signature, c.near_duplicate_of).where(c.signature.is_not(None)).order_by(*order)
        with self.database.reading() as connection:
            rows = connection.execution_options(yield_per=CHUNK).execute(query)
            yield from ((record_id, signature, near) for record_id, signature, near in rows)

    def products(self) -> list[str]:
        """Names of products as stored, most records first."""
        return self._names("product")

    def models(self) -> list[str]:
        """Names of models as stored, most records first."""
        return self._names("model")

    def _names(self, column: str) -> list[str]:
        c = records.c[column]
        query = select(c).where(c.is_not(None), c != "").group_by(c).order_by(func.count().desc(), c)
        with self.database.reading() as connection:
            return list(connection.scalars(query))

    def span(self) -> tuple[str | None, str | None]:
        """First and last day that the records speak of."""
        with self.database.reading() as connection:
            first, last = connection.execute(select(func.min(records.c.day), func.max(records.c.day))).one()
            return first, last

    def customer(self, customer_id: str) -> dict[str, Any]:
        """One customer with how often we hear them.

        Raises:
            NotFoundError: there is none.
        """
        with self.database.reading() as connection:
            row = connection.execute(select(customers).where(customers.c.id == customer_id)).mappings().first()
            count = connection.scalar(select(func.count()).where(records.c.customer_id == customer_id))
        if row is None:
            raise NotFoundError(f"there is no customer {customer_id!r}")
        return {**row, "records": count or 0}

    def list_customers(self, filters: Filters, limit: int | None, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Customers with records within the filters, the most heard first, with the number of those records."""
        own = select(records.c.customer_id, func.count().label("n")).where(*all_conditions(filters))
        counted = own.group_by(records.c.customer_id).subquery()
        heard = func.coalesce(counted.c.n, 0).label("records")
        query = select(customers, heard).join(counted, counted.c.customer_id == customers.c.id, isouter=filters.empty)
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
            page = query.order_by(heard.desc(), customers.c.id).limit(limit).offset(offset)
            return [dict(row) for row in connection.execute(page).mappings()], total


def _known(connection: Connection, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for some in chunks(ids):
        query = select(records.c.id, records.c.content_hash, records.c.reading_hash).where(records.c.id.in_(some))
        found.update((str(row["id"]), dict(row)) for row in connection.execute(query).mappings())
    return found


def _moment(begun: datetime, place: int) -> str:
    """When the record at this place of a batch was added: a microsecond apart, so that its order is kept."""
    return (begun + timedelta(microseconds=place)).isoformat(timespec="microseconds")


def _persons(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """record id → whom it counts as, so that a repeat by nobody counts as the customer whose words it repeats."""
    found: dict[str, str] = {}
    for some in chunks(list(dict.fromkeys(ids))):
        found.update(connection.execute(select(records.c.id, records.c.person).where(records.c.id.in_(some))).all())
    return found


def _keep_version(connection: Connection, record_id: str, at: str) -> None:
    row = connection.execute(select(records).where(records.c.id == record_id)).mappings().one()
    last = connection.scalar(
        select(func.max(record_versions.c.version)).where(record_versions.c.record_id == record_id)
    )
    dropped = ("signature", "indexed_hash", "indexed_reading", "reading_key")
    content = {name: value for name, value in row.items() if name not in dropped}
    connection.execute(
        insert(record_versions).values(record_id=record_id, version=(last or 0) + 1, replaced_at=at, content=content)
    )


def _save_customers(connection: Connection, batch: Sequence[Record]) -> None:
    """What the records say of their customers over what is known; nothing known is lost where a record is silent."""
    ids = list(dict.fromkeys(record.customer.id for record in batch if record.customer and record.customer.id))
    known: dict[str, dict[str, Any]] = {}
    for some in chunks(ids):
        query = select(customers).where(customers.c.id.in_(some))
        known.update((row["id"], dict(row)) for row in connection.execute(query).mappings())
    merged = dict(known)
    for record in batch:
        if record.customer and record.customer.id:
            merged[record.customer.id] = _merged(merged.get(record.customer.id, {}), record.customer)
    fresh = [values for customer_id, values in merged.items() if customer_id not in known]
    if fresh:
        connection.execute(insert(customers), fresh)
    for customer_id, old in known.items():
        if merged[customer_id] != old:
            connection.execute(update(customers).where(customers.c.id == customer_id).values(**merged[customer_id]))


def _merged(old: Mapping[str, Any], customer: Customer) -> dict[str, Any]:
    values = {
        "id": customer.id,
        "segment": customer.segment,
        "region": customer.region,
        "since": customer.since,
        "owned": list(customer.owned),
        "bought_service": customer.bought_service,
    }
    return {name: old.get(name) if value in (None, []) and name in old else value for name, value in values.items()}
