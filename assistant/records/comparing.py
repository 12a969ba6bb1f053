"""Two groups of records side by side: which shares differ by more than chance."""

import datetime as dt
import math
import re
from calendar import monthrange
from dataclasses import replace

from sqlalchemy import func, select

from assistant.domain.counts import ComparedRow, Comparison, CountRow
from assistant.domain.filters import Filters
from assistant.domain.statistics import discoveries, newcombe, two_proportion_z
from assistant.domain.vocabulary import ASPECTS, CHANNELS, DEEP_CATEGORIES, SEGMENTS, SENTIMENTS, Dimension
from assistant.errors import UsageError
from assistant.records.counting import Counting
from assistant.records.selection import all_conditions
from assistant.records.tables import records

FEWEST = 5
"""Records in at least one of the groups below which no difference is told."""
_PERIOD = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?(\.\.[0-9]{4}-[0-9]{2}(-[0-9]{2})?)?")
_CLOSED: dict[str, tuple[str, ...]] = {
    "channel": CHANNELS, "segment": SEGMENTS, "deep_category": DEEP_CATEGORIES, "aspect": ASPECTS,
    "sentiment": SENTIMENTS,
}  # fmt: skip
_LISTS = ("product", "channel", "segment", "theme", "customer", "deep_category", "aspect", "sentiment")


def compare(counting: Counting, by: Dimension, one: Filters, other: Filters) -> Comparison:
    """The rows of a dimension in two groups, the surest differences first.

    A difference is called one where the pooled test finds it and its interval leaves 0 out: of few records the two may
    disagree. Both take the groups for independent: where they share records, those are counted and none is called one.
    """
    shared = _overlap(counting, one, other)
    here, there = ({row.key: row for row in counting.rows(by, filters)} for filters in (one, other))
    bases = counting.base(by, one), counting.base(by, other)
    keys = sorted({*here, *there})
    counted = [(_records(here, key), _records(there, key)) for key in keys]
    z = [two_proportion_z(pair, bases) if max(pair) >= FEWEST else 0.0 for pair in counted]
    p = [math.erfc(abs(value) / math.sqrt(2)) for value in z]
    told = [i for i, pair in enumerate(counted) if max(pair) >= FEWEST]
    found = dict(zip(told, discoveries([p[i] for i in told]), strict=True))
    rows = [
        _row(key, here.get(key), there.get(key), pair, bases, found.get(i, False) and not shared)
        for i, (key, pair) in enumerate(zip(keys, counted, strict=True))
    ]
    place = dict(zip(keys, p, strict=True))
    return Comparison(bases, tuple(sorted(rows, key=lambda row: (row.too_few, place[row.key], row.key))), shared)


def _overlap(counting: Counting, one: Filters, other: Filters) -> int:
    query = select(func.count()).select_from(records).where(*all_conditions(one), *all_conditions(other))
    with counting.database.reading() as connection:
        return connection.scalar(query) or 0


def _records(rows: dict[str, CountRow], key: str) -> int:
    return rows[key].records if key in rows else 0


def _row(
    key: str,
    here: CountRow | None,
    there: CountRow | None,
    pair: tuple[int, int],
    bases: tuple[int, int],
    found: bool,
) -> ComparedRow:
    known = here or there
    low, high = newcombe(pair, bases)
    shares = tuple(n / base if base else 0.0 for n, base in zip(pair, bases, strict=True))
    return ComparedRow(
        key=key,
        label=known.label if known else key,
        records=pair,
        customers=(here.customers if here else 0, there.customers if there else 0),
        shares=(shares[0], shares[1]),
        difference=shares[0] - shares[1],
        interval=(low, high),
        significant=found and (low > 0 or high < 0),
        too_few=max(pair) < FEWEST,
    )


def group_of(common: Filters, text: str) -> Filters:
    """The filters of one of two groups: a period (``2026-08``, ``2026-07..2026-09``) or ``segment=dealer,product=X5``.

    What is common to both groups stays; a name that stands twice means "one of these".

    Raises:
        UsageError: it is neither, or names what is no filter.
    """
    if _PERIOD.fullmatch(text):
        first, _, last = text.partition("..")
        return replace(common, since=_day(first, last=False), until=_day(last or first, last=True))
    given: dict[str, tuple[str, ...]] = {}
    for part in text.split(","):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign or not value or name not in _LISTS:
            raise UsageError(
                f"{part!r} is no group: write a period such as 2026-08 or 2026-07..2026-09, or NAME=VALUE with one of "
                f"{', '.join(_LISTS)}"
            )
        if name in _CLOSED and value not in _CLOSED[name]:
            raise UsageError(f"{name}={value}: there is no such {name}; known are {', '.join(_CLOSED[name])}")
        given[name] = (*given.get(name, ()), value)
    return replace(common, **given)  # type: ignore[arg-type]


def _day(text: str, *, last: bool) -> str:
    try:
        if len(text) == 10:
            return dt.date.fromisoformat(text).isoformat()
        first = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        raise UsageError(f"{text!r} is not a day or month: write it as 2026-08-31 or 2026-08") from None
    return (first.replace(day=monthrange(first.year, first.month)[1]) if last else first).isoformat()
