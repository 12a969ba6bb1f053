"""For how long the records of a source are kept, and which are due."""

import datetime as dt
from typing import Any

from sqlalchemy import delete, func, insert, select

from assistant.errors import NotFoundError
from assistant.records.database import Database, now
from assistant.records.tables import records, retention


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
        day = func.coalesce(records.c.day, func.substr(records.c.added_at, 1, 10))
        rules = self.retention_rules()
        with self.database.reading() as connection:
            for rule in rules:
                last = (today - dt.timedelta(days=rule["days"])).isoformat()
                query = select(records.c.id).where(records.c.source == rule["source"], day < last)
                if ids := list(connection.scalars(query.order_by(records.c.id))):
                    found[rule["source"]] = ids
        return found
