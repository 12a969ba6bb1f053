"""How the database is opened: pragmas, migrations, and one writer at a time."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from assistant.errors import BusyError, StoreError

HEAD = "0001"
"""The newest revision in `migrations/versions`; a test holds it to the files."""


def now() -> str:
    """The present moment, ISO 8601 in UTC with seconds."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


class Database:
    """One database: `reading()` gives a connection, `writing()` a transaction that no other writer shares.

    SQLite before 3.51.3 can corrupt a write-ahead log when several connections write and checkpoint at the same time, so
    writers of all processes take turns through a lock file beside the database.
    """

    def __init__(self, url: str, lock_path: Path) -> None:
        """Open and bring the schema to `HEAD`.

        Raises:
            StoreError: the database can't be opened or brought up to date.
        """
        lock_path.parent.mkdir(parents=True, exist_ok=True)
        self.url = url
        self._threads = RLock()
        self._lock = FileLock(str(lock_path), timeout=120, thread_local=False)
        try:
            self.engine = _open(url)
            self._upgrade()
        except SQLAlchemyError as error:
            raise StoreError(
                f"the database {self.engine_name} can't be opened ({type(error).__name__}): "
                "check VOC_DATABASE_URL and that the data directory can be written"
            ) from error

    @property
    def engine_name(self) -> str:
        """The kind of database without credentials, for messages."""
        return self.url.split(":", 1)[0]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction; committed at the end, rolled back on any error.

        Raises:
            BusyError: another writer did not finish within two minutes.
        """
        with self._threads:
            try:
                self._lock.acquire()
            except Timeout:
                raise BusyError("another process has been writing to the database for two minutes: stop it") from None
            try:
                with self.engine.begin() as connection:
                    yield connection
            finally:
                self._lock.release()

    def _upgrade(self) -> None:
        with self.engine.connect() as connection:
            known = inspect(connection).has_table("alembic_version")
            current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None
        if current == HEAD:
            return
        with self._lock:
            _run_migrations(self.engine)

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def _open(url: str) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
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
