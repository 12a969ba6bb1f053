"""Up to which moment each schedule's turns were seen to, so that none is done twice and a missed one is made up once."""

from sqlalchemy import insert, select, update

from assistant.records.database import Database, now
from assistant.records.tables import schedules


class ScheduleStore:
    """The part of the store that remembers schedules. Moments are ISO 8601 in UTC with seconds."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def last_due(self, name: str) -> str | None:
        """The latest turn that was seen to; None where this schedule is new."""
        with self.database.reading() as connection:
            return connection.scalar(select(schedules.c.last_due).where(schedules.c.name == name))

    def see(self, name: str, due: str) -> None:
        """Note that a turn was seen to; an earlier one than is noted changes nothing."""
        with self.database.writing() as connection:
            known = connection.scalar(select(schedules.c.last_due).where(schedules.c.name == name))
            if known is None:
                connection.execute(insert(schedules).values(name=name, last_due=due, seen_at=now()))
            elif known < due:
                mine = update(schedules).where(schedules.c.name == name)
                connection.execute(mine.values(last_due=due, seen_at=now()))
