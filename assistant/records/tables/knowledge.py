"""What the house has written down itself, in sections; apart from records, so that no count of voices can meet it."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from assistant.records.tables.base import metadata

documents = Table(
    "documents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(300), nullable=False),
    Column("title", String(300), nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("added_at", String(40), nullable=False),
)
"""One row a document; a new text under the same name takes the old one's place and raises `version`."""

document_sections = Table(
    "document_sections",
    metadata,
    Column("document_id", String(32), ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("heading", String(300), nullable=False),
    Column("page", Integer),
    Column("text", Text, nullable=False),
)
"""Masked text, as it is quoted."""
