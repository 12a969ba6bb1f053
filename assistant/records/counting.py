"""The counting engine: every number of the product is counted here, in SQL, never by retrieval."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Select, distinct, func, or_, select

from assistant.domain.counts import CountRow, Totals
from assistant.domain.filters import Filters
from assistant.domain.statistics import wilson
from assistant.domain.vocabulary import NBN_TYPES, Dimension, zh
from assistant.records.calendar import monday
from assistant.records.database import Database, together
from assistant.records.dimensions import (
    PERIODS,
    RECORD_DIMENSIONS,
    UNKNOWN,
    base_conditions,
    by_key,
    by_type,
    shown_themes,
)
from assistant.records.selection import READ, about_needs, all_conditions, by_index, heard_conditions, record_conditions
from assistant.records.tables import insights, records, themes

_HELD = 100
"""Tables remembered until the feedback changes."""
_SAID = 500
"""Counts of who says a word, remembered as long: one question asks for the same several times."""


class Counting:
    """Counts over the store. Records count every ticket; customers fold near-duplicates (see `tables.records`)."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def totals(self, filters: Filters) -> Totals:
        """Records, customers, insights and records read that satisfy the filters."""
        return self.database.settled.get("totals", filters, lambda: self._totals(filters), _HELD)

    def mentions(
        self, words: Sequence[str], filters: Filters, *, any_of: Sequence[str] = (), also: Sequence[str] = ()
    ) -> Totals:
        """As `totals`, of the records whose masked text or title holds every one of the words, one of `any_of`, and one of
        `also`, where these name any."""
        said = tuple(words), tuple(any_of), tuple(also)
        return self.database.settled.get("mentions", (said, filters), lambda: self._mentions(*said, filters), _SAID)

    def _mentions(self, words: Sequence[str], any_of: Sequence[str], also: Sequence[str], filters: Filters) -> Totals:
        """Every text is read for it, so once: the insights of the records found are counted by the same statement."""
        spoken = func.coalesce(records.c.title, "") + "\n" + records.c.text
        holding = [spoken.contains(word, autoescape=True) for word in words]
        groups = filter(None, (any_of, also))
        holding += [or_(*(spoken.contains(word, autoescape=True) for word in group)) for group in groups]
        columns = records.c.id, records.c.person, records.c.noise
        held = select(*columns).where(*all_conditions(filters), *holding).cte("held")
        of_held = insights.c.record_id.in_(select(held.c.id))
        needs = select(func.count()).select_from(insights).where(*heard_conditions(filters), of_held).scalar_subquery()
        found, persons, read, needs_found = self._one(
            select(func.count(), func.count(distinct(held.c.person)), func.count(held.c.noise), needs).select_from(held)
        )
        return Totals(found, persons, needs_found, read)

    def _totals(self, filters: Filters) -> Totals:
        n, people = func.count(), func.count(distinct(records.c.person))
        counted = select(n, people, func.count(records.c.noise)).select_from(records)
        found = select(func.count()).select_from(insights).where(*heard_conditions(filters))
        if about_needs(filters):  # a record with a need has been read
            heard = select(insights.c.whose).where(*heard_conditions(filters))
            grouped = heard.group_by(insights.c.whose, insights.c.record_id)
            each = by_index(grouped, insights, filters).subquery("each_record")
            query = select(n, func.count(distinct(each.c.whose)), n).select_from(each)
        else:
            index = "person_read" if filters.empty else "counted"
            query = by_index(counted.where(*record_conditions(filters)), records, filters, index)
        needs = found if filters.empty else by_index(found, insights, filters)
        (records_found, persons, read), (insights_found,) = together(lambda: self._one(query), lambda: self._one(needs))
        return Totals(records_found, persons, insights_found, read)

    def unplaced(self, filters: Filters) -> int:
        """Insights among those of `totals` that are in no theme."""
        found = (
            select(func.count()).select_from(insights).where(*heard_conditions(filters), insights.c.theme_id.is_(None))
        )
        return self._one(found if filters.empty else by_index(found, insights, filters))[0]

    def _one(self, query: Select[*tuple[int, ...]]) -> tuple[int, ...]:
        with self.database.reading() as connection:
            return tuple(connection.execute(query).one())

    def rows(self, by: Dimension, filters: Filters, *, limit: int | None = None) -> list[CountRow]:
        """One row per key of a dimension, most records first (months and weeks in order of time).

        The share is of the records that satisfy the record filters (product, channel, segment, days, customer) and were
        read, or of all of them for dimensions of the record itself. Where `since` is set, `previous` counts the period
        of equal length before it (not for months and weeks, of which each is its own period).
        """
        return self.database.settled.get("rows", (by, filters), lambda: self._rows(by, filters), _HELD)[:limit]

    def _rows(self, by: Dimension, filters: Filters) -> list[CountRow]:
        earlier = self._period_before(filters) if by not in PERIODS else None
        now, read, then = together(
            lambda: self._by_key(by, filters),
            lambda: {} if by in RECORD_DIMENSIONS else {"": (self.base(by, filters), 0)},
            lambda: {} if earlier is None else self._by_key(by, earlier),
        )
        base = sum(n for n, _ in now.values()) if by in RECORD_DIMENSIONS else read[""][0]
        before = {key: n for key, (n, _) in then.items()}
        counted = [(key, n, people) for key, (n, people) in now.items()]
        counted.sort(key=lambda row: (0 if by in PERIODS else -row[1], row[0]))
        labels = self.labels(by, [key for key, _, _ in counted])
        return [
            CountRow(
                key=key,
                label=labels.get(key, key),
                records=n,
                customers=people,
                share=n / base if base else 0.0,
                interval=wilson(min(n, base), base),
                previous=None if earlier is None else before.get(key, 0),
                change=None if earlier is None else _change(n, before.get(key, 0)),
            )
            for key, n, people in counted
        ]

    def _period_before(self, filters: Filters) -> Filters | None:
        """The period of equal length that ends the day before `since`; None where none is set, or it begins before year 1.

        Without `until` the period goes to the last day there is data of.
        """
        if filters.since is None:
            return None
        with self.database.reading() as connection:
            last = filters.until or connection.scalar(select(func.max(records.c.day))) or filters.since
        since = dt.date.fromisoformat(filters.since)
        length = max(dt.timedelta(0), dt.date.fromisoformat(last) - since)
        if since - dt.date.min <= length:
            return None
        end = since - dt.timedelta(days=1)
        return replace(filters, since=(end - length).isoformat(), until=end.isoformat())

    def base(self, by: Dimension, filters: Filters) -> int:
        """Records that a share within the dimension is a share of."""
        query = select(func.count()).select_from(records).where(*base_conditions(by, filters))
        with self.database.reading() as connection:
            return connection.scalar(by_index(query, records, filters)) or 0

    def _by_key(self, by: Dimension, filters: Filters) -> dict[str, tuple[int, int]]:
        """Key → (records, customers)."""
        if by == "nbn":
            persons, each_record = (insights.c.whose,), (insights.c.whose, insights.c.record_id)
            people, told = together(
                lambda: self._one(by_type(filters, *persons)), lambda: self._one(by_type(filters, *each_record))
            )
            return {kind: (n, who) for kind, n, who in zip(NBN_TYPES, told, people, strict=True) if n}
        with self.database.reading() as connection:
            shown = set(connection.scalars(shown_themes())) if by == "theme" else None
            found = connection.execute(by_key(by, filters))
            return {key: (int(n), people) for key, n, people in found if shown is None or key in shown}

    def labels(self, by: Dimension, keys: list[str]) -> dict[str, str]:
        """What a reader is shown for each key."""
        if by != "theme":
            return {key: "未知" if key == UNKNOWN else zh(key) for key in keys}
        with self.database.reading() as connection:
            return dict(connection.execute(select(themes.c.id, themes.c.title)).all())

    def weekly(self, filters: Filters) -> tuple[list[str], dict[str, list[int]], list[int]]:
        """(Mondays ``YYYY-MM-DD`` in order, theme id → records a week, records read a week), no week left out."""
        day, theme = insights.c.day, insights.c.theme_id
        found = select(theme, day, func.count(distinct(insights.c.record_id))).group_by(theme, day)
        told = found.where(theme.is_not(None), day.is_not(None), *heard_conditions(filters))
        dated = [records.c.day.is_not(None), READ, *record_conditions(filters)]
        read = select(records.c.day, func.count()).where(*dated).group_by(records.c.day)
        with self.database.reading() as connection:
            totals: Counter[str] = Counter()
            for on, count in connection.execute(read):
                totals[monday(on)] += count
            weeks = _weeks(min(totals), max(totals)) if totals else []
            place = {week: n for n, week in enumerate(weeks)}
            series: dict[str, list[int]] = {}
            for theme_id, on, count in connection.execute(told):
                series.setdefault(theme_id, [0] * len(weeks))[place[monday(on)]] += count
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
