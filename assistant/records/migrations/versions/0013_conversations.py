"""Conversations of users, and answers that were pinned."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.String(length=40), nullable=False),
        sa.Column("updated_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", "owner", name=op.f("pk_conversations")),
    )
    op.create_table(
        "conversation_answers",
        sa.Column("answer_id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=200), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], ondelete="CASCADE",
                                name=op.f("fk_conversation_answers_answer_id_answers")),
        sa.ForeignKeyConstraint(["conversation_id", "owner"], ["conversations.id", "conversations.owner"],
                                ondelete="CASCADE", name=op.f("fk_conversation_answers_conversation_id_conversations")),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_conversation_answers")),
    )
    op.create_index(
        op.f("ix_conversation_answers_conversation_id"), "conversation_answers", ["conversation_id"], unique=False
    )
    op.create_table(
        "pins",
        sa.Column("answer_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], ondelete="CASCADE",
                                name=op.f("fk_pins_answer_id_answers")),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_pins")),
    )
    op.create_index(op.f("ix_pins_key"), "pins", ["key"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_pins_key"), table_name="pins")
    op.drop_table("pins")
    op.drop_index(op.f("ix_conversation_answers_conversation_id"), table_name="conversation_answers")
    op.drop_table("conversation_answers")
    op.drop_table("conversations")
