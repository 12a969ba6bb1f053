"""How the database is opened: pragmas, migrations, and one writer at a time."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import RLock
from typing import TypeVar

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, FromClause, create_engine, event, inspect, text
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from assistant.errors import BusyError, SettingError, StoreError
from assistant.records.freshness import Unchanged

HEAD = "0016"
"""The newest revision in `migrations/versions`; a test holds it to the files."""

T = TypeVar("T")
CHUNK = 500
"""Ids per SQL statement: far below SQLite's limit on variables."""
KEPT = 5
"""Connections that stay open, each with what it has cached."""


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
    writers of all processes take turns through a lock file beside the database.
    """

    def __init__(self, url: str, lock_path: Path, connections: int = 3 * KEPT) -> None:
        """Open and bring the schema to `HEAD`; at most so many connections are open at once, `KEPT` of them stay open.

        Raises:
            StoreError: the database can't be opened or brought up to date.
            SettingError: there is no driver for this kind of database.
        """
        lock_path.parent.mkdir(parents=True, exist_ok=True)
        self.folder = lock_path.parent
        """Where the files stand that people write beside the database: weights, tiers."""
        self.url = url
        self._threads = RLock()
        self._lock = FileLock(str(lock_path), timeout=120, thread_local=False)
        try:
            self.engine = _open(url, connections)
            self._upgrade()
            self.unchanged = Unchanged(self.engine)
        except ImportError as error:
            raise SettingError(f"VOC_DATABASE_URL: the driver {error.name} is not installed") from error
        except SQLAlchemyError as error:
            raise StoreError(_sentence(error)) from error

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
            raise StoreError(_sentence(error)) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction; committed at the end, rolled back on any error.

        Raises:
            BusyError: another writer did not finish within two minutes.
            StoreError: the database fails; nothing of the transaction is kept.
        """
        with self._threads:
            try:
                self._lock.acquire()
            except Timeout:
                raise BusyError("another process has been writing to the database for two minutes: stop it") from None
            try:
                with self.engine.begin() as connection:
                    yield connection
            except SQLAlchemyError as error:
                raise StoreError(_sentence(error)) from error
            finally:
                self._lock.release()

    def connect(self) -> AbstractContextManager[Connection]:
        """As `reading`: the name under which the index asks for it."""
        return self.reading()

    def begin(self) -> AbstractContextManager[Connection]:
        """As `writing`: the name under which the index asks for it."""
        return self.writing()

    def compact(self) -> None:
        """Write the database anew without the pages of deleted rows and empty its log (SQLite; else nothing).

        Raises:
            StoreError: the disk has no room for a second copy, or another process holds the database.
        """
        if self.engine.dialect.name != "sqlite":
            return
        try:
            with self._threads, self._lock, self.engine.connect() as connection:
                plainly = connection.execution_options(isolation_level="AUTOCOMMIT")
                plainly.execute(text("VACUUM"))
                plainly.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        except SQLAlchemyError as error:
            raise StoreError(_sentence(error)) from error

    def _upgrade(self) -> None:
        with self.engine.connect() as connection:
            known = inspect(connection).has_table("alembic_version")
            current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None
        if current == HEAD:
            return
        if current is not None and current > HEAD:
            raise StoreError(
                "the database was made by a newer version of this program: use that, or another VOC_DATA_DIR"
            )
        with self._lock:
            _run_migrations(self.engine)

    def close(self) -> None:
        """Give back all connections."""
        self.unchanged.close()
        self.engine.dispose()


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


def _sentence(error: SQLAlchemyError) -> str:
    said = str(getattr(error, "orig", "")).lower()
    advice = next((text for words, text in _ADVICE if words in said), None)
    return f"the database failed: {advice or f'{type(error).__name__}; check VOC_DATABASE_URL and see `voc doctor`'}"


class _Compiler(SQLiteCompiler):
    """Writes hints of an index (``INDEXED BY``) where a query has one; SQLAlchemy leaves them out for SQLite."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        """The hint as it stands."""
        return text


def _open(url: str, connections: int) -> Engine:
    kept = min(KEPT, connections)
    engine = create_engine(url, poolclass=QueuePool, pool_size=kept, max_overflow=connections - kept)
    if engine.dialect.name == "sqlite":
        engine.dialect.statement_compiler = _Compiler
        event.listen(engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "busy_timeout=30000",
        "foreign_keys=ON",
        "cache_size=-65536",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _run_migrations(engine: Engine) -> None:
    from alembic import command  # slow, and needed only when the schema has changed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["engine"] = engine
    command.upgrade(config, "head")
