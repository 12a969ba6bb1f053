"""Who counts as one person, and what needs are counted by beside them, so that one index answers every count."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

COUNTED = ("theme_id", "aspect", "deep_category", "sentiment", "journey_stage")
COPIED = (("day", 10), ("product", 200), ("model", 200), ("channel", 16), ("segment", 24))
FACTS = [name for name, _ in COPIED]


def upgrade() -> None:
    op.add_column("customers", sa.Column("counts_as", sa.String(length=100), nullable=True))
    op.create_index(op.f("ix_customers_counts_as"), "customers", ["counts_as"], unique=False)
    op.add_column("insights", sa.Column("whose", sa.String(length=100), nullable=True))
    for name, length in COPIED:
        op.add_column("insights", sa.Column(name, sa.String(length=length), nullable=True))
    names = ", ".join(["whose", *FACTS])
    facts = ", ".join(f"records.{name}" for name in ["person", *FACTS])
    op.execute(
        f"UPDATE insights SET ({names}) = (SELECT {facts} FROM records WHERE records.id = insights.record_id)"
    )
    with op.batch_alter_table("insights") as batch:
        batch.alter_column("whose", existing_type=sa.String(length=100), nullable=False)
    op.drop_index("ix_insights_theme_record", table_name="insights")
    op.drop_index(op.f("ix_insights_theme_id"), table_name="insights")
    for name in ("deep_category", "aspect"):
        op.drop_index(f"ix_insights_{name}_record", table_name="insights")
    for name in COUNTED:
        op.create_index(f"ix_insights_{name}_whose", "insights", [name, "whose", "record_id"], unique=False)
    op.create_index("ix_insights_counted", "insights", [*FACTS, *COUNTED, "whose", "record_id"], unique=False)
    op.drop_index(op.f("ix_records_day"), table_name="records")
    op.drop_index("ix_records_id_person", table_name="records")
    op.drop_index("ix_records_person_read", table_name="records")
    op.create_index("ix_records_person_read", "records", ["person", "noise"], unique=False)
    op.create_index(
        "ix_records_counted", "records",
        [*FACTS, "region", "customer_id", "noise", "person", "id"], unique=False,
    )


def downgrade() -> None:
    op.drop_index("ix_records_counted", table_name="records")
    op.drop_index("ix_records_person_read", table_name="records")
    op.create_index("ix_records_person_read", "records", ["person", "reading_key"], unique=False)
    op.create_index("ix_records_id_person", "records", ["id", "person"], unique=False)
    op.create_index(op.f("ix_records_day"), "records", ["day"], unique=False)
    op.drop_index("ix_insights_counted", table_name="insights")
    for name in COUNTED:
        op.drop_index(f"ix_insights_{name}_whose", table_name="insights")
    for name in ("deep_category", "aspect"):
        op.create_index(f"ix_insights_{name}_record", "insights", [name, "record_id"], unique=False)
    op.create_index(op.f("ix_insights_theme_id"), "insights", ["theme_id"], unique=False)
    op.create_index("ix_insights_theme_record", "insights", ["theme_id", "record_id"], unique=False)
    with op.batch_alter_table("insights") as batch:
        for name in ("whose", *FACTS):
            batch.drop_column(name)
    op.drop_index(op.f("ix_customers_counts_as"), table_name="customers")
    op.drop_column("customers", "counts_as")
