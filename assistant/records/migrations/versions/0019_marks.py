"""What was counted is remembered until the feedback changes, not until somebody asks a question."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "marks",
        sa.Column("name", sa.String(length=40), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
    )
    op.execute("INSERT INTO marks (name, number) VALUES ('feedback', 0)")


def downgrade() -> None:
    op.drop_table("marks")
