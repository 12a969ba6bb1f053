"""The board on which processes write what they have taken: in the database of a server, or in a file beside SQLite's."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    Float,
    Select,
    StaticPool,
    create_engine,
    delete,
    event,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from assistant.domain.boards import Board, LocalBoard, Page, Work
from assistant.errors import StoreError
from assistant.records.database import Database, sentence_of
from assistant.records.dialects import POSTGRESQL
from assistant.records.tables.sharing import limits

T = TypeVar("T")
FILE = "limits.db"
"""Beside SQLite's database. A file of its own: nobody who takes a turn waits for who writes a thousand records, and nothing
that is remembered until the database changes is forgotten for it."""
FRESH = 60.0
"""Seconds that a new page stands, until something is written on it."""
CLOCK = {
    "sqlite": literal_column("(julianday('now') - 2440587.5) * 86400.0", Float),
    POSTGRESQL: literal_column("CAST(extract(epoch FROM clock_timestamp()) AS double precision)", Float),
}
"""The moment by the database's own clock, in seconds since 1970."""
_PRAGMAS = ("PRAGMA busy_timeout=10000", "PRAGMA journal_mode=TRUNCATE", "PRAGMA synchronous=OFF")
"""No write-ahead log, which older SQLites may damage when several write; a power cut may cost the file, which holds nothing
that is worth anything a day later."""


def board_of(database: Database) -> Board:
    """The board that all share who use a database; one of this process's own where the database lives in its memory."""
    if database.is_server:
        return LimitStore(database.engine)
    name = database.engine.url.database
    if not name or name == ":memory:":
        return LocalBoard()
    store = LimitStore(_beside(Path(name)))
    database.beside_it.append(store.close)
    return store


class LimitStore:
    """`assistant.domain.boards.Board` in a table. Each change is one transaction that holds its page; safe for threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._dialect = engine.dialect.name
        self._clock = CLOCK[self._dialect]
        self._alone = threading.Lock() if self._dialect == "sqlite" else None
        self._made = self._alone is None

    def change(self, name: str, work: Work[T], keep: float) -> T:
        """See `Board.change`."""
        with self._begun() as connection:
            written, now = self._page(connection, name)
            page: Page = json.loads(written)
            told = work(page, now)
            if (after := _plain(page)) != written:
                row = update(limits).where(limits.c.name == name).values(page=after, until=now + keep)
                connection.execute(row)
            return told

    def look(self, name: str) -> tuple[Page, float]:
        """See `Board.look`."""
        query = select(self._clock, select(limits.c.page).where(limits.c.name == name).scalar_subquery())
        with self._begun() as connection:
            now, written = connection.execute(query).one()
        return json.loads(written or "{}"), float(now)

    def forget(self, name: str) -> None:
        """See `Board.forget`."""
        with self._begun() as connection:
            connection.execute(delete(limits).where(limits.c.name == name))

    def close(self) -> None:
        """Give back the connection to a file."""
        if self._alone is not None:
            with self._alone:
                self._engine.dispose()

    def _page(self, connection: Connection, name: str) -> tuple[str, float]:
        """A page that is ours until the end of the transaction, and the moment; a new one where there is none."""
        held = self._held(name)
        while (row := connection.execute(held).first()) is None:
            now = float(connection.scalar(select(self._clock)) or 0.0)
            self._sweep(connection, now)
            new = sqlite.insert(limits) if self._dialect == "sqlite" else postgresql.insert(limits)
            connection.execute(new.values(name=name, page="{}", until=now + FRESH).on_conflict_do_nothing())
        return str(row[0]), float(row[1])

    def _held(self, name: str) -> Select[Any]:
        """The clock is read when the row is ours: as a column beside FOR UPDATE it would tell when we began to wait."""
        held = select(limits.c.page).where(limits.c.name == name).with_for_update().cte("held")
        return select(held.c.page, self._clock)

    def _sweep(self, connection: Connection, now: float) -> None:
        """Take away what means nothing any more and nobody has in hand."""
        gone = select(limits.c.name).where(limits.c.until < now).with_for_update(skip_locked=True)
        connection.execute(delete(limits).where(limits.c.name.in_(gone)))

    @contextmanager
    def _begun(self) -> Iterator[Connection]:
        with self._alone or nullcontext():
            try:
                self._make()
                with self._engine.begin() as connection:
                    yield connection
            except SQLAlchemyError as error:
                self._open_anew()
                raise StoreError(self._told(error)) from error

    def _make(self) -> None:
        if not self._made:
            limits.create(self._engine, checkfirst=True)
            with suppress(PermissionError):  # whose file it is has seen to that
                Path(str(self._engine.url.database)).chmod(0o600)
            self._made = True

    def _open_anew(self) -> None:
        """The next time: a file may have been removed, as it is advised where it is damaged."""
        if self._alone is not None:
            self._engine.dispose()
            self._made = False

    def _told(self, error: SQLAlchemyError) -> str:
        if self._alone is None:
            return sentence_of(error)
        said = sentence_of(error).removeprefix("the database failed: ")
        if "damaged" in said:
            said = "it is damaged; stop who works on this data directory and remove it, it holds nothing of worth"
        return f"{self._engine.url.database} can't be used: {said}"


def _plain(page: Page) -> str:
    return json.dumps(page, separators=(",", ":"))


def _beside(file: Path) -> Engine:
    """One connection to a file beside a database, whose transactions have it for themselves."""
    url = f"sqlite:///{file.absolute().with_name(FILE)}"
    engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _on_file)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _on_file(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # else the driver begins transactions of its own
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()
