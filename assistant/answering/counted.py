"""What a count comes to: figures in the order they are numbered, the rows among them, and what a reader must know."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.answering.labels import query_text, scope_label
from assistant.answering.ports import Counting
from assistant.answering.tabling import Row, chart_of, crossed_table, table_of
from assistant.domain.answers import Chart, Figure, Line, Table
from assistant.domain.counts import CountRow, Totals
from assistant.domain.filters import Filters
from assistant.domain.statistics import wilson
from assistant.domain.vocabulary import Dimension

TOO_FEW = 5
"""Fewer records than this say nothing about a share or a change."""
ROWS_OF: dict[str, str] = {
    "theme": "需求主题", "product": "产品", "segment": "客户类型", "channel": "渠道", "month": "月份", "week": "周（周一）",
    "deep_category": "深层需求", "aspect": "方面", "nbn": "NBN 类型", "model": "型号", "region": "地区",
    "journey_stage": "阶段", "sentiment": "褒贬",
}  # fmt: skip
_OVER_TIME = frozenset({ROWS_OF["month"], ROWS_OF["week"]})


@dataclass(slots=True)
class Counted:
    """Figures in the order they are numbered, the filters they were counted with, and what a reader must know."""

    filters: Filters
    words: tuple[str, ...] = ()
    """Words counted letter for letter, because no filter and no theme stands for them."""
    figures: list[Figure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    themes: list[str] = field(default_factory=list)
    """Themes the figures speak of, in order."""
    titles: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    """What stands side by side, in order: the sides of a comparison, the months of a trend, the rows of a table."""
    of: str = ""
    """What they are rows of."""
    total: Row | None = None
    """What the rows add up to, where they do."""
    lines: list[Line] = field(default_factory=list)
    """What rows over time are made up of: a value for each row, in order."""
    of_all: bool = False
    """The rows are of all records within the filters, not only of those that say the words."""
    drawn: tuple[Table, Chart] | None = None
    """What is told as a table and drawn, where that is not made of the rows."""

    @property
    def table(self) -> Table | None:
        """The rows as a table; None where there are less than two."""
        if self.drawn is not None:
            return self.drawn[0]
        if self.lines:
            return crossed_table(self._title, self.of, self.rows, self.lines)
        return table_of(self._title, self.of, self.rows, self.total)

    @property
    def chart(self) -> Chart | None:
        """The rows as what to draw; None where there are less than two."""
        if self.drawn is not None:
            return self.drawn[1]
        return chart_of(self._title, self.rows, over_time=self.of in _OVER_TIME, lines=self.lines)

    @property
    def _title(self) -> str:
        return f"{scope_label(self.filters, self.titles)} 所有反馈" if self.of_all else self.scope(self.filters)

    def scope(self, filters: Filters) -> str:
        """What is counted, for a label."""
        said = f" 原文提到“{'、'.join(self.words)}”的" if self.words else ""
        return scope_label(filters, self.titles) + said


def tally(counting: Counting, words: Sequence[str], filters: Filters) -> Totals:
    """How much the filters leave, of what holds all words where there are any."""
    return counting.mentions(words, filters) if words else counting.totals(filters)


def pair_of(scope: str, totals: Totals, filters: Filters, words: Sequence[str]) -> list[Figure]:
    """How many records and how many customers, as figures."""
    records, customers = (holding(what, words) for what in ("count records", "count distinct customers"))
    return [
        Figure(f"{scope} 反馈", totals.records, "条", query_text(records, filters)),
        Figure(f"{scope} 客户", totals.customers, "位", query_text(customers, filters)),
    ]


def holding(what: str, words: Sequence[str]) -> str:
    """How something was counted, with the words that the records must hold."""
    return f"{what} whose text holds {' and '.join(words)}" if words else what


def share_of(label: str, part: int, whole: int, filters: Filters) -> Figure:
    """A part of a whole in per cent, with its 95 % interval."""
    low, high = wilson(min(part, whole), whole)
    value = 100 * part / whole if whole else 0.0
    how = query_text(f"{part} of {whole} records, 95 % Wilson interval", filters)
    return Figure(label, rounded(value), "%", how, (rounded(100 * low), rounded(100 * high)))


def rounded(value: float) -> float:
    """To one decimal."""
    return round(value, 1)


def row_figures(row: CountRow, by: Dimension, scope: str, filters: Filters, words: Sequence[str] = ()) -> list[Figure]:
    """Records, customers, share and change of one row of a table."""
    name, how = f"「{row.label}」", query_text(f"{holding('count records', words)} by {by} = {row.key}", filters)
    interval = (rounded(100 * row.interval[0]), rounded(100 * row.interval[1]))
    figures = [
        Figure(f"{scope} {name}反馈", row.records, "条", how),
        Figure(f"{scope} {name}客户", row.customers, "位", how.replace("records", "distinct customers", 1)),
        Figure(f"{scope} {name}占比", rounded(100 * row.share), "%", how, interval),
    ]
    if row.change is not None and row.previous is not None and min(row.records, row.previous) >= TOO_FEW:
        figures.append(
            Figure(f"{scope} {name}较上期变化", rounded(100 * row.change), "%", f"{how}; before: {row.previous}")
        )
    return figures


def without_needs(filters: Filters) -> Filters:
    """The filters without those that insights decide."""
    return replace(filters, theme=(), deep_category=(), aspect=(), sentiment=())


def level(one: str, other: str, n: float) -> Figure:
    """That two things counted come to the same number."""
    return Figure(f"{one} 与 {other} 相差", 0.0, "%", f"{n:g} records and {n:g} records")
