"""Whose records a span of time holds, often a great many, is read from an index alone."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_records_day", table_name="records")
    op.create_index("ix_records_day", "records", ["day", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_records_day", table_name="records")
    op.create_index("ix_records_day", "records", ["day"], unique=False)
