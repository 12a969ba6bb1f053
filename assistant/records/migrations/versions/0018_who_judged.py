"""A thumb on an answer says who gave it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feedback", sa.Column("actor", sa.String(length=300), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("feedback", "actor")
