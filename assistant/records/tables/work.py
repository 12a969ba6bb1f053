"""Receipts of stages, remembered calls, what was told to whom."""

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table, Text

from assistant.records.tables.base import metadata

stages = Table(
    "stages",
    metadata,
    Column("name", String(24), primary_key=True),
    Column("shaped_by", String(64), nullable=False),
    Column("receipt", JSON, nullable=False),
    Column("at", String(40), nullable=False),
)
"""The last run of a whole-corpus stage: with the same `shaped_by` there is nothing to do."""

model_calls = Table(
    "model_calls",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("model", String(200), nullable=False),
    Column("prompt", String(60), nullable=False),
    Column("answer", Text, nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    Column("at", String(40), nullable=False),
)
"""Answers of the model, keyed by everything that shaped them; a call is never paid for twice."""

exports = Table(
    "exports",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String(40), nullable=False),
    Column("path", Text, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("rows", Integer, nullable=False),
)
"""Files that were taken out: where to, what and when; so that an erasing can name those that may hold somebody."""

alerts = Table(
    "alerts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("rule", String(16), nullable=False),
    Column("theme_id", String(32)),
    Column("facts", JSON, nullable=False),
    Column("created_at", String(40), nullable=False),
)
"""What was worth telling, once: its id is made of the rule and what it is about. No words of customers: those are looked up
when it is sent, so that an erased customer is in none."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("alert_id", String(32), ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True),
    Column("channel", String(60), primary_key=True),
    Column("status", String(8), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("reason", Text),
    Column("next_at", String(40), nullable=False),
    Column("tried_at", String(40)),
)
"""The outbox: status is pending, sending, sent or failed; a pending one is tried from `next_at` on."""
