"""The tables of the index in the database it is given; the database is the truth, everything else can be rebuilt."""

import json
from collections.abc import Collection, Sequence
from typing import Any, Self

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    text,
)  # fmt: skip
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeEngine

metadata = MetaData()

passages = Table(
    "passages",
    metadata,
    Column("row", Integer, primary_key=True, autoincrement=True),
    Column("id", String(160), nullable=False, unique=True),
    Column("document_id", String(80), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("content_hash", String(32), nullable=False),
    Column("kind", String(24), nullable=False),
    Index("ix_passages_document", "document_id", "kind"),
    Index("ix_passages_content", "content_hash"),
    sqlite_autoincrement=True,
)
"""`row` only ever grows: whatever is newer than a generation has a higher one. Chroma and full text know no more."""

vectors = Table(
    "vectors",
    metadata,
    Column("content_hash", String(32), primary_key=True),
    Column("model", String(120), primary_key=True),
    Column("dim", Integer, nullable=False),
    Column("vector", LargeBinary, nullable=False),
)
"""Little-endian float32, length 1 (or 0 where the embedder saw nothing in the text)."""

embedder_states = Table(
    "embedder_states",
    metadata,
    Column("identity", String(120), primary_key=True),
    Column("fitted_on", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),
)
"""Embedders fitted on the user's own passages."""

index_generations = Table(
    "index_generations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("model", String(120), nullable=False),
    Column("path", String(200), nullable=False),
    Column("passages", Integer, nullable=False),
    Column("high_watermark", Integer, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("manifest", Text, nullable=False, server_default="{}"),
)
"""Immutable Chroma directories; `path` is relative to the index directory. One row of a model at most is active."""

index_state = Table(
    "index_state",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
"""``version`` (raised by every change), ``analyzer`` (who cut the full text), ``model`` (whose vectors serve)."""


READ = {"stream_results": True, "max_row_buffer": 4_000}
"""Options of a statement that may give every passage: PostgreSQL's driver would hold all rows before the first is seen."""


class _Values(TypeDecorator[Any]):
    """Any number of values in one parameter: JSON for SQLite (which allows only 32,766 of them), else an array."""

    impl = Text
    cache_ok = True

    def __init__(self, *, numbers: bool) -> None:
        super().__init__()
        self.numbers = numbers

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """What the driver is given."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(BigInteger() if self.numbers else Text()))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """The values as that."""
        return value if dialect.name == "postgresql" else json.dumps(value)


class _OneOf(FunctionElement[bool]):
    """A column and a parameter of `_Values`."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> Self:
        """Itself: SQLAlchemy would ask SQLite whether it ``= 1``, and SQLite would then read the whole table for it."""
        return self


@compiles(_OneOf)
def _in_json(element: _OneOf, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - parts that SQLAlchemy made


@compiles(_OneOf, "postgresql")
def _in_array(element: _OneOf, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY({values})"


def one_of(column: ColumnElement[Any], values: Collection[int] | Collection[str]) -> ColumnElement[bool]:
    """``column IN (values)`` for any number of values: one bound parameter."""
    listed: Sequence[int | str] = list(values)
    numbers = _Values(numbers=isinstance(column.type, Integer))
    return _OneOf(column, bindparam(None, listed, type_=numbers, unique=True))


_CREATE = """
CREATE VIRTUAL TABLE IF NOT EXISTS passages_full_text USING fts5(
    words, grams, content='', tokenize = "unicode61 remove_diacritics 0 tokenchars '.-'"
)
"""
_CREATE_TERMS = "CREATE VIRTUAL TABLE IF NOT EXISTS passages_full_text_terms USING fts5vocab(passages_full_text, 'col')"


_CREATE_POSTGRESQL = (
    """
    CREATE TABLE IF NOT EXISTS passages_full_text (
        "row" integer, length integer NOT NULL, tokens tsvector NOT NULL,
        CONSTRAINT passages_full_text_pkey PRIMARY KEY ("row") INCLUDE (length)
    )
    """,
    "CREATE INDEX IF NOT EXISTS passages_full_text_tokens ON passages_full_text USING gin (tokens)",
    """
    CREATE TABLE IF NOT EXISTS passages_full_text_terms (
        term text COLLATE "C", passages bigint NOT NULL,
        CONSTRAINT passages_full_text_terms_pkey PRIMARY KEY (term)
    ) WITH (fillfactor = 70)
    """,
)


def create_full_text(connection: Connection) -> None:
    """Create the tables that full text keeps its tokens in (see `vectorstore.postings.Tokens`)."""
    there = {"sqlite": (_CREATE, _CREATE_TERMS), "postgresql": _CREATE_POSTGRESQL}
    for statement in there[connection.dialect.name]:
        connection.execute(text(statement))


def drop_full_text(connection: Connection) -> None:
    """Drop what `create_full_text` created."""
    connection.execute(text("DROP TABLE IF EXISTS passages_full_text_terms"))
    connection.execute(text("DROP TABLE IF EXISTS passages_full_text"))
