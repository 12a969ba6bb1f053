"""The rows of a table, and months, counted among the records that say certain words, instead of among all of them."""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from assistant.answering.ports import Counting
from assistant.domain.counts import CountRow
from assistant.domain.filters import Filters
from assistant.domain.statistics import wilson
from assistant.domain.vocabulary import Dimension

MOST = 60
"""So many values of a dimension are looked through, those with the most records first."""
LATEST = 12
"""So many months or weeks are told."""
SOLVED = re.compile("(?:解决|好转|改善|缓解|消停|平息|根治|修复)(?:好)?了?(?:吗|么|没)")
"""Asked whether something is over: the months after it must be seen too, be there none of it."""
_ONE_EACH = frozenset({"product", "channel", "segment", "region"})
"""A record has one value of these."""
_NOT_KNOWN = "unknown"
_NARROWING = frozenset(field.name for field in fields(Filters)) - {"since", "until"}


@dataclass(frozen=True, slots=True)
class Said:
    """Rows among the records that say the words, most first; what could not be looked through."""

    rows: list[CountRow]
    unknown: bool = False
    """Some records have no value: they stand in no row."""
    cut: bool = False
    """There are more values than were looked through."""


def rows_said(
    by: Dimension, words: Sequence[str], counting: Counting, filters: Filters, limit: int, *, least: bool = False
) -> Said | None:
    """At most `limit` rows of records whose text holds all words; None where no record holds them, or no filter narrows
    to one row.

    Shares are of all records within the filters that hold the words. Rows nobody says the words in are left out,
    unless the `least` are asked for.
    """
    whole = counting.mentions(words, filters).records if by in _NARROWING else 0
    if not whole:
        return None
    every = counting.rows(by, filters)
    known = [row for row in every if row.key != _NOT_KNOWN]
    chosen: tuple[str, ...] = getattr(filters, by)
    if chosen and any(row.key not in chosen for row in known):
        return None
    found: list[CountRow] = []
    for row in known[:MOST]:
        if not least and _settled(by, found, row, whole, limit):
            break
        only: dict[str, Any] = {by: (row.key,)}
        said = counting.mentions(words, replace(filters, **only))
        interval = wilson(min(said.records, whole), whole)
        share = said.records / whole if whole else 0.0
        found.append(CountRow(row.key, row.label, said.records, said.customers, share, interval))
    ordered = sorted(found, key=lambda row: row.records if least else -row.records)
    told = [row for row in ordered if row.records or least][:limit]
    return Said(told, len(known) < len(every), len(found) == MOST < len(known))


def _settled(by: Dimension, found: Sequence[CountRow], following: CountRow, whole: int, limit: int) -> bool:
    """Whether no row that follows can be among the first any more."""
    best = sorted((row.records for row in found), reverse=True)[:limit]
    if by in _ONE_EACH and sum(row.records for row in found) >= whole:
        return True
    return len(best) == limit and best[-1] >= following.records


def months_said(
    words: Sequence[str], counting: Counting, filters: Filters, *, to_the_last: bool = False
) -> list[tuple[str, int]]:
    """Records that hold all words (all records where there are none) of the last months in order, none left out, as
    (``YYYY-MM``, n); `to_the_last` month of all records, where those counted end before."""
    records = {row.key: row.records for row in counting.rows("month", filters) if row.key[:2] == "20"}
    every = [row.key for row in counting.rows("month", Filters()) if row.key[:2] == "20"] if to_the_last else []
    months = _between(min(records), max([*records, *every]))[-LATEST:] if records else []
    if not words:
        return [(month, records.get(month, 0)) for month in months]
    return [(month, counting.mentions(words, _within(filters, month)).records) for month in months]


def _between(first: str, last: str) -> list[str]:
    """Every month from the first to the last: one in which nobody said anything is told too."""
    year, month = int(first[:4]), int(first[5:])
    found = []
    while (label := f"{year:04d}-{month:02d}") <= last:
        found.append(label)
        year, month = year + month // 12, month % 12 + 1
    return found


def _within(filters: Filters, month: str) -> Filters:
    first = date.fromisoformat(f"{month}-01")
    last = first.replace(day=monthrange(first.year, first.month)[1])
    since = max(filters.since or "", first.isoformat())
    return replace(filters, since=since, until=min(filters.until or "9999", last.isoformat()))
