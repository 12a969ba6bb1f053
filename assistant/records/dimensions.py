"""What each dimension of a counted table is: its key, where it is read from, and what a share is a share of."""

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, FromClause, Select, Table, case, distinct, func, select

from assistant.domain.filters import Filters
from assistant.domain.vocabulary import NBN_TYPES, Dimension, NbnType
from assistant.records.calendar import Monday
from assistant.records.selection import READ, about_needs, all_conditions, by_index, heard_conditions, record_conditions
from assistant.records.tables import idea_themes, ideas, insights, records, themes
from assistant.records.tables.voices import NEEDS

UNKNOWN = "unknown"
"""The key under which records without a value are counted."""
PERIODS: frozenset[Dimension] = frozenset({"month", "week"})
"""Dimensions that are stretches of time: listed in order, and compared with no other period."""
RECORD_DIMENSIONS: frozenset[Dimension] = frozenset(
    {"product", "model", "segment", "channel", "region", "month", "week"}
)
"""Dimensions of the record itself; the others are those of its insights."""

Conditions = list[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Source:
    """What rows of a counted table are made of."""

    key: ColumnElement[str]
    of: Table
    """Records or insights."""
    table: FromClause
    """The same, joined with what else the key needs."""
    where: Conditions


def dimension(by: Dimension, filters: Filters) -> Source:
    """Where a dimension is counted: from the records alone, or from the insights alone.

    Insights repeat what a record is filtered and counted by.
    """
    of = insights if by not in RECORD_DIMENSIONS or about_needs(filters) else records
    where = heard_conditions(filters) if of is insights else all_conditions(filters)
    if by == "nbn":
        kinds = select(idea_themes.c.theme_id, ideas.c.nbn_type).join(ideas, ideas.c.id == idea_themes.c.idea_id)
        told = kinds.distinct().subquery("kinds")
        return Source(told.c.nbn_type, of, of.join(told, told.c.theme_id == of.c.theme_id), where)
    if by == "theme":
        return Source(of.c.theme_id, of, of, [*where, of.c.theme_id.is_not(None)])
    if by not in RECORD_DIMENSIONS:
        return Source(of.c[by], of, of, where)
    column = Monday(of.c.day) if by == "week" else func.substr(of.c.day, 1, 7) if by == "month" else of.c[by]
    return Source(func.coalesce(func.nullif(column, ""), UNKNOWN), of, of, where)


def by_key(by: Dimension, filters: Filters) -> Select[str, int, int]:
    """(key, records, customers) of every dimension but `nbn`, in the order that an index has, so that little is sorted.

    A record is of one customer. Of what a record has once, its insights are drawn together to the record first; needs,
    of which it may have several, are counted customer by customer.
    """
    source = dimension(by, filters)
    if source.of is records:
        found = select(source.key, func.count(), func.count(distinct(records.c.person)))
        return by_index(found.where(*source.where).group_by(source.key), records, filters)
    if by in RECORD_DIMENSIONS:
        each = select(insights.c.whose, func.min(source.key).label("key")).where(*source.where)
        one = by_index(each.group_by(insights.c.whose, insights.c.record_id), insights, filters).subquery("one")
        return select(one.c.key, func.count(), func.count(distinct(one.c.whose))).group_by(one.c.key)
    n = func.count(distinct(insights.c.record_id)).label("n")
    each_of = select(source.key.label("key"), n).where(*source.where).group_by(source.key, insights.c.whose)
    theirs = by_index(each_of, insights, filters, _index_of(by, filters)).subquery("theirs")
    return select(theirs.c.key, func.sum(theirs.c.n), func.count()).group_by(theirs.c.key)


def _index_of(by: Dimension, filters: Filters) -> str:
    """The index of insights in whose order a need is counted: its own, where nothing but days is filtered by."""
    column = "theme_id" if by == "theme" else by
    dated_only = replace(filters, since=None, until=None).empty
    return f"{column}_whose" if column in NEEDS and dated_only else "counted"


def by_type(filters: Filters, *each: ColumnElement[str]) -> Select[*tuple[int, ...]]:
    """For each of `NBN_TYPES` how many of `each` (persons, or their records) have a need that an idea of it answers.

    A need may have ideas of several types: whoever has it is looked at once, not once for each idea.
    """
    kinds = {kind: _themes_with(kind) for kind in NBN_TYPES}
    has = [func.max(case((insights.c.theme_id.in_(of), 1), else_=0)).label(kind) for kind, of in kinds.items()]
    needs = by_index(select(*has).where(*heard_conditions(filters)).group_by(*each), insights, filters)
    one = needs.subquery("one")
    return select(*[func.coalesce(func.sum(one.c[kind]), 0) for kind in kinds])


def _themes_with(kind: NbnType) -> Select[str]:
    joined = select(idea_themes.c.theme_id).join(ideas, ideas.c.id == idea_themes.c.idea_id)
    return joined.where(ideas.c.nbn_type == kind)


def base_conditions(by: Dimension, filters: Filters) -> Conditions:
    """Records that a share is a share of: those the filters leave, or for needs those read within the record filters."""
    if by in RECORD_DIMENSIONS:
        return all_conditions(filters)
    return [*record_conditions(filters), READ]


def shown_themes() -> Select[str]:
    """Ids of the themes that a count by theme shows."""
    return select(themes.c.id).where(themes.c.active, themes.c.archived.is_(False))
