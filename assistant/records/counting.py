"""The counting engine: every number of the product is counted here, in SQL, never by retrieval."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Select, distinct, func, select

from assistant.domain.counts import CountRow, Totals
from assistant.domain.filters import Filters
from assistant.domain.statistics import wilson
from assistant.domain.vocabulary import Dimension, zh
from assistant.records.calendar import monday
from assistant.records.database import Database
from assistant.records.dimensions import PERIODS, UNKNOWN, base_conditions, dimension
from assistant.records.selection import all_conditions, insight_conditions, record_conditions
from assistant.records.tables import insights, records, themes

_CODED: frozenset[Dimension] = frozenset({"theme", "aspect", "deep_category"})
"""Dimensions that are indexed fields of an insight."""


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
        """One row per key of a dimension, most records first (months and weeks in order of time).

        The share is of the records that satisfy the record filters (product, channel, segment, days, customer) and were
        read, or of all of them for dimensions of the record itself. Where `since` is set, `previous` counts the period
        of equal length before it (not for months and weeks, of which each is its own period).
        """
        base = self.base(by, filters)
        counted = self._counted(by, filters)
        earlier = self._period_before(filters) if by not in PERIODS else None
        before = {key: n for key, n, _ in self._counted(by, earlier)} if earlier is not None else None
        labels = self.labels(by, [key for key, _, _ in counted])
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

    def base(self, by: Dimension, filters: Filters) -> int:
        """Records that a share within the dimension is a share of."""
        query = select(func.count()).select_from(records).where(*base_conditions(by, filters))
        with self.database.reading() as connection:
            return connection.scalar(query) or 0

    def _counted(self, by: Dimension, filters: Filters) -> list[tuple[str, int, int]]:
        if by in _CODED and not record_conditions(filters):
            return self._counted_apart(by, filters)
        key, source, where = dimension(by, filters)
        n = func.count(distinct(records.c.id))
        counted: Select[str, int, int] = (
            select(key, n, func.count(distinct(records.c.person))).select_from(source).where(*where).group_by(key)
        )
        query = counted.order_by(key) if by in PERIODS else counted.order_by(n.desc(), key)
        with self.database.reading() as connection:
            return [(k, int(a), int(b)) for k, a, b in connection.execute(query)]

    def _counted_apart(self, by: Dimension, filters: Filters) -> list[tuple[str, int, int]]:
        """As `_counted`, of a field of insights with all records: each count from an index alone, in two passes."""
        key, source, where = dimension(by, filters)
        mentions = select(key, func.count(distinct(insights.c.record_id))).where(*where).group_by(key)
        people = select(key, func.count(distinct(records.c.person))).select_from(source).where(*where).group_by(key)
        # Left to itself SQLite looks a record up by its unique index and then reads the row, a page for each.
        people = people.with_hint(records, "INDEXED BY ix_records_id_person", "sqlite")
        with self.database.reading() as connection:
            customers: dict[str, int] = dict(connection.execute(people).all())
            counted = [(k, int(n), int(customers[k])) for k, n in connection.execute(mentions)]
        return sorted(counted, key=lambda row: (-row[1], row[0]))

    def labels(self, by: Dimension, keys: list[str]) -> dict[str, str]:
        """What a reader is shown for each key."""
        if by != "theme":
            return {key: "未知" if key == UNKNOWN else zh(key) for key in keys}
        with self.database.reading() as connection:
            return dict(connection.execute(select(themes.c.id, themes.c.title)).all())

    def weekly(self, filters: Filters) -> tuple[list[str], dict[str, list[int]], list[int]]:
        """(Mondays ``YYYY-MM-DD`` in order, theme id → records a week, records read a week), no week left out."""
        n = func.count(distinct(records.c.id))
        dated = [records.c.day.is_not(None), *record_conditions(filters)]
        found = select(insights.c.theme_id, records.c.day, n).join(records, records.c.id == insights.c.record_id)
        told = found.where(insights.c.theme_id.is_not(None), *dated, *insight_conditions(filters))
        read = select(records.c.day, n).where(records.c.reading_key.is_not(None), *dated).group_by(records.c.day)
        with self.database.reading() as connection:
            totals: Counter[str] = Counter()
            for day, count in connection.execute(read):
                totals[monday(day)] += count
            weeks = _weeks(min(totals), max(totals)) if totals else []
            place = {week: n for n, week in enumerate(weeks)}
            series: dict[str, list[int]] = {}
            for theme_id, day, count in connection.execute(told.group_by(insights.c.theme_id, records.c.day)):
                series.setdefault(theme_id, [0] * len(weeks))[place[monday(day)]] += count
        return weeks, series, [totals[week] for week in weeks]

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


def _change(now: int, before: int) -> float | None:
    return None if before == 0 else (now - before) / before


def _weeks(first: str, last: str) -> list[str]:
    start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return [(start + dt.timedelta(days=n)).isoformat() for n in range(0, (end - start).days + 1, 7)]


def _months(first: str, last: str) -> list[str]:
    year, month = int(first[:4]), int(first[5:7])
    found = []
    while (label := f"{year:04d}-{month:02d}") <= last:
        found.append(label)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found
