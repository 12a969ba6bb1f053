"""What was read from a database, for as long as nobody has written to it."""

import threading
import weakref
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Connection, Engine, Executable, TextClause, UpdateBase, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError

from assistant.records.dialects import POSTGRESQL

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
LATELY = 8
"""So many big answers are remembered: one page or question asks for the same several times."""


class Lately(Generic[K, T]):
    """The last few answers, of those that are too big to keep all. Safe for threads."""

    def __init__(self, most: int = LATELY) -> None:
        self._lock, self._most = threading.Lock(), most
        self._held: dict[K, T] = {}

    def get(self, key: K, ask: Callable[[], T]) -> T:
        """The answer under this key, asked for where it is not held; not to be changed by who takes it."""
        with self._lock:
            if key in self._held:
                return self._held[key]
        answer = ask()
        with self._lock:
            self._held[key] = answer
            while len(self._held) > self._most:
                del self._held[next(iter(self._held))]
        return answer


ASIDE = frozenset({
    "marks", "keys", "users", "sessions", "arrivals", "spendings", "audit", "vault", "retention", "requests", "jobs",
    "schedules", "stages", "alerts", "deliveries", "exports", "model_calls", "answers", "feedback", "pins",
    "conversations", "conversation_answers", "passages", "vectors", "embedder_states", "index_generations",
    "index_state", "documents", "document_sections", "limits", "turns",
})  # fmt: skip
"""Tables from which nothing follows that `Settled` remembers; whatever other one is written to, it is forgotten."""
_VERSION = {"sqlite": "PRAGMA data_version", "postgresql": "SELECT pg_current_snapshot()::text"}
_CHANGED = "feedback changed"
_NUMBER = text("SELECT number FROM marks WHERE name = 'feedback'")
_NEXT = text("UPDATE marks SET number = number + 1 WHERE name = 'feedback'")


@contextmanager
def marking(connection: Connection) -> Iterator[None]:
    """Count a transaction that changes what customers said, or what was made of it."""
    connection.info.pop(_CHANGED, None)
    yield
    if connection.info.pop(_CHANGED, False):
        connection.execute(_NEXT)


def heed(connection: Connection, statement: Executable, *_: object) -> None:
    """Note of a statement about to be executed whether it changes that."""
    if isinstance(statement, UpdateBase):
        if getattr(statement.table, "name", None) not in ASIDE:
            connection.info[_CHANGED] = True
    elif isinstance(statement, TextClause) and not statement.text.lstrip().upper().startswith("SELECT"):
        connection.info[_CHANGED] = True


class Settled:
    """Remembers what takes long to count until the feedback changes; questions, jobs, log-ins meanwhile don't matter.

    Safe for threads: of several that ask for the same, one counts and the others wait for it.
    """

    def __init__(self, engine: Engine, unchanged: "Unchanged") -> None:
        self._engine, self._unchanged = engine, unchanged
        self._lock = threading.Lock()
        self._mark: int | None = None
        self._known: dict[str, tuple[threading.Lock, Lately[Hashable, Any]]] = {}

    def get(self, name: str, key: Hashable, ask: Callable[[], T], most: int = LATELY) -> T:
        """The answer to a question of this name and key, of which so many are held; not to be changed by who takes it.

        Raises:
            StoreError: `ask` does.
        """
        number = self._unchanged.get("mark", self._number)
        if number is None:
            return ask()
        with self._lock:
            if number != self._mark:
                self._mark, self._known = number, {}  # nothing of anybody who was erased stays
            counting, lately = self._known.setdefault(name, (threading.Lock(), Lately(most)))
        with counting:
            return cast("T", lately.get(key, ask))

    def _number(self) -> int | None:
        try:
            with self._engine.connect() as connection:
                return int(connection.scalar(_NUMBER) or 0)
        except SQLAlchemyError:
            return None  # who asks the database now is told what is wrong with it


class Unchanged:
    """Remembers answers until any process has committed something. Safe for threads.

    One connection is kept that only looks. SQLite tells it whether others have written since it looked last (``PRAGMA
    data_version``, some microseconds). PostgreSQL tells which transactions a question would see the work of: as long as
    these are the same, so are all answers. That costs a way to the server and back and no writer anything, where a counter in
    a row would have all writers wait for each other; what is written in other databases of the server only makes us ask
    once more than needed.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tells = engine.url.database not in (None, "", ":memory:")
        self._question = _VERSION[engine.dialect.name]
        self._lock = threading.Lock()
        self._looking: DBAPIConnection | None = None
        self._version: object = None
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

    def _look(self) -> object:
        if not self._tells:
            return None
        try:
            with self._lock:
                if self._looking is None:
                    kept = self._engine.raw_connection()
                    kept.detach()  # the pool may close all of its own without asking
                    self._looking, self._version = cast("DBAPIConnection", kept.dbapi_connection), None
                    if self._engine.dialect.name == POSTGRESQL:
                        self._looking.autocommit = True  # else it would see one moment for ever
                    weakref.finalize(self, self._looking.close)
                cursor = self._looking.cursor()
                try:
                    cursor.execute(self._question)
                    return (cursor.fetchone() or [0])[0]
                finally:
                    cursor.close()
        except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error):
            self.close()  # a server that comes back takes a new one
            return None  # who asks the database now is told what is wrong with it
