"""What the law and the house ask for: raw values under lock, the book of who looked, how long, who stays out."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from assistant.records.tables.base import metadata

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
    Column("via", String(8), nullable=False),
    Column("salt", String(32)),
    Column("sealed", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)
"""Who did what, when, by which door and why: a chain of digests (`assistant.records.audit_book`). Lines are added and never
taken away; of one that tells of somebody erased, subject, reason and salt are blanked, which `sealed` allows for."""

retention = Table(
    "retention",
    metadata,
    Column("source", String(200), primary_key=True),
    Column("days", Integer, nullable=False),
    Column("set_at", String(40), nullable=False),
)
"""For how many days the records of a source are kept; a source without a rule is kept."""

bans = Table(
    "bans",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("erasure", String(16), nullable=False, index=True),
    Column("at", String(40), nullable=False),
)
"""Who was erased and must not come in again: keyed digests only. Those of one erasing share `erasure`."""
