"""The first schema."""

import sqlalchemy as sa
from alembic import op

from vectorstore.tables import create_full_text, drop_full_text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("engine", sa.String(length=8), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("segment", sa.String(length=24), nullable=True),
        sa.Column("region", sa.String(length=100), nullable=True),
        sa.Column("since", sa.String(length=40), nullable=True),
        sa.Column("owned", sa.JSON(), nullable=False),
        sa.Column("bought_service", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
    )
    op.create_table(
        "ideas",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("nbn_type", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("engine", sa.String(length=8), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("shaped_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ideas")),
    )
    with op.batch_alter_table("ideas", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ideas_nbn_type"), ["nbn_type"], unique=False)

    op.create_table(
        "model_calls",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("prompt", sa.String(length=60), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("prompt_tokens", sa.Integer(), nullable=False),
        sa.Column("completion_tokens", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_model_calls")),
    )
    op.create_table(
        "proposals",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("idea_id", sa.String(length=32), nullable=True),
        sa.Column("theme_id", sa.String(length=32), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("engine", sa.String(length=8), nullable=False),
        sa.Column("shaped_by", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.String(length=40), nullable=False),
        sa.Column("updated_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposals_idea_id"), ["idea_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_proposals_theme_id"), ["theme_id"], unique=False)

    op.create_table(
        "records",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.String(length=40), nullable=True),
        sa.Column("day", sa.String(length=10), nullable=True),
        sa.Column("month", sa.String(length=7), nullable=True),
        sa.Column("product", sa.String(length=200), nullable=True),
        sa.Column("model", sa.String(length=200), nullable=True),
        sa.Column("customer_id", sa.String(length=100), nullable=True),
        sa.Column("segment", sa.String(length=24), nullable=True),
        sa.Column("region", sa.String(length=100), nullable=True),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("rating", sa.Float(), nullable=True),
        sa.Column("status", sa.String(length=60), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("turns", sa.JSON(), nullable=False),
        sa.Column("masked", sa.JSON(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("script", sa.String(length=8), nullable=False),
        sa.Column("near_duplicate_of", sa.String(length=32), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("reading_hash", sa.String(length=64), nullable=False),
        sa.Column("indexed_hash", sa.String(length=64), nullable=True),
        sa.Column("indexed_reading", sa.String(length=64), nullable=True),
        sa.Column("reading_key", sa.String(length=64), nullable=True),
        sa.Column("noise", sa.Boolean(), nullable=True),
        sa.Column("signals", sa.JSON(), nullable=True),
        sa.Column("added_at", sa.String(length=40), nullable=False),
        sa.Column("updated_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_records_source_external_id")),
    )
    if op.get_bind().dialect.name != "sqlite":  # SQLite has such a number of its own
        op.execute("ALTER TABLE records ADD COLUMN arrival bigint GENERATED ALWAYS AS IDENTITY UNIQUE")
    with op.batch_alter_table("records", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_records_channel"), ["channel"], unique=False)
        batch_op.create_index(batch_op.f("ix_records_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_records_day"), ["day"], unique=False)
        batch_op.create_index(batch_op.f("ix_records_external_id"), ["external_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_records_month"), ["month"], unique=False)
        batch_op.create_index(batch_op.f("ix_records_person"), ["person"], unique=False)
        batch_op.create_index(batch_op.f("ix_records_product"), ["product"], unique=False)
        batch_op.create_index(batch_op.f("ix_records_segment"), ["segment"], unique=False)

    op.create_table(
        "retention",
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_retention")),
    )
    op.create_table(
        "stages",
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("shaped_by", sa.String(length=64), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_stages")),
    )
    op.create_table(
        "theme_events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("theme_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_events")),
    )
    with op.batch_alter_table("theme_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_theme_events_theme_id"), ["theme_id"], unique=False)

    op.create_table(
        "themes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("surface", sa.Text(), nullable=False),
        sa.Column("secondary", sa.Text(), nullable=False),
        sa.Column("deep", sa.Text(), nullable=False),
        sa.Column("standing_surface", sa.String(length=12), nullable=False),
        sa.Column("standing_secondary", sa.String(length=12), nullable=False),
        sa.Column("standing_deep", sa.String(length=12), nullable=False),
        sa.Column("deep_category", sa.String(length=16), nullable=False),
        sa.Column("engine", sa.String(length=8), nullable=False),
        sa.Column("parent_id", sa.String(length=32), nullable=True),
        sa.Column("trend", sa.String(length=12), nullable=False),
        sa.Column("voices", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=40), nullable=False),
        sa.Column("updated_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_themes")),
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("answer_id", sa.String(length=32), nullable=False),
        sa.Column("verdict", sa.String(length=4), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("created_at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name=op.f("fk_feedback_answer_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feedback_answer_id"), ["answer_id"], unique=False)

    op.create_table(
        "idea_themes",
        sa.Column("idea_id", sa.String(length=32), nullable=False),
        sa.Column("theme_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_themes_idea_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("idea_id", "theme_id", name=op.f("pk_idea_themes")),
    )
    with op.batch_alter_table("idea_themes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idea_themes_theme_id"), ["theme_id"], unique=False)

    op.create_table(
        "insights",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("theme_id", sa.String(length=32), nullable=True),
        sa.Column("surface", sa.Text(), nullable=False),
        sa.Column("secondary", sa.Text(), nullable=False),
        sa.Column("deep", sa.Text(), nullable=False),
        sa.Column("standing_surface", sa.String(length=12), nullable=False),
        sa.Column("standing_secondary", sa.String(length=12), nullable=False),
        sa.Column("standing_deep", sa.String(length=12), nullable=False),
        sa.Column("deep_category", sa.String(length=16), nullable=False),
        sa.Column("deep_category_alt", sa.String(length=16), nullable=True),
        sa.Column("aspect", sa.String(length=16), nullable=False),
        sa.Column("sentiment", sa.String(length=10), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("journey_stage", sa.String(length=12), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("suggestion", sa.Text(), nullable=True),
        sa.Column("failure_context", sa.JSON(), nullable=True),
        sa.Column("opportunities", sa.JSON(), nullable=False),
        sa.Column("signals", sa.JSON(), nullable=False),
        sa.Column("engine", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_insights_record_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insights")),
    )
    with op.batch_alter_table("insights", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_insights_aspect"), ["aspect"], unique=False)
        batch_op.create_index(batch_op.f("ix_insights_deep_category"), ["deep_category"], unique=False)
        batch_op.create_index(batch_op.f("ix_insights_record_id"), ["record_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_insights_theme_id"), ["theme_id"], unique=False)
        batch_op.create_index("ix_insights_theme_record", ["theme_id", "record_id"], unique=False)

    op.create_table(
        "leads",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("insight_id", sa.String(length=32), nullable=True),
        sa.Column("customer_id", sa.String(length=100), nullable=True),
        sa.Column("type", sa.String(length=24), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=True),
        sa.Column("created_at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_leads_record_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
    )
    with op.batch_alter_table("leads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_leads_record_id"), ["record_id"], unique=False)

    op.create_table(
        "readings",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("engine", sa.String(length=8), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("noise", sa.Boolean(), nullable=True),
        sa.Column("insights", sa.JSON(), nullable=False),
        sa.Column("signals", sa.JSON(), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_readings_record_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_readings")),
    )
    with op.batch_alter_table("readings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_readings_identity"), ["identity"], unique=False)
        batch_op.create_index(batch_op.f("ix_readings_record_id"), ["record_id"], unique=False)

    op.create_table(
        "record_versions",
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("replaced_at", sa.String(length=40), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["records.id"], name=op.f("fk_record_versions_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "version", name=op.f("pk_record_versions")),
    )
    op.create_table(
        "vault",
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("pseudonym", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_vault_record_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id", "type", "pseudonym", name=op.f("pk_vault")),
    )
    with op.batch_alter_table("vault", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vault_pseudonym"), ["pseudonym"], unique=False)

    op.create_table(
        "embedder_states",
        sa.Column("identity", sa.String(length=120), nullable=False),
        sa.Column("fitted_on", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("identity"),
    )
    op.create_table(
        "index_generations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.Column("high_watermark", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("manifest", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "index_state",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "passages",
        sa.Column("row", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("document_id", sa.String(length=80), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("row"),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("passages", schema=None) as batch_op:
        batch_op.create_index("ix_passages_content", ["content_hash"], unique=False)
        batch_op.create_index("ix_passages_document", ["document_id", "kind"], unique=False)

    op.create_table(
        "vectors",
        sa.Column("content_hash", sa.String(length=32), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("dim", sa.Integer(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("content_hash", "model"),
    )
    create_full_text(op.get_bind())


def downgrade() -> None:
    drop_full_text(op.get_bind())
    op.drop_table("vectors")
    with op.batch_alter_table("passages", schema=None) as batch_op:
        batch_op.drop_index("ix_passages_document")
        batch_op.drop_index("ix_passages_content")

    op.drop_table("passages")
    op.drop_table("index_state")
    op.drop_table("index_generations")
    op.drop_table("embedder_states")
    with op.batch_alter_table("vault", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vault_pseudonym"))

    op.drop_table("vault")
    op.drop_table("record_versions")
    with op.batch_alter_table("readings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_readings_record_id"))
        batch_op.drop_index(batch_op.f("ix_readings_identity"))

    op.drop_table("readings")
    with op.batch_alter_table("leads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_leads_record_id"))

    op.drop_table("leads")
    with op.batch_alter_table("insights", schema=None) as batch_op:
        batch_op.drop_index("ix_insights_theme_record")
        batch_op.drop_index(batch_op.f("ix_insights_theme_id"))
        batch_op.drop_index(batch_op.f("ix_insights_record_id"))
        batch_op.drop_index(batch_op.f("ix_insights_deep_category"))
        batch_op.drop_index(batch_op.f("ix_insights_aspect"))

    op.drop_table("insights")
    with op.batch_alter_table("idea_themes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idea_themes_theme_id"))

    op.drop_table("idea_themes")
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feedback_answer_id"))

    op.drop_table("feedback")
    op.drop_table("themes")
    with op.batch_alter_table("theme_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_theme_events_theme_id"))

    op.drop_table("theme_events")
    op.drop_table("stages")
    op.drop_table("retention")
    with op.batch_alter_table("records", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_records_segment"))
        batch_op.drop_index(batch_op.f("ix_records_product"))
        batch_op.drop_index(batch_op.f("ix_records_person"))
        batch_op.drop_index(batch_op.f("ix_records_month"))
        batch_op.drop_index(batch_op.f("ix_records_external_id"))
        batch_op.drop_index(batch_op.f("ix_records_day"))
        batch_op.drop_index(batch_op.f("ix_records_customer_id"))
        batch_op.drop_index(batch_op.f("ix_records_channel"))

    op.drop_table("records")
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposals_theme_id"))
        batch_op.drop_index(batch_op.f("ix_proposals_idea_id"))

    op.drop_table("proposals")
    op.drop_table("model_calls")
    with op.batch_alter_table("ideas", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ideas_nbn_type"))

    op.drop_table("ideas")
    op.drop_table("customers")
    op.drop_table("audit")
    op.drop_table("answers")
