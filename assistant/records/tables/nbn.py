"""Ideas, proposals, answers, and what people said of them."""

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Integer, String, Table, Text

from assistant.records.tables.base import metadata

ideas = Table(
    "ideas",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("nbn_type", String(16), nullable=False, index=True),
    Column("title", String(300), nullable=False),
    Column("score", Float, nullable=False),
    Column("status", String(16), nullable=False),
    Column("engine", String(8), nullable=False),
    Column("content", JSON, nullable=False),
    Column("shaped_by", String(64), nullable=False),
    Column("created_at", String(40), nullable=False),
)

idea_themes = Table(
    "idea_themes",
    metadata,
    Column("idea_id", String(32), ForeignKey("ideas.id", ondelete="CASCADE"), primary_key=True),
    Column("theme_id", String(32), primary_key=True, index=True),
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("idea_id", String(32), index=True),
    Column("theme_id", String(32), index=True),
    Column("title", String(300), nullable=False),
    Column("status", String(16), nullable=False),
    Column("engine", String(8), nullable=False),
    Column("shaped_by", String(64), nullable=False),
    Column("content", JSON, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("updated_at", String(40), nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("question", Text, nullable=False),
    Column("engine", String(8), nullable=False),
    Column("refused", Boolean, nullable=False),
    Column("content", JSON, nullable=False),
    Column("created_at", String(40), nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("answer_id", String(32), ForeignKey("answers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("verdict", String(4), nullable=False),
    Column("comment", Text),
    Column("created_at", String(40), nullable=False),
)
