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


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One key in two groups of records; pairs are (this group, the other one)."""

    key: str
    label: str
    records: tuple[int, int]
    customers: tuple[int, int]
    shares: tuple[float, float]
    difference: float
    """First share minus second."""
    interval: tuple[float, float]
    """95 % interval of the difference (Newcombe)."""
    significant: bool
    """Whether the difference may be called one: at most one false finding in twenty over the whole table, and 0 is outside
    the interval."""
    too_few: bool
    """Fewer than `FEWEST` records in both groups: nothing can be said."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two groups of records side by side; `bases` are the records that shares are shares of."""

    bases: tuple[int, int]
    rows: tuple[ComparedRow, ...]
    overlap: int = 0
    """Records in both groups: where there are any, the groups are not independent and nothing is called significant."""


@dataclass(frozen=True, slots=True)
class ImpactWeights:
    """How much heavier a customer weighs in whom a thing is seen, as a part of one customer more."""

    repeat_7: float = 0.5
    """Came again within a week …"""
    repeat_30: float = 0.5
    """… and this on top within 30 days."""
    escalation: float = 1.0
    churn_risk: float = 2.0
    valued: float = 0.5
    """Owns two products of ours or more, or has bought service."""


@dataclass(frozen=True, slots=True)
class ImpactRow:
    """What a theme (or product, aspect …) costs its customers, or gives them: parts and the score made of them."""

    key: str
    label: str
    records: int
    customers: int
    severity: float
    """Mean severity of the insights counted, 1 to 5."""
    reach: float
    """Customers of all who were heard, 0 to 1."""
    repeat_7: int
    """Customers who wrote in again within 7 days of such a record, whatever about."""
    repeat_30: int
    escalation: int
    churn_risk: int
    advocate: int
    valued: int
    score: float
    """Customers × mean severity (delight: 1) × (1 + weighted shares of the above)."""
