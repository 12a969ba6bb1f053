"""People who log in at the house's identity provider, and who is on the way back from it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, length in (("issuer", 300), ("subject", 300), ("seen_at", 40)):
        op.add_column("users", sa.Column(name, sa.String(length=length), nullable=True))
    op.create_index("ix_users_subject", "users", ["issuer", "subject"], unique=True)
    op.create_table(
        "arrivals",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.String(length=128), nullable=False),
        sa.Column("leads_to", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_arrivals")),
    )
    op.create_index("ix_arrivals_expires_at", "arrivals", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_table("arrivals")
    op.drop_index("ix_users_subject", "users")
    with op.batch_alter_table("users") as batch:
        for name in ("seen_at", "subject", "issuer"):
            batch.drop_column(name)
