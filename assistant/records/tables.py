"""The tables of the store; `migrations/` brings a database to them."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    true,
)  # fmt: skip

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

records = Table(
    "records",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("source", String(200), nullable=False),
    Column("external_id", String(200), nullable=False, index=True),
    Column("channel", String(16), nullable=False, index=True),
    Column("created_at", String(40)),
    Column("day", String(10), index=True),
    Column("month", String(7), index=True),
    Column("product", String(200), index=True),
    Column("model", String(200), index=True),
    Column("customer_id", String(100), index=True),
    Column("segment", String(24), index=True),
    Column("region", String(100)),
    Column("person", String(100), nullable=False, index=True),
    Column("rating", Float),
    Column("status", String(60)),
    Column("title", Text),
    Column("text", Text, nullable=False),
    Column("turns", JSON, nullable=False),
    Column("masked", JSON, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("script", String(8), nullable=False),
    Column("near_duplicate_of", String(32)),
    Column("signature", LargeBinary),
    Column("content_hash", String(64), nullable=False),
    Column("reading_hash", String(64), nullable=False),
    Column("indexed_hash", String(64)),
    Column("indexed_reading", String(64)),
    Column("reading_key", String(64)),
    Column("noise", Boolean),
    Column("signals", JSON),
    Column("added_at", String(40), nullable=False),
    Column("updated_at", String(40), nullable=False),
    UniqueConstraint("source", "external_id"),
    Index("ix_records_id_person", "id", "person"),
    Index("ix_records_person_read", "person", "reading_key"),
)
"""`person` is the unit in which customers are counted: the customer's id, else the record this one nearly repeats, else
the record itself. `content_hash` covers the whole record, `reading_hash` what an engine is shown of it, `indexed_hash` is
the content the index holds, `indexed_reading` the ledger row whose insights it holds, `reading_key` the ledger row whose insights are current."""

record_versions = Table(
    "record_versions",
    metadata,
    Column("record_id", String(32), ForeignKey("records.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("replaced_at", String(40), nullable=False),
    Column("content", JSON, nullable=False),
)

customers = Table(
    "customers",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("segment", String(24)),
    Column("region", String(100)),
    Column("since", String(40)),
    Column("owned", JSON, nullable=False),
    Column("bought_service", Boolean),
)

readings = Table(
    "readings",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("record_id", String(32), ForeignKey("records.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("engine", String(8), nullable=False),
    Column("identity", String(64), nullable=False),
    Column("status", String(8), nullable=False),
    Column("holder", String(80)),
    Column("until", String(40)),
    Column("reason", String(60)),
    Column("tries", Integer, nullable=False, default=0),
    Column("noise", Boolean),
    Column("insights", JSON, nullable=False),
    Column("signals", JSON, nullable=False),
    Column("refused", JSON, nullable=False),
    Column("at", String(40), nullable=False),
    Index("ix_readings_status_identity", "status", "identity"),
)
"""The ledger: one row per record content and engine identity that is leased, done, skipped or failed; no row is pending.
`holder` and `until` are of a lease."""

insights = Table(
    "insights",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("record_id", String(32), ForeignKey("records.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("theme_id", String(32), index=True),
    Column("surface", Text, nullable=False),
    Column("secondary", Text, nullable=False),
    Column("deep", Text, nullable=False),
    Column("standing_surface", String(12), nullable=False),
    Column("standing_secondary", String(12), nullable=False),
    Column("standing_deep", String(12), nullable=False),
    Column("deep_category", String(16), nullable=False),
    Column("deep_category_alt", String(16)),
    Column("aspect", String(16), nullable=False),
    Column("sentiment", String(10), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("effort", Integer),
    Column("journey_stage", String(12), nullable=False),
    Column("quote", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("more_quotes", JSON),
    Column("suggestion", Text),
    Column("failure_context", JSON),
    Column("opportunities", JSON, nullable=False),
    Column("signals", JSON, nullable=False),
    Column("engine", String(8), nullable=False),
    *(Index(f"ix_insights_{name}_record", name, "record_id") for name in ("deep_category", "aspect")),
)

leads = Table(
    "leads",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("record_id", String(32), ForeignKey("records.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("insight_id", String(32)),
    Column("customer_id", String(100)),
    Column("type", String(24), nullable=False),
    Column("quote", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("status", String(12), nullable=False),
    Column("owner", String(100)),
    Column("created_at", String(40), nullable=False),
    Column("note", Text),
    Column("updated_at", String(40)),
    Column("current", Boolean, nullable=False, server_default=true()),
)
"""`current`: the present reading of the record holds it still; one that somebody works on stays without."""

lead_events = Table(
    "lead_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("lead_id", String(32), ForeignKey("leads.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", String(40), nullable=False),
    Column("actor", String(100), nullable=False),
    Column("field", String(8), nullable=False),
    Column("before", Text),
    Column("after", Text),
)
"""What people did with leads: `field` is status, owner or note."""

themes = Table(
    "themes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("definition", Text, nullable=False),
    Column("surface", Text, nullable=False),
    Column("secondary", Text, nullable=False),
    Column("deep", Text, nullable=False),
    Column("standing_surface", String(12), nullable=False),
    Column("standing_secondary", String(12), nullable=False),
    Column("standing_deep", String(12), nullable=False),
    Column("deep_category", String(16), nullable=False),
    Column("engine", String(8), nullable=False),
    Column("parent_id", String(32), index=True),
    Column("trend", String(12), nullable=False),
    Column("voices", JSON, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("edited", Boolean, nullable=False, server_default=false()),
    Column("locked", Boolean, nullable=False, server_default=false()),
    Column("archived", Boolean, nullable=False, server_default=false()),
    Column("weak_signal", Boolean, nullable=False, server_default=false()),
    Column("created_at", String(40), nullable=False),
    Column("updated_at", String(40), nullable=False),
)
"""`edited`: a person wrote its words; `locked`: a person closed its membership; `archived`: a person put it away."""

theme_parents = Table(
    "theme_parents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("definition", Text, nullable=False),
    Column("engine", String(8), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("updated_at", String(40), nullable=False),
)
"""The upper level: what several themes have in common; which themes, they say themselves (`themes.parent_id`)."""

theme_events = Table(
    "theme_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("theme_id", String(32), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("detail", JSON, nullable=False),
    Column("at", String(40), nullable=False),
    Column("edit", String(32), index=True),
    Column("actor", String(100)),
    Column("undone_at", String(40)),
)
"""Lineage: founded, renamed, misfits (insights taken out again), merged, split, gone; and what people decided: `edit` is
shared by the events of one decision."""

theme_holds = Table(
    "theme_holds",
    metadata,
    Column("insight_id", String(32), primary_key=True),
    Column("record_id", String(32), ForeignKey("records.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("aspect", String(16), nullable=False),
    Column("theme_id", String(32), nullable=False, index=True),
    Column("at", String(40), nullable=False),
)
"""Insights that a person put into a theme: no run takes them out again. Record and aspect tell which insight it is when the
record was read anew."""

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

vault = Table(
    "vault",
    metadata,
    Column("record_id", String(32), ForeignKey("records.id", ondelete="CASCADE"), primary_key=True),
    Column("type", String(16), primary_key=True),
    Column("pseudonym", String(32), primary_key=True, index=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""Raw personal values, encrypted; empty unless the vault is switched on. Read by `erase` and `unmask` only."""

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String(40), nullable=False),
    Column("actor", String(100), nullable=False),
    Column("action", String(24), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("found", Integer, nullable=False),
)
"""Who looked at raw values or erased, when, why, and how much was found."""

retention = Table(
    "retention",
    metadata,
    Column("source", String(200), primary_key=True),
    Column("days", Integer, nullable=False),
    Column("set_at", String(40), nullable=False),
)
"""For how many days the records of a source are kept; a source without a rule is kept."""

contacts = Table(
    "contacts",
    metadata,
    Column("alias", String(100), primary_key=True),
    Column("customer_id", String(100), primary_key=True, index=True),
)
"""By what else a source calls a customer: the id they would have by their telephone alone, a keyed pseudonym."""

bans = Table(
    "bans",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("erasure", String(16), nullable=False, index=True),
    Column("at", String(40), nullable=False),
)
"""Who was erased and must not come in again: keyed digests only. Those of one erasing share `erasure`."""

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

fixes = Table(
    "fixes",
    metadata,
    Column("theme_id", String(32), primary_key=True),
    Column("day", String(10), nullable=False),
    Column("actor", String(100), nullable=False),
    Column("at", String(40), nullable=False),
)
"""Since when a theme is said to be mended."""

Index("ix_insights_theme_record", insights.c.theme_id, insights.c.record_id)
