"""What ideas were asked for, and what people say of them: votes, edits, rejections."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ideas", sa.Column("scope", sa.String(length=32), server_default="", nullable=False))
    op.add_column("ideas", sa.Column("edited", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(op.f("ix_ideas_scope"), "ideas", ["scope"], unique=False)
    op.execute(
        "UPDATE ideas SET scope = coalesce("
        "(SELECT min(idea_themes.theme_id) FROM idea_themes WHERE idea_themes.idea_id = ideas.id), '')"
    )
    op.create_table(
        "idea_asks",
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("theme_ids", sa.JSON(), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_idea_asks")),
    )
    op.create_table(
        "idea_votes",
        sa.Column("idea_id", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_votes_idea_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("idea_id", "actor", name=op.f("pk_idea_votes")),
    )
    op.create_table(
        "idea_events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("idea_id", sa.String(length=32), nullable=False),
        sa.Column("edit", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("undone_at", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_events_idea_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_events")),
    )
    op.create_index(op.f("ix_idea_events_idea_id"), "idea_events", ["idea_id"], unique=False)
    op.create_index(op.f("ix_idea_events_edit"), "idea_events", ["edit"], unique=False)


def downgrade() -> None:
    for table in ("idea_events", "idea_votes", "idea_asks"):
        op.drop_table(table)
    op.drop_index(op.f("ix_ideas_scope"), table_name="ideas")
    with op.batch_alter_table("ideas") as batch:
        for name in ("edited", "scope"):
            batch.drop_column(name)
