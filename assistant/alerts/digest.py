"""One week of the voice of the customer, counted: how much was heard, what hurts and delights, what is new."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.domain.alerts import ThemeWatch
from assistant.domain.counts import ImpactRow
from assistant.domain.filters import Filters
from assistant.errors import UsageError
from assistant.records.counting import Counting
from assistant.records.impact import delight, friction

TOP = 5
Row = Mapping[str, Any]
"""A theme's `title` with its counts."""


@dataclass(frozen=True, slots=True)
class Digest:
    """A week from Monday to Sunday; rows are themes, the most telling first."""

    week: str
    """``2026-W33``."""
    since: str
    until: str
    records: int
    customers: int
    before: int
    """Records of the week before."""
    frictions: tuple[Row, ...]
    delights: tuple[Row, ...]
    new_themes: tuple[Row, ...]
    spikes: tuple[Row, ...]


def digest_of(counting: Counting, watched: Sequence[ThemeWatch], week: str) -> Digest:
    """The digest of an ISO week; `watched` are the themes with their first days and spikes."""
    since, until = days_of(week)
    filters = Filters(since=since, until=until)
    earlier = days_of(week_of(_day(since, -1)))
    totals, before = counting.totals(filters), counting.totals(Filters(since=earlier[0], until=earlier[1]))
    titles = counting.labels("theme", [theme.theme_id for theme in watched])
    fresh = [theme for theme in watched if theme.first_day and since <= theme.first_day <= until]
    counted = {row.key: row.customers for row in counting.rows("theme", filters)}
    loud = [
        (theme, spike) for theme in watched for spike in theme.spikes if spike.first <= until and spike.last >= since
    ]
    return Digest(
        week=week,
        since=since,
        until=until,
        records=totals.records,
        customers=totals.customers,
        before=before.records,
        frictions=_rows(friction(counting, "theme", filters)),
        delights=_rows(delight(counting, "theme", filters)),
        new_themes=tuple(
            {"theme_id": one.theme_id, "title": titles[one.theme_id], "customers": counted.get(one.theme_id, 0)}
            for one in sorted(fresh, key=lambda one: (-counted.get(one.theme_id, 0), one.theme_id))[:TOP]
        ),
        spikes=tuple(
            {
                "theme_id": theme.theme_id, "title": titles[theme.theme_id], "observed": spike.observed,
                "expected": round(spike.expected, 1),
            }
            for theme, spike in sorted(loud, key=lambda pair: (pair[1].p, pair[0].theme_id))[:TOP]
        ),
    )  # fmt: skip


def week_of(day: str) -> str:
    """The ISO week of a day, ``2026-W33``."""
    year, week, _ = dt.date.fromisoformat(day).isocalendar()
    return f"{year}-W{week:02d}"


def days_of(week: str) -> tuple[str, str]:
    """(Monday, Sunday) of an ISO week.

    Raises:
        UsageError: it is no week.
    """
    try:
        monday = dt.datetime.strptime(f"{week}-1", "%G-W%V-%u").date()  # noqa: DTZ007 - a day, not a moment
    except ValueError:
        raise UsageError(f"{week!r} is no week: write it as 2026-W33") from None
    return monday.isoformat(), _day(monday.isoformat(), 6)


def _day(day: str, days: int) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=days)).isoformat()


def _rows(rows: Sequence[ImpactRow]) -> tuple[Row, ...]:
    return tuple(
        {"theme_id": row.key, "title": row.label, "customers": row.customers, "severity": round(row.severity, 1)}
        for row in rows[:TOP]
    )
