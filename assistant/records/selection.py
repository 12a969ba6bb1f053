"""How filters become SQL: one meaning for search, counts, lists and exports."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from assistant.domain.filters import Filters
from assistant.records.tables import insights, records, themes


def record_conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """What a record itself must satisfy: product (or model), channel, segment, days, customer."""
    found: list[ColumnElement[bool]] = []
    if filters.product:
        names = [name.casefold() for name in filters.product]
        found.append(or_(*(column.in_(_spelt(column, names)) for column in (records.c.product, records.c.model))))
    if filters.channel:
        found.append(records.c.channel.in_(filters.channel))
    if filters.segment:
        found.append(records.c.segment.in_(filters.segment))
    if filters.customer:
        found.append(records.c.customer_id.in_(filters.customer))
    if filters.since:
        found.append(records.c.day >= filters.since)
    if filters.until:
        found.append(records.c.day <= filters.until)
    return found


def insight_conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """What one and the same insight must satisfy: theme (or parent of themes), deep category, aspect, sentiment."""
    found: list[ColumnElement[bool]] = []
    if filters.theme:
        children = select(themes.c.id).where(themes.c.active, themes.c.parent_id.in_(filters.theme))
        one = insights.c.theme_id.in_(filters.theme)
        found.append(or_(one, insights.c.theme_id.in_(children)) if any(map(_is_parent, filters.theme)) else one)
    if filters.deep_category:
        found.append(insights.c.deep_category.in_(filters.deep_category))
    if filters.aspect:
        found.append(insights.c.aspect.in_(filters.aspect))
    if filters.sentiment:
        found.append(insights.c.sentiment.in_(filters.sentiment))
    return found


def _is_parent(theme_id: str) -> bool:
    return theme_id.startswith("tp_")


def all_conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """Conditions on `records`, insights' ones as an EXISTS."""
    found = record_conditions(filters)
    inner = insight_conditions(filters)
    if inner:
        found.append(exists(select(insights.c.id).where(insights.c.record_id == records.c.id, *inner)))
    return found


def themes_within(filters: Filters) -> Select[str | None]:
    """Ids of the themes with a member that satisfies the filters: what narrows ideas and proposals."""
    joined = select(insights.c.theme_id).join(records, records.c.id == insights.c.record_id)
    return joined.where(*record_conditions(filters), *insight_conditions(filters))


def _spelt(column: ColumnElement[str | None], names: Sequence[str]) -> Select[str | None]:
    """How the names, in lower case, are written in a column: its index is leapt through from value to value.

    Comparing every row's value in lower case would read the whole table.
    """
    held = select(func.min(column).label("value")).cte(recursive=True)
    following = select(func.min(column)).where(column > held.c.value).correlate(held).scalar_subquery()
    held = held.union_all(select(following).where(held.c.value.is_not(None)))
    return select(held.c.value).where(func.lower(held.c.value).in_(names))
