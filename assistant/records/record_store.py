"""Records as stored: saved with history, found by either id, listed by filters."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func, or_, select

from assistant.domain.filters import Filters
from assistant.domain.records import Record
from assistant.errors import NotFoundError, UsageError
from assistant.records.database import Database
from assistant.records.dialects import Arrival
from assistant.records.persons import kin
from assistant.records.rows import to_record
from assistant.records.same_rows import stands_as, told_again
from assistant.records.saving import CHUNK, Link, Linked, Saved, chunks, save_batch
from assistant.records.selection import all_conditions
from assistant.records.tables import customers, record_versions, records

__all__ = ["RecordStore", "Saved", "chunks"]
_SHOWN = [column for column in customers.c if column.name != "counts_as"]


class RecordStore:
    """The records part of the store."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def save_records(self, batch: Sequence[tuple[Record, bytes | None]]) -> Saved:
        """Save records with their near-duplicate signatures, linked as they say themselves; see `take_in`."""
        signatures = {record.id: signature for record, signature in batch}

        def link(changed: Sequence[Record]) -> Linked:
            heads = {record.id: record.near_duplicate_of for record in changed}
            return Linked([signatures[one] for one in heads], [head is not None for head in heads.values()], heads)

        return self.take_in([record for record, _ in batch], link)

    def take_in(self, batch: Sequence[Record], link: Link) -> Saved:
        """Save records in one transaction; `link` tells what those that are new or changed nearly repeat.

        A known record whose content differs replaces the old one, which goes to the history, and what was read out of
        other words than it has now is dropped; the last one wins where a batch holds the same id twice.
        """
        with self.database.writing() as connection:
            return save_batch(connection, batch, link)

    def stands_as(self, batch: Sequence[Record], first_ids: Mapping[str, str]) -> dict[str, str]:
        """See `same_rows.stands_as`."""
        with self.database.reading() as connection:
            return stands_as(connection, batch, first_ids)

    def told_again(self, batch: Sequence[Record]) -> tuple[int, int]:
        """See `same_rows.told_again`."""
        with self.database.reading() as connection:
            return told_again(connection, batch)

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
        """Ids of the records that satisfy the filters, not to be changed; None where nothing is narrowed."""
        if filters.empty:
            return None

        def ask() -> set[str]:
            with self.database.reading() as connection:
                query = select(func.aggregate_strings(records.c.id, ",")).where(*all_conditions(filters))
                listed = connection.scalar(query)  # one by one takes ten times as long
                return set(listed.split(",")) if listed else set()

        return self.database.settled.get("record ids", filters, ask)

    def list_records(self, filters: Filters, limit: int | None, offset: int = 0) -> tuple[list[Record], int]:
        """A page of records in the order of time, and how many there are in all."""
        where = all_conditions(filters)
        order = (records.c.created_at, records.c.id)
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(records).where(*where)) or 0
            query = select(records).where(*where).order_by(*order).offset(offset).limit(limit)
            return [to_record(row) for row in connection.execute(query).mappings()], total

    def signatures(self) -> Iterator[tuple[str, bytes, str | None]]:
        """(record id, near-duplicate signature, the record it repeats) of those that have one, in the order they came.

        They are taken from the database as they are asked for: all at once they would be most of a big store.
        """
        c = records.c
        query = select(c.id, c.signature, c.near_duplicate_of).where(func.length(c.signature) > 0)
        with self.database.reading() as connection:
            rows = connection.execution_options(yield_per=10 * CHUNK).execute(query.order_by(Arrival()))
            yield from ((record_id, signature, near) for record_id, signature, near in rows)

    def products(self) -> list[str]:
        """Names of products as stored, most records first."""
        return self._names("product")

    def models(self) -> list[str]:
        """Names of models as stored, most records first."""
        return self._names("model")

    def regions(self) -> list[str]:
        """Names of regions as stored, most records first."""
        return self._names("region")

    def origins(self) -> list[str]:
        """Names of the data sets that records came in, most records first."""
        return self._names("source")

    def _names(self, column: str) -> list[str]:
        c = records.c[column]
        query = select(c).where(c.is_not(None), c != "").group_by(c).order_by(func.count().desc(), c)

        def ask() -> tuple[str, ...]:
            with self.database.reading() as connection:
                return tuple(connection.scalars(query))

        return list(self.database.settled.get("names", column, ask))  # every search asks, and each reads an index

    def first_day_of_version(self, version: str) -> str | None:
        """The first day on which a record names a version of software, such as 3.2; None where none does."""
        said = select(records.c.day, records.c.text).where(records.c.text.contains(version, autoescape=True))
        whole = re.compile(rf"(?<![\d.]){re.escape(version)}(?!\d|\.\d)")  # and not a longer number that holds it
        with self.database.reading() as connection:
            rows = connection.execute(said.where(records.c.day.is_not(None)).order_by(records.c.day))
            return next((day for day, text in rows if whole.search(text)), None)

    def span(self) -> tuple[str | None, str | None]:
        """First and last day that the records speak of."""
        return self.database.settled.get("span", None, self._span)

    def _span(self) -> tuple[str | None, str | None]:
        with self.database.reading() as connection:
            ends = (select(end(records.c.day)).scalar_subquery() for end in (func.min, func.max))  # each by its index
            first, last = connection.execute(select(*ends)).one()
            return first, last

    def customer(self, customer_id: str) -> dict[str, Any]:
        """One customer with how often we hear this id.

        Raises:
            NotFoundError: there is none.
        """
        with self.database.reading() as connection:
            row = connection.execute(select(*_SHOWN).where(customers.c.id == customer_id)).mappings().first()
            count = connection.scalar(select(func.count()).where(records.c.customer_id == customer_id))
        if row is None:
            raise NotFoundError(f"there is no customer {customer_id!r}")
        return {**row, "records": count or 0}

    def list_customers(self, filters: Filters, limit: int | None, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Customers with records within the filters, the most heard first, with the number of those records.

        One who goes by several ids is one row, under the id that they count as.
        """
        asked = filters, limit, offset
        rows, total = self.database.settled.get("customers", asked, lambda: self._customers(*asked))
        return [dict(row) for row in rows], total

    def _customers(self, filters: Filters, limit: int | None, offset: int) -> tuple[list[dict[str, Any]], int]:
        own = select(records.c.customer_id, func.count().label("n")).where(*all_conditions(filters))
        each = own.group_by(records.c.customer_id).subquery()
        person = func.coalesce(customers.c.counts_as, customers.c.id)
        joined = select(person.label("person"), func.coalesce(func.sum(each.c.n), 0).label("records"))
        with_each = joined.join(each, each.c.customer_id == customers.c.id, isouter=filters.empty)
        counted = with_each.group_by(person).subquery()
        heard = counted.c.records
        query = select(*_SHOWN, heard).join(counted, counted.c.person == customers.c.id)
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
            page = query.order_by(heard.desc(), customers.c.id).limit(limit).offset(offset)
            rows = [dict(row) for row in connection.execute(page).mappings()]
            persons = kin(connection, [row["id"] for row in rows])
        return [{**row, "also_known_as": persons[row["id"]][1:]} for row in rows], total
