"""What a database lacks that the schema of this program has, and how that is made up for without losing anything.

A database made by a version between two releases may say that it is of today's schema and yet lack a table or a column:
that must be known when it is opened, not when the last stage of a run first needs it.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import Column, Connection, Engine, Table, func, select, text, update
from sqlalchemy.schema import CreateColumn

from assistant.errors import StoreError
from assistant.records.copying import TABLES
from assistant.records.dialects import OURS, POSTGRESQL, SCHEMA

_COLUMNS_HERE = text(
    "SELECT m.name, p.name FROM sqlite_master AS m, pragma_table_info(m.name) AS p WHERE m.type = 'table'"
)
_COLUMNS_THERE = text(
    "SELECT c.relname, a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid"
    " WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"
    " AND c.relnamespace = current_schema()::regnamespace"
)
_VALUES = {
    "ideas.scope": "coalesce((SELECT min(theme_id) FROM idea_themes WHERE idea_id = ideas.id), '')",
    **{
        f"insights.{name}": f"(SELECT {name} FROM records WHERE records.id = insights.record_id)"  # noqa: S608 - names of ours
        for name in ("day", "product", "model", "channel", "segment", "region")
    },
}
"""Columns whose value in rows that are there follows from what else is stored, as the migrations that added them say."""
_GUARDED = frozenset({"audit", "marks"})
"""Tables that are more than their columns (triggers, a first row): only their migration makes them."""


def lacking(engine: Engine) -> list[Column[object]]:
    """The columns of the schema that the database does not have, whole tables among them, in the order of the tables."""
    with engine.connect() as connection:
        return _lacking(connection)


def complete(engine: Engine) -> None:
    """Add in one transaction what is `lacking`: tables empty, columns with the value that new rows would get.

    Raises:
        StoreError: rows that are there have no value for a column, or a table can't be made so; nothing is changed then.
    """
    with engine.begin() as connection:
        if connection.dialect.name == POSTGRESQL:
            connection.execute(select(func.pg_advisory_xact_lock(OURS, SCHEMA)))
        else:  # its driver opens no transaction for a change of the schema by itself
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        missing = _lacking(connection)
        there = {table for table, _ in _there(connection)}
        for table in TABLES:
            wanted = [column for column in missing if column.table is table]
            if table.name not in there:
                if table.name in _GUARDED:
                    raise _another(table.name)
                table.create(connection)
            elif wanted:
                _add(connection, table, wanted)


def _there(connection: Connection) -> set[tuple[str, str]]:
    asked = _COLUMNS_THERE if connection.dialect.name == POSTGRESQL else _COLUMNS_HERE
    return {(table, column) for table, column in connection.execute(asked)}


def _lacking(connection: Connection) -> list[Column[object]]:
    there = _there(connection)
    return [column for table in TABLES for column in table.columns if (table.name, column.name) not in there]


def _add(connection: Connection, table: Table, columns: Sequence[Column[object]]) -> None:
    held = connection.execute(select(text("1")).select_from(table).limit(1)).first() is not None
    prepare = connection.dialect.identifier_preparer
    for column in columns:
        if held and not column.nullable and column.server_default is None:
            raise _another(f"{table.name}.{column.name}")
        made = CreateColumn(column).compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {prepare.format_table(table)} ADD COLUMN {made}")
        if value := _VALUES.get(f"{table.name}.{column.name}"):
            connection.execute(update(table).values({column: text(value)}))
    _index(connection, table, {column.name for column in columns})


def _another(lacked: str) -> StoreError:
    return StoreError(
        f"the database lacks {lacked}: it was made by another version of this program;"
        " use that version, or another VOC_DATA_DIR"
    )


def _index(connection: Connection, table: Table, added: Collection[str]) -> None:
    """The indexes that hang on a column that was added."""
    for index in sorted(table.indexes, key=lambda one: str(one.name)):
        if any(column.name in added for column in index.columns):
            index.create(connection, checkfirst=True)
