"""What was read from a database, for as long as nobody has written to it."""

import threading
import weakref
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
LATELY = 8
"""So many big answers are remembered: one page or question asks for the same several times."""


class Lately(Generic[K, T]):
    """The last few answers, of those that are too big to keep all. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[K, T] = {}

    def get(self, key: K, ask: Callable[[], T]) -> T:
        """The answer under this key, asked for where it is not held; not to be changed by who takes it."""
        with self._lock:
            if key in self._held:
                return self._held[key]
        answer = ask()
        with self._lock:
            self._held[key] = answer
            while len(self._held) > LATELY:
                del self._held[next(iter(self._held))]
        return answer


class Unchanged:
    """Remembers answers until any process has committed something. Safe for threads.

    SQLite tells a connection whether others have written since it looked last (``PRAGMA data_version``, some
    microseconds), so one connection is kept that only looks. Other databases do not tell: there nothing is remembered.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tells = engine.dialect.name == "sqlite" and engine.url.database not in (None, "", ":memory:")
        self._lock = threading.Lock()
        self._looking: DBAPIConnection | None = None
        self._version: int | None = None
        self._known: dict[object, Any] = {}

    def get(self, key: object, ask: Callable[[], T]) -> T:
        """The answer under this key, asked for now where something was written since it was asked for last.

        What is given must not be changed by who takes it.
        """
        version = self._look()
        with self._lock:
            if version is None or version != self._version:
                self._version, self._known = version, {}
            if key in self._known:
                return cast("T", self._known[key])
        answer = ask()  # what is written meanwhile is newer than `version`, and asked for again
        with self._lock:
            if version is not None and version == self._version:
                self._known[key] = answer
        return answer

    def close(self) -> None:
        """Give the connection back; the next look opens another."""
        with self._lock:
            looking, self._looking, self._version = self._looking, None, None
        if looking is not None:
            looking.close()

    def _look(self) -> int | None:
        if not self._tells:
            return None
        try:
            with self._lock:
                if self._looking is None:
                    kept = self._engine.raw_connection()
                    kept.detach()  # the pool may close all of its own without asking
                    self._looking, self._version = cast("DBAPIConnection", kept.dbapi_connection), None
                    weakref.finalize(self, self._looking.close)
                cursor = self._looking.cursor()
                try:
                    cursor.execute("PRAGMA data_version")
                    return int((cursor.fetchone() or [0])[0])
                finally:
                    cursor.close()
        except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error):
            return None  # who asks the database now is told what is wrong with it
