"""The tables of the index in the database it is given; the database is the truth, everything else can be rebuilt."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    func,
    select,
    text,
)  # fmt: skip

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


def one_of(column: ColumnElement[Any], values: Collection[int] | Collection[str]) -> ColumnElement[bool]:
    """``column IN (values)`` for any number of values: one bound parameter (SQLite allows only 32,766).

    PostgreSQL would say ``column = ANY(:values)`` here.
    """
    listed = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(listed.c.value))


_CREATE = """
CREATE VIRTUAL TABLE IF NOT EXISTS passages_full_text USING fts5(
    words, grams, content='', tokenize = "unicode61 remove_diacritics 0 tokenchars '.-'"
)
"""
_CREATE_TERMS = "CREATE VIRTUAL TABLE IF NOT EXISTS passages_full_text_terms USING fts5vocab(passages_full_text, 'col')"


def create_full_text(connection: Connection) -> None:
    """Create the full-text tables where the database is SQLite; elsewhere nothing (see `vectorstore.lexical`)."""
    if connection.dialect.name == "sqlite":
        connection.execute(text(_CREATE))
        connection.execute(text(_CREATE_TERMS))


def drop_full_text(connection: Connection) -> None:
    """Drop what `create_full_text` created."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("DROP TABLE IF EXISTS passages_full_text_terms"))
        connection.execute(text("DROP TABLE IF EXISTS passages_full_text"))
