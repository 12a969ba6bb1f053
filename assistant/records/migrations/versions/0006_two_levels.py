"""Parents of themes, weak signals, and indexes from which needs are counted without reading a row."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COUNTED = ("deep_category", "aspect")


def upgrade() -> None:
    op.create_table(
        "theme_parents",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("engine", sa.String(length=8), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=40), nullable=False),
        sa.Column("updated_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_parents")),
    )
    op.add_column("themes", sa.Column("weak_signal", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(op.f("ix_themes_parent_id"), "themes", ["parent_id"], unique=False)
    for name in COUNTED:
        op.drop_index(op.f(f"ix_insights_{name}"), table_name="insights")
        op.create_index(f"ix_insights_{name}_record", "insights", [name, "record_id"], unique=False)
    op.create_index("ix_records_id_person", "records", ["id", "person"], unique=False)
    op.create_index("ix_records_person_read", "records", ["person", "reading_key"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_records_person_read", table_name="records")
    op.drop_index("ix_records_id_person", table_name="records")
    for name in COUNTED:
        op.drop_index(f"ix_insights_{name}_record", table_name="insights")
        op.create_index(op.f(f"ix_insights_{name}"), "insights", [name], unique=False)
    op.drop_index(op.f("ix_themes_parent_id"), table_name="themes")
    with op.batch_alter_table("themes") as batch:
        batch.drop_column("weak_signal")
    op.drop_table("theme_parents")
