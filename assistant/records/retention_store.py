"""For how long the records of a source are kept, and which are due."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import and_, delete, false, func, insert, or_, select

from assistant.errors import NotFoundError
from assistant.records.database import Database, now
from assistant.records.tables import records, retention

_aged_on = func.coalesce(records.c.day, func.substr(records.c.added_at, 1, 10))
"""A record's age is that of its own day, else of the day it came in."""


class RetentionStore:
    """The part of the store that knows the rules of retention."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def sources(self) -> dict[str, int]:
        """Source → number of records."""
        query = select(records.c.source, func.count()).group_by(records.c.source).order_by(records.c.source)
        with self.database.reading() as connection:
            return dict(connection.execute(query).all())

    def retention_rules(self) -> list[dict[str, Any]]:
        """The rules, by source."""
        with self.database.reading() as connection:
            rows = connection.execute(select(retention).order_by(retention.c.source)).mappings()
            return [dict(row) for row in rows]

    def retain(self, source: str, days: int | None) -> None:
        """Keep a source's records for so many days; None: for good.

        Raises:
            NotFoundError: there are no records of such a source and no rule for it.
        """
        known = self.sources()
        ruled = {rule["source"] for rule in self.retention_rules()}
        if source not in known and source not in ruled:
            raise NotFoundError(
                f"there are no records of the source {source!r}; there are {', '.join(known) or 'none'}"
            )
        with self.database.writing() as connection:
            connection.execute(delete(retention).where(retention.c.source == source))
            if days is not None:
                connection.execute(insert(retention).values(source=source, days=days, set_at=now()))

    def due(self, today: dt.date) -> dict[str, list[str]]:
        """Source → ids of its records older than its rule allows, by their own day, else by when they came in."""
        found: dict[str, list[str]] = {}
        last = last_days(self.retention_rules(), today)
        with self.database.reading() as connection:
            for source, day in last.items():
                query = select(records.c.id).where(records.c.source == source, _aged_on < day)
                if ids := list(connection.scalars(query.order_by(records.c.id))):
                    found[source] = ids
        return found

    def overdue(self, today: dt.date) -> list[dict[str, Any]]:
        """What is due, counted by source: records, customers among them, those without a day of their own, the span.

        `customers_gone` are those of whom nothing is kept afterwards.
        """
        last = last_days(self.retention_rules(), today)
        due = or_(*(and_(records.c.source == source, _aged_on < day) for source, day in last.items()), false())
        kept = select(records.c.customer_id).where(~due, records.c.customer_id.is_not(None))
        found = []
        with self.database.reading() as connection:
            for source, day in last.items():
                of_source = (records.c.source == source, _aged_on < day)
                counted = select(
                    func.count().label("records"),
                    func.count(records.c.customer_id.distinct()).label("customers"),
                    (func.count() - func.count(records.c.day)).label("undated"),
                    func.min(_aged_on).label("oldest"),
                    func.max(_aged_on).label("newest"),
                )
                row = connection.execute(counted.where(*of_source)).mappings().one()
                gone = select(func.count(records.c.customer_id.distinct()))
                alone = connection.scalar(gone.where(*of_source, records.c.customer_id.not_in(kept)))
                found.append({"source": source, "kept_from": day, **row, "customers_gone": alone or 0})
        return found


def last_days(rules: Iterable[Mapping[str, Any]], today: dt.date) -> dict[str, str]:
    """Source → the oldest day that its rule still keeps, ``YYYY-MM-DD``."""
    return {rule["source"]: (today - dt.timedelta(days=rule["days"])).isoformat() for rule in rules}
