"""Two groups of records side by side: which shares differ by more than chance."""

import math

from assistant.domain.counts import ComparedRow, Comparison, CountRow
from assistant.domain.filters import Filters
from assistant.domain.statistics import discoveries, newcombe, two_proportion_z
from assistant.domain.vocabulary import Dimension
from assistant.records.counting import Counting

FEWEST = 5
"""Records in at least one of the groups below which no difference is told."""


def compare(counting: Counting, by: Dimension, one: Filters, other: Filters) -> Comparison:
    """The rows of a dimension in two groups, the surest differences first.

    The groups should not overlap (two periods, two segments …): the test takes them for independent.
    """
    here, there = ({row.key: row for row in counting.rows(by, filters)} for filters in (one, other))
    bases = counting.base(by, one), counting.base(by, other)
    keys = sorted({*here, *there})
    counted = [(_records(here, key), _records(there, key)) for key in keys]
    z = [two_proportion_z(pair, bases) if max(pair) >= FEWEST else 0.0 for pair in counted]
    p = [math.erfc(abs(value) / math.sqrt(2)) for value in z]
    told = [i for i, pair in enumerate(counted) if max(pair) >= FEWEST]
    found = dict(zip(told, discoveries([p[i] for i in told]), strict=True))
    rows = [
        _row(key, here.get(key), there.get(key), pair, bases, found.get(i, False))
        for i, (key, pair) in enumerate(zip(keys, counted, strict=True))
    ]
    place = dict(zip(keys, p, strict=True))
    return Comparison(bases, tuple(sorted(rows, key=lambda row: (row.too_few, place[row.key], row.key))))


def _records(rows: dict[str, CountRow], key: str) -> int:
    return rows[key].records if key in rows else 0


def _row(
    key: str,
    here: CountRow | None,
    there: CountRow | None,
    pair: tuple[int, int],
    bases: tuple[int, int],
    significant: bool,
) -> ComparedRow:
    known = here or there
    shares = tuple(n / base if base else 0.0 for n, base in zip(pair, bases, strict=True))
    return ComparedRow(
        key=key,
        label=known.label if known else key,
        records=pair,
        customers=(here.customers if here else 0, there.customers if there else 0),
        shares=(shares[0], shares[1]),
        difference=shares[0] - shares[1],
        interval=newcombe(pair, bases),
        significant=significant,
        too_few=max(pair) < FEWEST,
    )
