"""How the rows of one database are written to another, which may be of the other kind, and what proves that they are the same."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Insert,
    Integer,
    Table,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DataError

from assistant.errors import StoreError
from assistant.records.dialects import POSTGRESQL, Arrival
from assistant.records.tables import marks, metadata, records
from vectorstore.tables import index_state
from vectorstore.tables import metadata as index_metadata

TABLES: tuple[Table, ...] = (*metadata.sorted_tables, *index_metadata.sorted_tables)
"""Every table, those that others hang on first; the full text is none of them, it is cut from the passages."""
_CUT_BY = "analyzer"
"""The value of the index that says who cut the full text; without it, it is cut anew."""
_BLOCK = 1_000
_SUM = 2**128
_BIND = "value_"


@dataclass(frozen=True, slots=True)
class Held:
    """What a table holds."""

    rows: int
    digest: str
    """Of all rows in whatever order, 32 hexadecimal digits: the sum of their BLAKE2b digests of 128 bits."""


class _Digest:
    """Adds up what it is shown."""

    def __init__(self) -> None:
        self._rows = self._sum = 0

    def see(self, row: Mapping[str, Any]) -> None:
        """Count a row. Bytes, texts, numbers and what is empty are told apart."""
        written = repr(tuple(row.values())).encode("utf-8", "surrogatepass")
        self._sum += int.from_bytes(hashlib.blake2b(written, digest_size=16).digest())
        self._rows += 1

    @property
    def held(self) -> Held:
        """What was shown."""
        return Held(self._rows, f"{self._sum % _SUM:032x}")


def first_with_rows(connection: Connection) -> str | None:
    """The name of a table that holds something; a new database has none."""
    for table in TABLES:
        if table is not marks and connection.execute(select(*table.primary_key).limit(1)).first() is not None:
            return table.name
    return None


def count(connection: Connection, table: Table) -> int:
    """How many rows there are to copy."""
    return connection.scalar(select(func.count()).select_from(table).where(*_wanted(table))) or 0


def copy(source: Connection, target: Connection, table: Table, told: Callable[[int], None]) -> Held:
    """Write all rows of a table of the source to the target's, which is empty, a block at a time, as they came in.

    Values are written as they stand, JSON letter for letter. Returns what the source holds; `told` is given how many
    are written.

    Raises:
        StoreError: the target does not take a value, such as a NUL character in a text.
        SQLAlchemyError: one of the databases fails.
    """
    if table is marks:  # a new database has its row
        target.execute(delete(marks))
    digest, written = _Digest(), 0
    for block in _blocks(source, table):
        for row in block:
            digest.see(row)
        _write(target, table, block)
        written += len(block)
        told(written)
    _go_on_after(target, table, _last_number(source, table))
    return digest.held


def look(connection: Connection, table: Table) -> Held:
    """What a table holds, read row by row."""
    digest = _Digest()
    for block in _blocks(connection, table):
        for row in block:
            digest.see(row)
    return digest.held


def _write(target: Connection, table: Table, block: list[dict[str, Any]]) -> None:
    try:
        target.execute(_insert(target, table), [{_BIND + name: value for name, value in row.items()} for row in block])
    except DataError:  # its words may hold the value
        raise StoreError(
            f"the new database does not take a value in {table.name}, a NUL character in a text or too big a number: "
            "nothing was moved, put that row right first"
        ) from None


def _blocks(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    columns = [_as_written(column).label(column.name) for column in table.c]
    order = [Arrival()] if table is records else list(table.primary_key)
    query = select(*columns).where(*_wanted(table)).order_by(*order)
    for block in connection.execute(query.execution_options(yield_per=_BLOCK)).mappings().partitions():
        yield [dict(row) for row in block]


def _as_written(column: Column[Any]) -> ColumnElement[Any]:
    """JSON is read as the text that it is: nothing empty becomes `null`, no number is rounded."""
    return cast(column, Text) if isinstance(column.type, JSON) else column


def _wanted(table: Table) -> list[ColumnElement[bool]]:
    return [index_state.c.key != _CUT_BY] if table is index_state else []


def _insert(target: Connection, table: Table) -> Insert:
    on_server = target.dialect.name == POSTGRESQL
    return insert(table).values({column.name: _to_write(column, on_server=on_server) for column in table.c})


def _to_write(column: Column[Any], *, on_server: bool) -> ColumnElement[Any]:
    if not isinstance(column.type, JSON):
        return bindparam(_BIND + column.name, type_=column.type)
    as_text = bindparam(_BIND + column.name, type_=Text())
    return cast(as_text, JSON) if on_server else as_text


def _numbered(table: Table) -> Column[int] | None:
    """The column whose numbers the database gives out, if there is one."""
    column = table.autoincrement_column
    return column if column is not None and isinstance(column.type, Integer) else None


def _last_number(source: Connection, table: Table) -> int:
    """The highest number that was ever given out, as far as the database knows: rows that are gone had theirs too."""
    column = _numbered(table)
    if column is None:
        return 0
    highest = source.scalar(select(func.max(column))) or 0
    if source.dialect.name == POSTGRESQL:
        query = text("SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence(:of, :column) AS regclass))")
        given = source.scalar(query, {"of": _quoted(source, table), "column": column.name})
    else:
        given = source.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :of"), {"of": table.name})
    return max(int(highest), int(given or 0))


def _go_on_after(target: Connection, table: Table, number: int) -> None:
    """Have the next number that the database gives out be a higher one."""
    column = _numbered(table)
    if column is None or number == 0:
        return
    if target.dialect.name == POSTGRESQL:
        query = text("SELECT setval(CAST(pg_get_serial_sequence(:of, :column) AS regclass), :number)")
        target.execute(query, {"of": _quoted(target, table), "column": column.name, "number": number})
    elif table.dialect_options["sqlite"]["autoincrement"]:  # of other tables SQLite looks at the highest row
        target.execute(text("DELETE FROM sqlite_sequence WHERE name = :of"), {"of": table.name})
        query = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:of, :number)")
        target.execute(query, {"of": table.name, "number": number})


def _quoted(connection: Connection, table: Table) -> str:
    return connection.dialect.identifier_preparer.quote(table.name)
