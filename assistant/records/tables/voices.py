"""What was said, by whom, and what was read out of it."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    true,
)

from assistant.records.tables.base import metadata

FACTS = ("day", "product", "model", "channel", "segment", "region")
"""What of a record its insights repeat, so that needs are counted without a look at the records: when the region changes
it is spread to them (`persons.spread`), when another of these does the insights go, see `saving`."""

records = Table(
    "records",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("source", String(200), nullable=False),
    Column("external_id", String(200), nullable=False, index=True),
    Column("channel", String(16), nullable=False, index=True),
    Column("created_at", String(40)),
    Column("day", String(10)),
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
    Index("ix_records_person_read", "person", "noise"),
    Index("ix_records_day", "day", "id"),
    Index("ix_records_counted", "person", *FACTS, "customer_id", "noise", "id"),
)
"""`person` is the unit in which customers are counted: the id that the customer counts as, else the record this one nearly
repeats, else the record itself. `noise` is null as long as nobody has read it. `content_hash` covers the whole record, `reading_hash` what an engine is shown of it, `indexed_hash` is
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
    Column("counts_as", String(100), index=True),
)
"""`counts_as`: the customer with whom this one is counted as one person, see `persons`; null: nobody else."""

contacts = Table(
    "contacts",
    metadata,
    Column("alias", String(100), primary_key=True),
    Column("customer_id", String(100), primary_key=True, index=True),
)
"""By what else a source calls a customer: the id they would have by their telephone alone, a keyed pseudonym."""

readings = Table(
    "readings",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("record_id", String(32), ForeignKey("records.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("engine", String(120), nullable=False),
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

NEEDS = ("theme_id", "aspect", "deep_category", "sentiment", "journey_stage")
"""Fields of an insight that it is counted by."""

insights = Table(
    "insights",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("record_id", String(32), ForeignKey("records.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("theme_id", String(32)),
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
    Column("engine", String(120), nullable=False),
    Column("whose", String(100), nullable=False),
    Column("day", String(10)),
    Column("product", String(200)),
    Column("model", String(200)),
    Column("channel", String(16)),
    Column("segment", String(24)),
    Column("region", String(100)),
    *(Index(f"ix_insights_{name}_whose", name, "whose", "record_id", "day") for name in NEEDS),
    Index("ix_insights_counted", "whose", "record_id", *FACTS, *NEEDS),
)
"""`whose` is the person of the record; that and `FACTS` stand here too, so that one index answers a count. Where a person's
records stand together, and a record's insights, each is counted once without being looked up."""

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
