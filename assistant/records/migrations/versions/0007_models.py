"""An index on models, so that a filter by product or model reads no row that it does not want."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_records_model"), "records", ["model"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_records_model"), table_name="records")
