"""How the database is read and written: migrations, who writes when, and what a person is told when it fails."""

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from random import uniform
from threading import RLock
from time import sleep
from typing import TypeVar

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, event, func, inspect, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from assistant.errors import BusyError, SettingError, StoreError
from assistant.records.completing import complete, lacking
from assistant.records.dialects import KEPT, OURS, PATIENCE, POSTGRESQL, STORE, open_engine
from assistant.records.freshness import Settled, Unchanged, heed, marking

HEAD = "0021"
"""The newest revision in `migrations/versions`; a test holds it to the files."""

T = TypeVar("T")
CHUNK = 500
"""Ids per SQL statement: far below SQLite's limit on variables."""
_AGAIN = frozenset({"40001", "40P01", "23505"})
"""SQLSTATEs of a transaction that failed for its neighbours' sake and may be done again: they blocked each other, or both
found that a row is not there and wrote it."""
_WAITED = "55P03"
_GLANCE = text("SELECT id FROM records LIMIT 1")
_TRIES = 5


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def together(*questions: Callable[[], T]) -> list[T]:
    """The answers to several questions, each asked on a connection of its own at the same time.

    A database counts outside of Python, on as many processors as there are.
    """
    if len(questions) < 2:
        return [question() for question in questions]
    with ThreadPoolExecutor(len(questions)) as pool:
        return [answer.result() for answer in [pool.submit(question) for question in questions]]


def now() -> str:
    """The present moment, ISO 8601 in UTC with seconds."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


class Database:
    """One database: `reading()` gives a connection, `writing()` a transaction that no other writer shares.

    SQLite before 3.51.3 can corrupt a write-ahead log when several connections write and checkpoint at the same time, so
    writers of all processes take turns through a lock file beside the database. On PostgreSQL they take turns at a lock of
    the server, on whatever machine they run; those that go `beside` share it with each other.
    """

    def __init__(self, url: str, lock_path: Path, connections: int = 3 * KEPT) -> None:
        """Open and bring the schema to `HEAD`; at most so many connections are open at once, `KEPT` of them stay open.

        Raises:
            StoreError: the database can't be opened or brought up to date.
            SettingError: there is no driver for this kind of database, or it keeps no UTF-8.
        """
        lock_path.parent.mkdir(parents=True, exist_ok=True)
        self.folder = lock_path.parent
        """Where the files stand that people write beside the database: weights, tiers."""
        self.url = url
        self.beside_it: list[Callable[[], None]] = []
        """What gives back what others hold open beside the database, when that is closed."""
        self._threads = RLock()
        self._lock = FileLock(str(lock_path), timeout=PATIENCE, thread_local=False)
        try:
            self.engine = open_engine(url, connections)
            event.listen(self.engine, "before_execute", heed)
            self.is_server = self.engine.dialect.name == POSTGRESQL
            """Whether it is a server, which has its own locks and whose files are not ours to see."""
            self._upgrade()
            self.unchanged = Unchanged(self.engine)
            self.settled = Settled(self.engine, self.unchanged)
        except StoreError:
            self.engine.dispose()
            raise
        except SQLAlchemyError as error:
            raise StoreError(sentence_of(error)) from error

    @property
    def engine_name(self) -> str:
        """The kind of database without credentials, for messages."""
        return self.url.split(":", 1)[0]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading.

        Raises:
            StoreError: the database fails.
        """
        try:
            with self.engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(sentence_of(error)) from error

    def check(self) -> None:
        """See that the database can be read at this moment, whatever is remembered or held open of it; see `reading`."""
        if self.is_server or not (file := self.engine.url.database):
            with self.reading() as connection:
                connection.execute(_GLANCE)
            return
        try:
            with closing(sqlite3.connect(f"{Path(file).absolute().as_uri()}?mode=ro", uri=True)) as opened:
                opened.execute(str(_GLANCE)).fetchone()
        except sqlite3.Error as error:
            raise StoreError(sentence_of(error)) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction beside which nobody writes; committed at the end, rolled back on any error.

        Raises:
            BusyError: another writer did not finish within two minutes.
            StoreError: the database fails; nothing of the transaction is kept.
        """
        with self._alone(), _told(), self.engine.begin() as connection, marking(connection):
            if self.is_server:
                connection.execute(select(func.pg_advisory_xact_lock(OURS, STORE)))
            yield connection

    def beside(self, work: Callable[[Connection], T], turn: int | None = None) -> T:
        """What `work` gives, done in a transaction beside which others may go that were begun here too.

        For what is right whoever goes beside it: single statements that the database decides row by row, or what is
        nobody else's; with `turn`, no two go at once that name the same. A `writing` still has the database for itself,
        and on SQLite this is one. `work` writes through its connection alone: where transactions blocked each other, it
        is called again.

        Raises:
            BusyError, StoreError: as `writing`.
        """
        if not self.is_server:
            with self.writing() as connection:
                return work(connection)
        for tries_left in reversed(range(_TRIES)):
            try:
                with _told(again=tries_left > 0), self.engine.begin() as connection, marking(connection):
                    connection.execute(select(func.pg_advisory_xact_lock_shared(OURS, STORE)))
                    if turn is not None:
                        connection.execute(select(func.pg_advisory_xact_lock(OURS, turn)))
                    return work(connection)
            except _AgainError:
                sleep(uniform(0.01, 0.1))  # noqa: S311 - so that they don't meet again
        raise AssertionError("the last try tells what is wrong")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Holds the lock file, which a server has no need of."""
        if self.is_server:
            yield
            return
        with self._threads:
            try:
                self._lock.acquire()
            except Timeout:
                raise BusyError(_BUSY) from None
            try:
                yield
            finally:
                self._lock.release()

    def connect(self) -> AbstractContextManager[Connection]:
        """As `reading`: the name under which the index asks for it."""
        return self.reading()

    def begin(self) -> AbstractContextManager[Connection]:
        """As `writing`: the name under which the index asks for it."""
        return self.writing()

    def compact(self) -> None:
        """Write the database anew without what deleted rows leave behind, and empty SQLite's log.

        Raises:
            BusyError: others do not let go of a table of a server within two minutes.
            StoreError: the disk has no room for a second copy, or another process holds the database.
        """
        with self._alone(), _told(), self.engine.connect() as connection:
            plainly = connection.execution_options(isolation_level="AUTOCOMMIT")
            for statement in self._compacting(connection):
                plainly.execute(text(statement))

    def _compacting(self, connection: Connection) -> list[str]:
        if not self.is_server:
            return ["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"]
        quote = connection.dialect.identifier_preparer.quote
        return [f"VACUUM (FULL) {quote(name)}" for name in inspect(connection).get_table_names()]

    def _upgrade(self) -> None:
        with self.engine.connect() as connection:
            if self.is_server and (kept := connection.scalar(text("SHOW server_encoding"))) != "UTF8":
                raise SettingError(f"VOC_DATABASE_URL: the database keeps {kept}, make one WITH ENCODING 'UTF8'")
            known = inspect(connection).has_table("alembic_version")
            current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None
        if current is not None and current > HEAD:
            raise StoreError(
                "the database was made by a newer version of this program: use that, or another VOC_DATA_DIR"
            )
        if current != HEAD:
            with self._alone():
                _run_migrations(self.engine)
        if lacking(self.engine):
            with self._alone():
                complete(self.engine)

    def close(self) -> None:
        """Give back all connections."""
        for give_back in self.beside_it:
            give_back()
        self.unchanged.close()
        self.engine.dispose()


_BUSY = "another process has been writing to the database for two minutes: stop it"
_NO_ANSWER = "the server of VOC_DATABASE_URL does not answer: see whether it runs"
_FULL_HOUSE = "the server has no connection left: raise its max_connections, or lower VOC_ASK_CONCURRENCY"
_ADVICE_SERVER = (
    ("no space left", "the server's disk is full: make room and run the same command again, what was finished is kept"),
    ("password", "the server does not take the user or password of VOC_DATABASE_URL"),
    ("no pg_hba.conf entry", "the server lets nobody in from here as this user: see its pg_hba.conf"),
    ("permission denied", "the user of VOC_DATABASE_URL may not do that: make them the owner of the database"),
    ("does not exist", "the server has no such database, user or table: see VOC_DATABASE_URL"),
    ("too many c", _FULL_HOUSE),
    ("remaining connection slots", _FULL_HOUSE),
    ("starting up", "the server is starting up: try again in a moment"),
    ("in recovery mode", "the server is starting up: try again in a moment"),
    ("failed to resolve host", "the server of VOC_DATABASE_URL is not known by this name"),
    ("connection refused", _NO_ANSWER),
    ("connection to server", _NO_ANSWER),
    ("connection timeout", _NO_ANSWER),
)
_ADVICE = (
    ("disk is full", "the disk is full: make room and run the same command again, what was finished is kept"),
    ("disk i/o error", "its disk can't be written or read: see whether it is full or failing"),
    ("readonly database", "it may not be written: check the rights of the data directory"),
    ("unable to open", "it can't be opened: check VOC_DATABASE_URL and the rights of the data directory"),
    ("not a database", "its file is damaged: restore it from a backup"),
    ("malformed", "its file is damaged: restore it from a backup"),
    ("no such", "it was made by another version of this program: use that version, or another VOC_DATA_DIR"),
    ("locked", "another process holds it: wait until that has ended, or stop it"),
)
"""What a driver says, and what that means for a person; its own words may hold values and are never shown."""


def sentence_of(error: Exception) -> str:
    """What a person is told of an error of the database or its driver."""
    cause = getattr(error, "orig", error)
    known = _ADVICE_SERVER if type(cause).__module__.startswith("psycopg") else _ADVICE
    advice = next((text for words, text in known if words in str(cause).lower()), None)
    if advice is None and isinstance(error, DBAPIError) and error.connection_invalidated:
        advice = "the connection broke; when it is up again give the same command again, what was finished is kept"
    return f"the database failed: {advice or f'{type(error).__name__}; check VOC_DATABASE_URL and see `voc doctor`'}"


class _AgainError(Exception):
    """A transaction failed for its neighbours' sake alone."""


@contextmanager
def _told(*, again: bool = False) -> Iterator[None]:
    """Turns what a driver raises into what a person is told; `again`: what may be done again is said to be so."""
    try:
        yield
    except SQLAlchemyError as error:
        state = getattr(getattr(error, "orig", None), "sqlstate", None)
        if again and state in _AGAIN:
            raise _AgainError from error
        raise (BusyError(_BUSY) if state == _WAITED else StoreError(sentence_of(error))) from error


def _run_migrations(engine: Engine) -> None:
    from alembic import command  # slow, and needed only when the schema has changed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["engine"] = engine
    command.upgrade(config, HEAD)
