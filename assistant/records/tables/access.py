"""Who may come in: keys of programs, people with passwords, their sessions, and what each has spent."""

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from assistant.records.tables.base import metadata

keys = Table(
    "keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("role", String(8), nullable=False),
    Column("prefix", String(16), nullable=False),
    Column("digest", String(64), nullable=False, unique=True, index=True),
    Column("scopes", JSON, nullable=False),
    Column("per_minute", Integer),
    Column("tokens_per_day", Integer),
    Column("created_at", String(40), nullable=False),
    Column("created_by", String(100), nullable=False),
    Column("expires_at", String(40)),
    Column("revoked_at", String(40)),
    Column("used_on", String(10)),
)
"""API keys: `digest` is of the whole key, which is kept nowhere. Rows stay after a key was revoked: the door that keys have
closed does not open again."""

users = Table(
    "users",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(100), nullable=False, unique=True, index=True),
    Column("role", String(8), nullable=False),
    Column("password", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("created_by", String(100), nullable=False),
    Column("disabled_at", String(40)),
    Column("issuer", String(300)),
    Column("subject", String(300)),
    Column("seen_at", String(40)),
    Index("ix_users_subject", "issuer", "subject", unique=True),
)
"""People who log in to the pages: `password` is its Argon2 hash with salt and cost, blank for those who log in at the identity
provider `issuer`, which knows them as `subject`."""

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("user_id", String(32), ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", String(40), nullable=False),
    Column("expires_at", String(40), nullable=False, index=True),
)
"""Who is logged in: `digest` is of the cookie, which is kept nowhere."""

arrivals = Table(
    "arrivals",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("browser", String(64), nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("leads_to", Text, nullable=False),
    Column("expires_at", String(40), nullable=False, index=True),
)
"""Who was sent to the identity provider and is not back yet: `digest` is of the state, `browser` of its cookie. A row serves once."""

spendings = Table(
    "spendings",
    metadata,
    Column("who", String(32), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("tokens", Integer, nullable=False),
    Column("cost", Float, nullable=False),
)
"""What a key or user has used of the model by questions and drafts, day by day."""
