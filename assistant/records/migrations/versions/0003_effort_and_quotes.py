"""What a need has cost the customer in trouble, and further places of the record that say it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("insights", sa.Column("effort", sa.Integer(), nullable=True))
    op.add_column("insights", sa.Column("more_quotes", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("insights", "more_quotes")
    op.drop_column("insights", "effort")
