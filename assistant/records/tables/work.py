"""Receipts of stages, jobs and their schedules, remembered calls and requests, what was told to whom, what came of it."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, String, Table, Text, false

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

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("wish", JSON, nullable=False),
    Column("origin", String(12), nullable=False),
    Column("key", String(200), unique=True, index=True),
    Column("state", String(12), nullable=False, index=True),
    Column("stop_asked", Boolean, nullable=False, server_default=false()),
    Column("holder", String(120)),
    Column("until", String(40)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("stages", JSON, nullable=False),
    Column("problem", Text),
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("created_at", String(40), nullable=False),
    Column("started_at", String(40)),
    Column("ended_at", String(40)),
)
"""Work on the whole corpus, done stage by stage: `wish` is what was asked for, `stages` how far each is, with its receipt.
`key` is of what must be done once only, such as a schedule's turn; `holder` and `until` are of the lease of who works on
it; `revision` grows with every change, so that a watcher knows what he has seen."""

schedules = Table(
    "schedules",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("last_due", String(40), nullable=False),
    Column("seen_at", String(40), nullable=False),
)
"""Up to which moment a schedule's turns were seen to."""

requests = Table(
    "requests",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("body", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("at", String(40), nullable=False),
)
"""What was answered to a request with an idempotency key; keyed digests of key and body, receipts as answers."""

outcomes = Table(
    "outcomes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("subject", String(32), nullable=False, index=True),
    Column("launched", String(10), nullable=False),
    Column("verdict", String(24), nullable=False),
    Column("measured", Boolean, nullable=False),
    Column("content", JSON, nullable=False),
    Column("actor", String(100), nullable=False),
    Column("at", String(40), nullable=False),
)
"""What became of the need after a launch, each time it was counted; `subject` is a proposal or a theme."""

marks = Table(
    "marks", metadata, Column("name", String(40), primary_key=True), Column("number", Integer, nullable=False)
)
"""``feedback`` counts the transactions that changed what customers said or what was made of it (`freshness.Settled`)."""
