"""Looks for byte strings in all rows of a server's database: what is proved there of files is proved here of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import inspect

from assistant.errors import StoreError
from assistant.records.byte_search import ByteSearch
from assistant.records.database import Database, sentence_of


@dataclass(frozen=True, slots=True)
class Table:
    """What was found in one table."""

    name: str
    found: int
    bytes: int


def look_into_rows(database: Database, needles: Sequence[bytes]) -> list[Table]:
    """Every row of every table as the server gives it, texts in UTF-8; nothing where the database is a file.

    Rows that were deleted are not among them, nor what the server keeps elsewhere: its log, replicas, backups.

    Raises:
        StoreError: the server does not give a table, so nothing is proved.
    """
    if not database.is_server:
        return []
    search = ByteSearch(needles)
    with database.reading() as connection:
        quote = connection.dialect.identifier_preparer.quote
        cursor = cast("Any", connection.connection.driver_connection).cursor()
        looked = []
        for name in inspect(connection).get_table_names():
            try:
                with cursor.copy(f"COPY {quote(name)} TO STDOUT (FORMAT binary)") as rows:
                    found, read = search.found_in_stream(_Rows(rows))
            except database.engine.dialect.loaded_dbapi.Error as error:
                raise StoreError(sentence_of(error)) from error
            looked.append(Table(name, len(found), read))
    return looked


class _Rows:
    """Rows as they come, read as a file is."""

    def __init__(self, rows: Any) -> None:
        self._rows = rows

    def read(self, size: int) -> bytes:
        """At least `size` bytes as long as there are some."""
        got, length = [], 0
        while length < size and (row := self._rows.read()):
            got.append(bytes(row))
            length += len(row)
        return b"".join(got)
