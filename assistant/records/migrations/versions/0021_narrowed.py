"""Whose records a search is narrowed to is read from an index alone."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NARROWING = ("day", "product", "channel", "segment")


def upgrade() -> None:
    for name in NARROWING:
        op.drop_index(f"ix_records_{name}", table_name="records")
        op.create_index(f"ix_records_{name}", "records", [name, "id"], unique=False)


def downgrade() -> None:
    for name in NARROWING:
        op.drop_index(f"ix_records_{name}", table_name="records")
        op.create_index(f"ix_records_{name}", "records", [name], unique=False)
