"""The counting engine: every number of the product is counted here, in SQL, never by retrieval."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, FromClause, Select, distinct, func, select

from assistant.domain.counts import CountRow, Totals
from assistant.domain.filters import Filters
from assistant.domain.statistics import wilson
from assistant.domain.vocabulary import Dimension, zh
from assistant.records.database import Database
from assistant.records.selection import all_conditions, insight_conditions, record_conditions
from assistant.records.tables import idea_themes, ideas, insights, records, themes

UNKNOWN = "unknown"
"""The key under which records without a value are counted."""


class Counting:
    """Counts over the store. Records count every ticket; customers fold near-duplicates (see `tables.records`)."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def totals(self, filters: Filters) -> Totals:
        """Records, customers, insights and records read that satisfy the filters."""
        return self.mentions((), filters)

    def mentions(self, words: Sequence[str], filters: Filters) -> Totals:
        """As `totals`, of the records whose masked text or title holds every one of the words."""
        spoken = func.coalesce(records.c.title, "") + "\n" + records.c.text
        held = [spoken.contains(word, autoescape=True) for word in words]
        where = [*all_conditions(filters), *held]
        counted = select(func.count(), func.count(distinct(records.c.person)), func.count(records.c.reading_key))
        found = select(func.count()).select_from(insights.join(records, records.c.id == insights.c.record_id))
        with self.database.reading() as connection:
            n, people, read = connection.execute(counted.select_from(records).where(*where)).one()
            inner = [*record_conditions(filters), *insight_conditions(filters), *held]
            return Totals(n, people, connection.scalar(found.where(*inner)) or 0, read)

    def rows(self, by: Dimension, filters: Filters, *, limit: int | None = None) -> list[CountRow]:
        """One row per key of a dimension, most records first (months in order of time).

        The share is of the records that satisfy the record filters (product, channel, segment, days, customer) and were
        read, or of all of them for dimensions of the record itself. Where `since` is set, `previous` counts the period
        of equal length before it (not for months, of which each is its own period).
        """
        base = self._base(by, filters)
        counted = self._counted(by, filters)
        earlier = self._period_before(filters) if by != "month" else None
        before = {key: n for key, n, _ in self._counted(by, earlier)} if earlier is not None else None
        labels = self._labels(by, [key for key, _, _ in counted])
        rows = [
            CountRow(
                key=key,
                label=labels.get(key, key),
                records=n,
                customers=people,
                share=n / base if base else 0.0,
                interval=wilson(min(n, base), base),
                previous=None if before is None else before.get(key, 0),
                change=_change(n, before.get(key, 0)) if before is not None else None,
            )
            for key, n, people in counted
        ]
        return rows[:limit]

    def _period_before(self, filters: Filters) -> Filters | None:
        """The period of equal length that ends the day before `since`; None where no period is set.

        Without `until` the period goes to the last day there is data of.
        """
        if filters.since is None:
            return None
        with self.database.reading() as connection:
            last = filters.until or connection.scalar(select(func.max(records.c.day))) or filters.since
        since = dt.date.fromisoformat(filters.since)
        length = max(dt.timedelta(0), dt.date.fromisoformat(last) - since)
        end = since - dt.timedelta(days=1)
        return replace(filters, since=(end - length).isoformat(), until=end.isoformat())

    def _base(self, by: Dimension, filters: Filters) -> int:
        about_record = by in ("product", "segment", "channel", "month")
        where = all_conditions(filters) if about_record else record_conditions(filters)
        if not about_record:
            where = [*where, records.c.reading_key.is_not(None)]
        with self.database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(records).where(*where)) or 0

    def _counted(self, by: Dimension, filters: Filters) -> list[tuple[str, int, int]]:
        key, source, where = _dimension(by, filters)
        n = func.count(distinct(records.c.id))
        counted: Select[str, int, int] = (
            select(key, n, func.count(distinct(records.c.person))).select_from(source).where(*where).group_by(key)
        )
        query = counted.order_by(key) if by == "month" else counted.order_by(n.desc(), key)
        with self.database.reading() as connection:
            return [(k, int(a), int(b)) for k, a, b in connection.execute(query)]

    def _labels(self, by: Dimension, keys: list[str]) -> dict[str, str]:
        if by != "theme":
            return {key: "未知" if key == UNKNOWN else zh(key) for key in keys}
        with self.database.reading() as connection:
            return dict(connection.execute(select(themes.c.id, themes.c.title)).all())

    def monthly(self, filters: Filters) -> list[tuple[str, int, int]]:
        """(month, records that satisfy all filters, records that satisfy the record filters), every month in order."""
        with self.database.reading() as connection:
            everything = select(records.c.month, func.count()).where(
                records.c.month.is_not(None), *record_conditions(filters)
            )
            totals: dict[str, int] = dict(connection.execute(everything.group_by(records.c.month)).all())
            query = select(records.c.month, func.count()).where(records.c.month.is_not(None), *all_conditions(filters))
            found: dict[str, int] = dict(connection.execute(query.group_by(records.c.month)).all())
        months = _months(min(totals), max(totals)) if totals else []
        return [(month, found.get(month, 0), totals.get(month, 0)) for month in months]


def _dimension(by: Dimension, filters: Filters) -> tuple[ColumnElement[str], FromClause, list[ColumnElement[bool]]]:
    joined = records.join(insights, insights.c.record_id == records.c.id)
    inner = [*record_conditions(filters), *insight_conditions(filters)]
    if by == "theme":
        return insights.c.theme_id, joined, [*inner, insights.c.theme_id.is_not(None)]
    if by == "deep_category":
        return insights.c.deep_category, joined, inner
    if by == "aspect":
        return insights.c.aspect, joined, inner
    if by == "nbn":
        through = joined.join(idea_themes, idea_themes.c.theme_id == insights.c.theme_id)
        return ideas.c.nbn_type, through.join(ideas, ideas.c.id == idea_themes.c.idea_id), inner
    column = records.c[by]
    known = func.coalesce(func.nullif(column, ""), UNKNOWN)
    return known, records, all_conditions(filters)


def _change(now: int, before: int) -> float | None:
    return None if before == 0 else (now - before) / before


def _months(first: str, last: str) -> list[str]:
    year, month = int(first[:4]), int(first[5:7])
    found = []
    while (label := f"{year:04d}-{month:02d}") <= last:
        found.append(label)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found
