"""Who is reading a record, and until when."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("readings", sa.Column("holder", sa.String(length=80), nullable=True))
    op.add_column("readings", sa.Column("until", sa.String(length=40), nullable=True))
    op.drop_index(op.f("ix_readings_identity"), table_name="readings")
    op.create_index("ix_readings_status_identity", "readings", ["status", "identity"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_readings_status_identity", table_name="readings")
    op.create_index(op.f("ix_readings_identity"), "readings", ["identity"], unique=False)
    op.drop_column("readings", "until")
    op.drop_column("readings", "holder")
