"""Needs know their region too; whoever is counted stands together in the indexes that answer counts."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

COUNTED = ("theme_id", "aspect", "deep_category", "sentiment", "journey_stage")
FACTS = ("day", "product", "model", "channel", "segment")


def upgrade() -> None:
    op.add_column("insights", sa.Column("region", sa.String(length=100), nullable=True))
    op.drop_index("ix_insights_counted", table_name="insights")
    op.execute("UPDATE insights SET region = (SELECT region FROM records WHERE records.id = insights.record_id)")
    for name in COUNTED:
        op.drop_index(f"ix_insights_{name}_whose", table_name="insights")
        op.create_index(f"ix_insights_{name}_whose", "insights", [name, "whose", "record_id", "day"], unique=False)
    op.create_index("ix_insights_counted", "insights", ["whose", "record_id", *FACTS, "region", *COUNTED], unique=False)
    op.drop_index("ix_records_counted", table_name="records")
    op.create_index("ix_records_day", "records", ["day"], unique=False)
    op.create_index(
        "ix_records_counted", "records", ["person", *FACTS, "region", "customer_id", "noise", "id"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_records_counted", table_name="records")
    op.drop_index("ix_records_day", table_name="records")
    op.create_index(
        "ix_records_counted", "records", [*FACTS, "region", "customer_id", "noise", "person", "id"], unique=False
    )
    op.drop_index("ix_insights_counted", table_name="insights")
    for name in COUNTED:
        op.drop_index(f"ix_insights_{name}_whose", table_name="insights")
        op.create_index(f"ix_insights_{name}_whose", "insights", [name, "whose", "record_id"], unique=False)
    op.create_index("ix_insights_counted", "insights", [*FACTS, *COUNTED, "whose", "record_id"], unique=False)
    with op.batch_alter_table("insights") as batch:
        batch.drop_column("region")
