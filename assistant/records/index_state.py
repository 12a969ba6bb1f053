"""Which records the index does not hold as they are now."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, func, or_, select, update

from assistant.domain.records import Record
from assistant.records.database import Database
from assistant.records.rows import to_record
from assistant.records.saving import CHUNK, chunks
from assistant.records.tables import records


class IndexState:
    """The part of the store that knows how far the index has come."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def unindexed(self) -> list[str]:
        """Ids of records whose content the index does not hold, in a stable order."""
        c = records.c
        stale = or_(c.indexed_hash.is_(None), c.indexed_hash != c.reading_hash)
        with self.database.reading() as connection:
            return sorted(connection.scalars(select(c.id).where(stale)))  # in SQL it would read the rows in disorder

    def unindexed_count(self) -> int:
        """How many records the index does not hold as they are."""
        c = records.c
        stale = or_(c.indexed_hash.is_(None), c.indexed_hash != c.reading_hash)
        with self.database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(records).where(stale)) or 0

    def unindexed_readings(self) -> list[str]:
        """Ids of records whose present insights the index does not hold, in a stable order."""
        c = records.c
        stale = or_(c.indexed_reading.is_(None), c.indexed_reading != c.reading_key)
        with self.database.reading() as connection:
            return sorted(connection.scalars(select(c.id).where(c.reading_key.is_not(None), stale)))

    def batches(self, ids: Sequence[str], size: int = CHUNK) -> Iterator[list[Record]]:
        """These records in batches of so many."""
        for some in chunks(ids, size):
            with self.database.reading() as connection:
                rows = connection.execute(select(records).where(records.c.id.in_(some))).mappings()
                yield [to_record(row) for row in rows]

    @staticmethod
    def mark_indexed(connection: Connection, ids: Sequence[str]) -> None:
        """Note, in the caller's transaction, that the index holds these records as they are."""
        for some in chunks(ids):
            connection.execute(
                update(records).where(records.c.id.in_(some)).values(indexed_hash=records.c.reading_hash)
            )

    @staticmethod
    def mark_readings_indexed(connection: Connection, ids: Sequence[str]) -> None:
        """Note, in the caller's transaction, that the index holds these records' present insights."""
        for some in chunks(ids):
            connection.execute(
                update(records).where(records.c.id.in_(some)).values(indexed_reading=records.c.reading_key)
            )

    def forget_index(self) -> None:
        """Have every record indexed anew by the next run."""
        with self.database.writing() as connection:
            connection.execute(update(records).values(indexed_hash=None, indexed_reading=None))

    def record_count(self) -> int:
        """How many records the store holds."""
        with self.database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(records)) or 0
