"""Keys, users, sessions and what they spent; the audit book becomes a chain of digests that lines are only added to."""

import hashlib
import json
import secrets

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

FIXED = "id, at, actor, action, found, via, sealed, digest"
REFUSED = "SELECT RAISE(ABORT, 'the audit book is append-only')"

REFUSING = """
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit book is append-only'; END $$
"""


def upgrade() -> None:
    op.create_table(
        "keys",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=True),
        sa.Column("tokens_per_day", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.String(length=40), nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("expires_at", sa.String(length=40), nullable=True),
        sa.Column("revoked_at", sa.String(length=40), nullable=True),
        sa.Column("used_on", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keys")),
    )
    op.create_index("ix_keys_digest", "keys", ["digest"], unique=True)
    op.create_table(
        "users",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=40), nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("disabled_at", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_index("ix_users_name", "users", ["name"], unique=True)
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.String(length=40), nullable=False),
        sa.Column("expires_at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE", name=op.f("fk_sessions_user_id_users")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"], unique=False)
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"], unique=False)
    op.create_table(
        "spendings",
        sa.Column("who", sa.String(length=32), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("who", "day", name=op.f("pk_spendings")),
    )
    _chain()


def _chain() -> None:
    connection = op.get_bind()
    lines = [dict(row) for row in connection.execute(sa.text("SELECT * FROM audit ORDER BY id")).mappings()]
    op.drop_table("audit")
    audit = op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("via", sa.String(length=8), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.Column("sealed", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    before = ""
    for number, line in enumerate(lines, 1):
        line |= {"id": number, "via": "cli", "salt": secrets.token_hex(16)}
        line["sealed"] = _digest(line["salt"], line["subject"], line["reason"])
        parts = ("id", "at", "actor", "action", "found", "via", "sealed")
        line["digest"] = before = _digest(before, *(line[part] for part in parts))
        connection.execute(sa.insert(audit).values(**line))
    if connection.dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN {REFUSED}; END")
        op.execute(f"CREATE TRIGGER audit_fixed BEFORE UPDATE OF {FIXED} ON audit BEGIN {REFUSED}; END")
    else:
        op.execute(REFUSING)
        refuse = "EXECUTE FUNCTION audit_is_append_only()"
        op.execute(f"CREATE TRIGGER audit_kept BEFORE DELETE OR TRUNCATE ON audit {refuse}")
        op.execute(f"CREATE TRIGGER audit_fixed BEFORE UPDATE OF {FIXED} ON audit {refuse}")


def _digest(*parts: object) -> str:
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def downgrade() -> None:
    of = "" if op.get_bind().dialect.name == "sqlite" else " ON audit"
    op.execute(f"DROP TRIGGER IF EXISTS audit_kept{of}")
    op.execute(f"DROP TRIGGER IF EXISTS audit_fixed{of}")
    if of:
        op.execute("DROP FUNCTION IF EXISTS audit_is_append_only()")
    with op.batch_alter_table("audit") as batch:
        for name in ("via", "salt", "sealed", "digest"):
            batch.drop_column(name)
    for name in ("spendings", "sessions", "users", "keys"):
        op.drop_table(name)
