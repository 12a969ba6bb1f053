"""What each dimension of a counted table is: its key, where it is read from, and what a share is a share of."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table, case, distinct, func, select

from assistant.domain.filters import Filters
from assistant.domain.vocabulary import NBN_TYPES, Dimension, NbnType
from assistant.records.calendar import Monday
from assistant.records.selection import about_needs, all_conditions, by_index, heard_conditions, record_conditions
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
READ = records.c.noise.is_not(None)
"""Of a record: an engine has read it as it is."""


@dataclass(frozen=True, slots=True)
class Source:
    """What rows of a counted table are made of."""

    key: ColumnElement[str]
    of: Table
    """Records or insights."""
    table: FromClause
    """The same, joined with what else the key needs."""
    where: Conditions
    record: ColumnElement[str]
    person: ColumnElement[str]

    @property
    def count(self) -> ColumnElement[int]:
        """Records, each once."""
        return func.count() if self.of is records else func.count(distinct(self.record))

    @property
    def people(self) -> ColumnElement[int]:
        """Customers, each once."""
        return func.count(distinct(self.person))


def dimension(by: Dimension, filters: Filters) -> Source:
    """Where a dimension is counted: from the records alone, or from the insights alone.

    Insights repeat what a record is filtered and counted by, but for its region.
    """
    of = insights if by not in RECORD_DIMENSIONS or (about_needs(filters) and by != "region") else records
    where = heard_conditions(filters) if of is insights else all_conditions(filters)
    each = (insights.c.record_id, insights.c.whose) if of is insights else (records.c.id, records.c.person)
    if by == "nbn":
        kinds = select(idea_themes.c.theme_id, ideas.c.nbn_type).join(ideas, ideas.c.id == idea_themes.c.idea_id)
        told = kinds.distinct().subquery("kinds")
        return Source(told.c.nbn_type, of, of.join(told, told.c.theme_id == of.c.theme_id), where, *each)
    if by == "theme":
        return Source(of.c.theme_id, of, of, [*where, of.c.theme_id.is_not(None)], *each)
    if by not in RECORD_DIMENSIONS:
        return Source(of.c[by], of, of, where, *each)
    column = Monday(of.c.day) if by == "week" else func.substr(of.c.day, 1, 7) if by == "month" else of.c[by]
    return Source(func.coalesce(func.nullif(column, ""), UNKNOWN), of, of, where, *each)


def by_type(connection: Connection, filters: Filters, each: ColumnElement[str]) -> dict[str, int]:
    """NBN type → how many of `each` (records or persons) have a need that an idea of the type answers.

    A need may have ideas of several types: whoever has it is looked at once, not once for each idea.
    """
    kinds = {kind: _themes_with(kind) for kind in NBN_TYPES}
    has = [func.max(case((insights.c.theme_id.in_(of), 1), else_=0)).label(kind) for kind, of in kinds.items()]
    needs = by_index(select(*has).where(*heard_conditions(filters)).group_by(each), insights, filters)
    one = needs.subquery("one")
    sums = connection.execute(select(*[func.sum(one.c[kind]) for kind in kinds])).one()
    return {kind: int(n) for kind, n in zip(kinds, sums, strict=True) if n}


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
