"""What has come in so far: from which source, over which channel, how many, of which days, and when."""

from dataclasses import dataclass

from sqlalchemy import func, select

from assistant.records.database import Database
from assistant.records.tables import records


@dataclass(frozen=True, slots=True)
class SourceRow:
    """The records of one source over one channel."""

    source: str
    channel: str
    records: int
    first_day: str | None
    last_day: str | None
    last_added: str
    """When the latest of them came in, ISO 8601 in UTC."""


def source_rows(database: Database) -> list[SourceRow]:
    """All there are, the one that was added to last first."""
    c = records.c
    last = func.max(c.added_at)
    query = (
        select(c.source, c.channel, func.count(), func.min(c.day), func.max(c.day), last)
        .group_by(c.source, c.channel)
        .order_by(last.desc(), c.source, c.channel)
    )
    with database.reading() as connection:
        return [SourceRow(*row) for row in connection.execute(query)]
