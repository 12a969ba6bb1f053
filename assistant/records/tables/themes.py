"""Themes, how they hang together, what people did to them, and what was shipped against them."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, String, Table, Text, false

from assistant.records.tables.base import metadata

themes = Table(
    "themes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("definition", Text, nullable=False),
    Column("surface", Text, nullable=False),
    Column("secondary", Text, nullable=False),
    Column("deep", Text, nullable=False),
    Column("standing_surface", String(12), nullable=False),
    Column("standing_secondary", String(12), nullable=False),
    Column("standing_deep", String(12), nullable=False),
    Column("deep_category", String(16), nullable=False),
    Column("engine", String(120), nullable=False),
    Column("parent_id", String(32), index=True),
    Column("trend", String(12), nullable=False),
    Column("voices", JSON, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("edited", Boolean, nullable=False, server_default=false()),
    Column("locked", Boolean, nullable=False, server_default=false()),
    Column("archived", Boolean, nullable=False, server_default=false()),
    Column("weak_signal", Boolean, nullable=False, server_default=false()),
    Column("created_at", String(40), nullable=False),
    Column("updated_at", String(40), nullable=False),
)
"""`edited`: a person wrote its words; `locked`: a person closed its membership; `archived`: a person put it away."""

theme_parents = Table(
    "theme_parents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("definition", Text, nullable=False),
    Column("engine", String(120), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("updated_at", String(40), nullable=False),
)
"""The upper level: what several themes have in common; which themes, they say themselves (`themes.parent_id`)."""

theme_events = Table(
    "theme_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("theme_id", String(32), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("detail", JSON, nullable=False),
    Column("at", String(40), nullable=False),
    Column("edit", String(32), index=True),
    Column("actor", String(100)),
    Column("undone_at", String(40)),
)
"""Lineage: founded, renamed, misfits (insights taken out again), merged, split, gone; and what people decided: `edit` is
shared by the events of one decision."""

theme_holds = Table(
    "theme_holds",
    metadata,
    Column("insight_id", String(32), primary_key=True),
    Column("record_id", String(32), ForeignKey("records.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("aspect", String(16), nullable=False),
    Column("theme_id", String(32), nullable=False, index=True),
    Column("at", String(40), nullable=False),
)
"""Insights that a person put into a theme: no run takes them out again. Record and aspect tell which insight it is when the
record was read anew."""

fixes = Table(
    "fixes",
    metadata,
    Column("theme_id", String(32), primary_key=True),
    Column("day", String(10), nullable=False),
    Column("actor", String(100), nullable=False),
    Column("at", String(40), nullable=False),
)
"""Since when a theme is said to be mended."""
