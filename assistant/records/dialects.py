"""What SQLite and PostgreSQL do differently, so that the same question means the same on both.

SQLite is the measure. On PostgreSQL texts are as long as they are (SQLite minds no length) and stand in the order of their
bytes whatever the server's language, empty values come first, and a word is found in a text whatever its (Latin) case.
"""

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    BigInteger,
    ClauseList,
    Column,
    ColumnElement,
    Dialect,
    Engine,
    FromClause,
    String,
    UnaryExpression,
    create_engine,
    event,
    make_url,
    nulls_first,
    nulls_last,
)
from sqlalchemy.dialects.postgresql.base import PGCompiler, PGDDLCompiler
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlalchemy.sql import operators

from assistant.errors import SettingError

KEPT = 5
"""Connections that stay open, each with what it has cached."""
PATIENCE = 120
"""Seconds that a writer waits for another."""
RISING = 30.0
"""Seconds that whoever connects waits for a server that says it is starting up, as it does after a power cut."""
_RISES = ("starting up", "in recovery mode")
POSTGRESQL = "postgresql"
ARRIVAL = "arrival"
STORE, BOOK, SCHEMA = 1, 2, 3
"""What one can wait for one's turn at, on a server: everything that is written, the audit book, the schema."""
OURS = 0x766F63
"""Before those numbers in the server's table of advisory locks, which others may use too."""
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA busy_timeout=30000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-65536",
)
_SESSION = (f"SET lock_timeout = '{PATIENCE}s'", "SET timezone = 'UTC'", "SET jit = off", "SET random_page_cost = 1.1")
"""`jit`: compiling a count takes longer than the count. `random_page_cost`: as on a disk without moving parts, else 2,000
vectors are looked for by reading all."""


class Arrival(ColumnElement[int]):
    """The number under which a record came in, which only ever grows: SQLite's own, or a column that only a server has."""

    inherit_cache = True
    type = BigInteger()


@compiles(Arrival, "sqlite")
def _arrival_sqlite(*_: Any, **__: Any) -> str:
    return "records.rowid"


@compiles(Arrival, POSTGRESQL)
def _arrival_postgresql(*_: Any, **__: Any) -> str:
    return f"records.{ARRIVAL}"


def open_engine(url: str, connections: int) -> Engine:
    """An engine for a database of either kind; at most so many connections are open at once, `KEPT` of them stay open.

    Raises:
        SettingError: there is no driver for this kind of database.
        SQLAlchemyError: the URL can't be read.
    """
    kept, server = min(KEPT, connections), make_url(url).get_backend_name() == POSTGRESQL
    try:
        engine = create_engine(
            url, poolclass=QueuePool, pool_size=kept, max_overflow=connections - kept, pool_pre_ping=server
        )
    except ImportError as error:
        raise SettingError(
            f"VOC_DATABASE_URL: the driver {error.name} is not installed: pip install 'voc-assistant[postgres]'"
        ) from error
    if server:
        engine.dialect.statement_compiler, engine.dialect.ddl_compiler = _PostgresCompiler, _PostgresTables
        event.listen(engine, "do_connect", _connected)
    elif engine.dialect.name == "sqlite":
        engine.dialect.statement_compiler = _SqliteCompiler
    event.listen(engine, "connect", _on_server if server else _on_file)
    return engine


def _connected(dialect: Dialect, _: ConnectionPoolEntry, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """A connection to a server, once it is up; what is not rising is told at once."""
    until = time.monotonic() + RISING
    while True:
        try:
            return dialect.connect(*given, **named)
        except dialect.loaded_dbapi.OperationalError as error:
            if time.monotonic() > until or not any(words in str(error) for words in _RISES):
                raise
        time.sleep(0.2)


def _on_file(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    _say(connection, _PRAGMAS)


def _on_server(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    from psycopg.adapt import Loader  # an extra, which only a server needs

    class Number(Loader):
        """Sums and means as SQLite gives them: a whole number, or one with a point."""

        def load(self, data: bytes | bytearray | memoryview) -> int | float:
            """From the server's decimal."""
            written = bytes(data).decode()
            return int(written) if written.lstrip("-").isdigit() else float(written)

    connection.adapters.register_loader("numeric", Number)
    _say(connection, _SESSION)
    connection.commit()  # else a rollback would take it back


def _say(connection: DBAPIConnection, statements: tuple[str, ...]) -> None:
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement)
    cursor.close()


class _SqliteCompiler(SQLiteCompiler):
    """Writes hints of an index (``INDEXED BY``) where a query has one; SQLAlchemy leaves them out for SQLite."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        """The hint as it stands."""
        return text


class _PostgresCompiler(PGCompiler):
    """Finds words and puts rows in order as SQLite does."""

    def visit_like_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        """``LIKE`` minds no (Latin) case."""
        written: str = self.visit_ilike_op_binary(binary, operator, **kw)  # type: ignore[no-untyped-call]
        return written

    def visit_over(self, over: Any, **kw: Any) -> str:
        """In windows too, empty values come first."""
        if over.order_by is not None and len(over.order_by):
            over = over._clone()
            over.order_by = ClauseList(*[_ENDS[_empty_values(one)](one) for one in over.order_by.clauses])
        written: str = super().visit_over(over, **kw)  # type: ignore[no-untyped-call]
        return written

    def order_by_clause(self, select: Any, **kw: Any) -> str:
        """Empty values come first, or last where it goes down."""
        written = [self.process(one, **kw) + _empty_values(one) for one in select._order_by_clauses]
        return f" ORDER BY {', '.join(written)}" if written else ""


def _empty_values(ordered: Any) -> str:
    """What to add to a part of ORDER BY; a column that is never empty is left as it is, so that an index may serve."""
    down = isinstance(ordered, UnaryExpression) and ordered.modifier is operators.desc_op
    if isinstance(ordered, UnaryExpression) and ordered.modifier in (operators.nulls_first_op, operators.nulls_last_op):
        return ""
    of = ordered.element if isinstance(ordered, UnaryExpression) else ordered
    if isinstance(of, Arrival) or (isinstance(of, Column) and not of.nullable):
        return ""
    return " NULLS LAST" if down else " NULLS FIRST"


_ENDS: dict[str, Callable[[Any], Any]] = {"": lambda one: one, " NULLS FIRST": nulls_first, " NULLS LAST": nulls_last}


class _PostgresTables(PGDDLCompiler):
    """Writes texts without a length, ordered by their bytes."""

    def get_column_specification(self, column: Column[Any], **kwargs: Any) -> str:
        """As ever, but for texts."""
        written: str = super().get_column_specification(column, **kwargs)  # type: ignore[no-untyped-call]
        if not isinstance(column.type, String):
            return written
        as_ever = self.dialect.type_compiler_instance.process(column.type, type_expression=column)
        return written.replace(f" {as_ever}", ' TEXT COLLATE "C"', 1)
