"""What counting gives back: rows and totals, counted in SQL; near-duplicates fold where customers are counted."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CountRow:
    """One row of a counted table; `share` is of all records the filters leave, `interval` its 95 % Wilson interval."""

    key: str
    """The stored word, theme id, product name or month ``YYYY-MM``."""
    label: str
    records: int
    customers: int
    share: float
    interval: tuple[float, float]
    previous: int | None = None
    """Records of the period of the same length before this one; None where no period was asked for."""
    change: float | None = None
    """``(records - previous) / previous``; None where there is nothing to compare with."""


@dataclass(frozen=True, slots=True)
class Totals:
    """How much the filters leave."""

    records: int
    customers: int
    insights: int
    records_read: int
    """Records the engine has read within the filters on the record itself: what a share of needs is a share of."""
