"""Whose turn it is, on all machines that share a server, at what must be done by one at a time."""

import datetime as dt
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import SQLAlchemyError

from assistant.errors import StoreError
from assistant.records.database import Database, sentence_of
from assistant.records.dialects import POSTGRESQL
from assistant.records.limit_store import CLOCK
from assistant.records.tables.sharing import turns

LEASE = 60.0
"""Seconds for which nothing need be heard of who has a turn; so long others wait where a machine died."""
_CLOCK = CLOCK[POSTGRESQL]


@dataclass(frozen=True, slots=True)
class Worker:
    """Who has a turn."""

    what: str
    host: str
    process: int
    since: dt.datetime

    @property
    def told(self) -> str:
        """Who it is, for a sentence."""
        return f"{self.what} on {self.host} (process {self.process}, since {self.since:%Y-%m-%d %H:%M} UTC)"


class TurnStore:
    """The part of the store that knows who has a turn. On a server only: elsewhere the run lock is enough.

    Turns are taken and kept beside whatever is written: nobody waits for anybody's transaction.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def take(self, name: str, what: str, place: str, lease: float = LEASE) -> str | Worker:
        """Take a turn that nobody has, or whose worker is not heard of any more; the holder to keep it by, or who has it.

        Whose holder's name begins with `place` is dead: the caller holds the lock without which nobody there works.

        Raises:
            StoreError: the database fails.
        """
        holder = f"{place}{os.getpid()}:{secrets.token_hex(4)}"
        mine = postgresql.insert(turns).values(
            name=name, holder=holder, what=what, host=socket.gethostname()[:100], process=os.getpid(), since=_CLOCK,
            until=_CLOCK + lease,
        )  # fmt: skip
        given = mine.excluded
        free = or_(turns.c.until < _CLOCK, turns.c.holder.startswith(place, autoescape=True))
        taken = mine.on_conflict_do_update(
            index_elements=[turns.c.name], where=free, set_={column.name: given[column.name] for column in turns.c}
        )
        while True:
            with _told(), self.database.engine.begin() as connection:
                if connection.execute(taken.returning(turns.c.name)).first() is not None:
                    return holder
            if (worker := self.worker(name)) is not None:  # else it was given back this moment
                return worker

    def worker(self, name: str) -> Worker | None:
        """Who has a turn and is heard of; see `take`."""
        query = select(turns).where(turns.c.name == name, turns.c.until >= _CLOCK)
        with self.database.reading() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        return Worker(row["what"], row["host"], row["process"], dt.datetime.fromtimestamp(row["since"], dt.UTC))

    def keep(self, name: str, holder: str, lease: float = LEASE) -> bool:
        """Say that a turn's holder is alive; whether it still has it. See `take`."""
        mine = (turns.c.name == name, turns.c.holder == holder)
        with _told(), self.database.engine.begin() as connection:
            return bool(connection.execute(update(turns).where(*mine).values(until=_CLOCK + lease)).rowcount)

    def give_back(self, name: str, holder: str) -> None:
        """End a turn; see `take`."""
        with _told(), self.database.engine.begin() as connection:
            connection.execute(delete(turns).where(turns.c.name == name, turns.c.holder == holder))


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(sentence_of(error)) from error
