"""Ideas, proposals, answers, and what people said of them."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    String,
    Table,
    Text,
    false,
)

from assistant.records.tables.base import metadata

ideas = Table(
    "ideas",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("nbn_type", String(16), nullable=False, index=True),
    Column("title", String(300), nullable=False),
    Column("score", Float, nullable=False),
    Column("status", String(16), nullable=False),
    Column("engine", String(120), nullable=False),
    Column("content", JSON, nullable=False),
    Column("shaped_by", String(64), nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("scope", String(32), nullable=False, server_default="", index=True),
    Column("edited", Boolean, nullable=False, server_default=false()),
)
"""`score` is what lists are ordered by: the idea's rank, after marks, votes and edits. `scope`: the theme or group of themes
it was asked for; `edited`: a person wrote words of it."""

idea_asks = Table(
    "idea_asks",
    metadata,
    Column("scope", String(32), primary_key=True),
    Column("theme_ids", JSON, nullable=False),
    Column("identity", String(64), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("refused", JSON, nullable=False),
    Column("at", String(40), nullable=False),
)
"""The last time a theme or group was asked for ideas: by which engine, how it stood, and which ideas were refused why."""

idea_votes = Table(
    "idea_votes",
    metadata,
    Column("idea_id", String(32), ForeignKey("ideas.id", ondelete="CASCADE"), primary_key=True),
    Column("actor", String(100), primary_key=True),
    Column("value", Integer, nullable=False),
    Column("why", Text),
    Column("at", String(40), nullable=False),
)
"""One vote a person: 1 for, -1 against."""

idea_events = Table(
    "idea_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("idea_id", String(32), ForeignKey("ideas.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("edit", String(32), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("actor", String(100), nullable=False),
    Column("why", Text),
    Column("detail", JSON, nullable=False),
    Column("at", String(40), nullable=False),
    Column("undone_at", String(40)),
)
"""What people did to ideas: voted, edited, rejected, restored, merged, undone; `edit` is shared by what was done at once."""

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
    Column("engine", String(120), nullable=False),
    Column("shaped_by", String(64), nullable=False),
    Column("content", JSON, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("updated_at", String(40), nullable=False),
)

proposal_events = Table(
    "proposal_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("proposal_id", String(32), ForeignKey("proposals.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", String(40), nullable=False),
    Column("who", String(100), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("detail", JSON, nullable=False),
)
"""What was done to proposals: drafted, moved, commented, owned, edited."""

answers = Table(
    "answers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("question", Text, nullable=False),
    Column("engine", String(120), nullable=False),
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
    Column("actor", String(300), nullable=False, server_default=""),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("owner", String(100), primary_key=True),
    Column("created_at", String(40), nullable=False),
    Column("updated_at", String(40), nullable=False),
)
"""Talks, each of one user; the same id may be used by another one for a talk of his own."""

conversation_answers = Table(
    "conversation_answers",
    metadata,
    Column("answer_id", String(32), ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True),
    Column("conversation_id", String(200), nullable=False, index=True),
    Column("owner", String(100), nullable=False),
    Column("place", Integer, nullable=False),
    ForeignKeyConstraint(["conversation_id", "owner"], ["conversations.id", "conversations.owner"], ondelete="CASCADE"),
)
"""What was asked and answered in a talk: it holds no words of its own, so that what is erased there is erased here."""

pins = Table(
    "pins",
    metadata,
    Column("answer_id", String(32), ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(64), nullable=False, index=True),
    Column("actor", String(100), nullable=False),
    Column("at", String(40), nullable=False),
)
"""Good answers that are offered again; `key` is a digest of what was asked, as it was understood."""
