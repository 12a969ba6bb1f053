"""What people decide about themes: words, membership, locks, and how to take it back."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("edited", "locked", "archived"):
        op.add_column("themes", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    for name, length in (("edit", 32), ("actor", 100), ("undone_at", 40)):
        op.add_column("theme_events", sa.Column(name, sa.String(length=length), nullable=True))
    op.create_index(op.f("ix_theme_events_edit"), "theme_events", ["edit"], unique=False)
    op.create_table(
        "theme_holds",
        sa.Column("insight_id", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("aspect", sa.String(length=16), nullable=False),
        sa.Column("theme_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["records.id"], name=op.f("fk_theme_holds_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("insight_id", name=op.f("pk_theme_holds")),
    )
    op.create_index(op.f("ix_theme_holds_record_id"), "theme_holds", ["record_id"], unique=False)
    op.create_index(op.f("ix_theme_holds_theme_id"), "theme_holds", ["theme_id"], unique=False)


def downgrade() -> None:
    op.drop_table("theme_holds")
    op.drop_index(op.f("ix_theme_events_edit"), table_name="theme_events")
    with op.batch_alter_table("theme_events") as batch:
        for name in ("undone_at", "actor", "edit"):
            batch.drop_column(name)
    with op.batch_alter_table("themes") as batch:
        for name in ("archived", "locked", "edited"):
            batch.drop_column(name)
