"""What each dimension of a counted table is: its key, where it is read from, and what a share is a share of."""

from sqlalchemy import ColumnElement, FromClause, func, select

from assistant.domain.filters import Filters
from assistant.domain.vocabulary import Dimension
from assistant.records.calendar import Monday
from assistant.records.selection import all_conditions, insight_conditions, record_conditions
from assistant.records.tables import idea_themes, ideas, insights, records, themes

UNKNOWN = "unknown"
"""The key under which records without a value are counted."""
PERIODS: frozenset[Dimension] = frozenset({"month", "week"})
"""Dimensions that are stretches of time: listed in order, and compared with no other period."""
RECORD_DIMENSIONS: frozenset[Dimension] = frozenset(
    {"product", "model", "segment", "channel", "region", "month", "week"}
)
"""Dimensions of the record itself; the others are those of its insights."""

Conditions = list[ColumnElement[bool]]


def dimension(by: Dimension, filters: Filters) -> tuple[ColumnElement[str], FromClause, Conditions]:
    """(key, tables, conditions) of a count; joined tables give a record once per insight, so count distinct ids."""
    if by in RECORD_DIMENSIONS:
        column = Monday(records.c.day) if by == "week" else records.c[by]
        return func.coalesce(func.nullif(column, ""), UNKNOWN), records, all_conditions(filters)
    joined = records.join(insights, insights.c.record_id == records.c.id)
    inner = [*record_conditions(filters), *insight_conditions(filters)]
    if by == "theme":
        shown = select(themes.c.id).where(themes.c.active, themes.c.archived.is_(False))
        return insights.c.theme_id, joined, [*inner, insights.c.theme_id.in_(shown)]
    if by == "nbn":
        through = joined.join(idea_themes, idea_themes.c.theme_id == insights.c.theme_id)
        return ideas.c.nbn_type, through.join(ideas, ideas.c.id == idea_themes.c.idea_id), inner
    return insights.c[by], joined, inner


def base_conditions(by: Dimension, filters: Filters) -> Conditions:
    """Records that a share is a share of: those the filters leave, or for needs those read within the record filters."""
    if by in RECORD_DIMENSIONS:
        return all_conditions(filters)
    return [*record_conditions(filters), records.c.reading_key.is_not(None)]
