"""How filters become SQL: one meaning for search, counts, lists and exports."""

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Table, Text, cast, func, or_, select

from assistant.domain.filters import Filters
from assistant.records.tables import insights, records, themes

S = TypeVar("S", bound=Select[*tuple[Any, ...]])
READ = records.c.noise.is_not(None)
"""Of a record: an engine has read it as it is. The one condition for that; `reading_key` is set and emptied with it."""


def record_conditions(filters: Filters, of: Table = records) -> list[ColumnElement[bool]]:
    """What a record itself must satisfy: product (or model), channel, segment, region, days, customer.

    `of`: `insights` for the same said of what insights repeat of their record, so that those need not be joined.
    """
    found: list[ColumnElement[bool]] = []
    if filters.product:
        names = [name.casefold() for name in filters.product]
        found.append(or_(*(of.c[name].in_(_spelt(records.c[name], names)) for name in ("product", "model"))))
    if filters.channel:
        found.append(of.c.channel.in_(filters.channel))
    if filters.segment:
        found.append(of.c.segment.in_(filters.segment))
    if filters.customer:
        theirs = records.c.customer_id.in_(filters.customer)
        found.append(theirs if of is records else of.c.record_id.in_(select(records.c.id).where(theirs)))
    if filters.region:
        found.append(of.c.region.in_(filters.region))
    if filters.source:
        filled = or_(*(cast(records.c.metadata, Text).contains(json.dumps(v), autoescape=True) for v in filters.source))
        found.append(filled if of is records else of.c.record_id.in_(select(records.c.id).where(filled)))
    if filters.since:
        found.append(of.c.day >= filters.since)
    if filters.until:
        found.append(of.c.day <= filters.until)
    return found


def heard_conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """Conditions on `insights` alone: those of their record and their own."""
    return [*record_conditions(filters, insights), *insight_conditions(filters)]


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
    """Conditions on `records`, insights' ones as a list of the records that have such an insight."""
    found = record_conditions(filters)
    if about_needs(filters):
        such = select(insights.c.record_id).where(*heard_conditions(filters))
        found.append(records.c.id.in_(by_index(such, insights, filters)))
    return found


def about_needs(filters: Filters) -> bool:
    """Whether insights must satisfy something, not only their records."""
    return bool(filters.theme or filters.deep_category or filters.aspect or filters.sentiment)


def by_index(query: S, table: Table, filters: Filters, index: str = "counted") -> S:
    """The same query, held to an index that has everything that is filtered and counted by.

    Left to itself SQLite takes the index of one condition and reads a row, a page of the disk, for each of its finds. A
    customer has few records: there it is left to itself.
    """
    return query if filters.customer else query.with_hint(table, f"INDEXED BY ix_{table.name}_{index}", "sqlite")


def themes_within(filters: Filters) -> Select[str | None]:
    """Ids of the themes with a member that satisfies the filters: what narrows ideas and proposals."""
    return select(insights.c.theme_id).where(*heard_conditions(filters))


def _spelt(column: ColumnElement[str | None], names: Sequence[str]) -> Select[str | None]:
    """How the names, in lower case, are written in a column: its index is leapt through from value to value.

    Comparing every row's value in lower case would read the whole table.
    """
    held = select(func.min(column).label("value")).cte(recursive=True)
    following = select(func.min(column)).where(column > held.c.value).correlate(held).scalar_subquery()
    held = held.union_all(select(following).where(held.c.value.is_not(None)))
    return select(held.c.value).where(func.lower(held.c.value).in_(names))
