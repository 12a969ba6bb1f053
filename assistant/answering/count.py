"""Counted figures for a plan: totals, tables, comparisons and trends, all from SQL and never from what search found."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from assistant.answering.labels import period_label, query_text, scope_label
from assistant.answering.matching import share_named
from assistant.answering.ports import Counting
from assistant.answering.tabling import Row, chart_of, table_of
from assistant.answering.within import LATEST, MOST, months_said, rows_said
from assistant.domain.answers import Chart, Figure, Plan, Table
from assistant.domain.counts import CountRow, Totals
from assistant.domain.filters import Filters
from assistant.domain.statistics import wilson
from assistant.domain.themes import Theme
from assistant.domain.vocabulary import Dimension

TOO_FEW = 5
"""Fewer records than this say nothing about a share or a change."""
_OFTEN, _TITLED = 10, 0.5
"""Words said in so many records are counted letter for letter, unless a theme's title holds half of them: a theme
that is only about them among other things is wider than they are."""
_ROWS = 5
_OF: dict[str, str] = {
    "theme": "需求主题", "product": "产品", "segment": "客户类型", "channel": "渠道", "month": "月份", "week": "周（周一）",
    "deep_category": "深层需求", "aspect": "方面", "nbn": "NBN 类型", "model": "型号", "region": "地区",
    "journey_stage": "阶段", "sentiment": "褒贬",
}  # fmt: skip
_LEAST = re.compile(r"最(?:少|低)|倒数|垫底")
_LETTERS = re.compile(r"原文|原话|逐字|字面|字样|提到|写到|说到")
"""So a question asks for words letter for letter: then it is told too that nobody wrote them."""
_OVER_TIME = frozenset({_OF["month"], _OF["week"]})


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
    of_all: bool = False
    """The rows are of all records within the filters, not only of those that say the words."""

    @property
    def table(self) -> Table | None:
        """The rows as a table; None where there are less than two."""
        return table_of(self._title, self.of, self.rows)

    @property
    def chart(self) -> Chart | None:
        """The rows as what to draw; None where there are less than two."""
        return chart_of(self._title, self.rows, over_time=self.of in _OVER_TIME)

    @property
    def _title(self) -> str:
        return f"{scope_label(self.filters, self.titles)} 所有反馈" if self.of_all else self.scope(self.filters)

    def scope(self, filters: Filters) -> str:
        """What is counted, for a label."""
        said = f" 原文提到“{'、'.join(self.words)}”的" if self.words else ""
        return scope_label(filters, self.titles) + said


def count(
    plan: Plan,
    counting: Counting,
    themes: Sequence[Theme],
    meant: Sequence[Theme] = (),
    sides: Sequence[Filters] = (),
) -> Counted:
    """The figures a plan asks for; `sides` are what it compares, where it compares no periods.

    Words that are no filter are counted as the themes `meant` by them, besides letter for letter; where they mean
    no theme, or are said often and stand in no title, letter for letter only.
    """
    counted = Counted(filters=plan.filters, titles={theme.id: theme.title for theme in themes})
    letter_for_letter = _narrow_to_words(plan, counting, meant, counted) if plan.query else []
    _totals(counting, counted, share="count" in plan.intents)
    counted.figures += letter_for_letter
    if "compare" in plan.intents:
        _compare(plan, counting, counted, sides)
    elif plan.by == "month":
        _trend(counting, counted)
    elif plan.by is not None:
        shown = min(plan.limit, 10) if plan.limit != 8 else _ROWS
        _table(plan.by, counting, counted, shown, least=bool(_LEAST.search(plan.question)))
    if plan.by == "month" and {"trend", "count"} <= set(plan.intents) and not plan.query:
        _table("theme", counting, counted, 3)
    return counted


def _tally(counting: Counting, counted: Counted, filters: Filters) -> Totals:
    return counting.mentions(counted.words, filters) if counted.words else counting.totals(filters)


def _narrow_to_words(plan: Plan, counting: Counting, meant: Sequence[Theme], counted: Counted) -> list[Figure]:
    words = tuple(plan.query.split())
    only = replace(plan.filters, theme=tuple(theme.id for theme in meant))
    said = counting.mentions(words, plan.filters)
    titled = any(share_named(plan.query, theme.title) >= _TITLED for theme in meant)
    if not meant or not counting.totals(only).records or (said.records >= _OFTEN and not titled):
        counted.words = words
        return []
    query = query_text(_holding("count records", words), plan.filters)
    label = f"{scope_label(plan.filters)} 原文提到“{'、'.join(words)}”的反馈"
    counted.filters, counted.themes = only, [theme.id for theme in meant]
    counted.warnings.append(
        f"“{plan.query}”按需求主题{''.join(f'「{t.title}」' for t in meant)}统计，与逐字提到的条数不同"
    )
    told = said.records or _LETTERS.search(plan.question)
    return [Figure(label, said.records, "条", query)] if told else []


def _totals(counting: Counting, counted: Counted, *, share: bool) -> None:
    filters, scope = counted.filters, counted.scope(counted.filters)
    totals = _tally(counting, counted, filters)
    counted.figures += _pair(scope, totals, filters, counted.words)
    if totals.records < TOO_FEW:
        counted.warnings.append(f"样本太少（只有 {totals.records} 条），不足以下结论")
    wider = replace(_without_needs(filters), segment=(), channel=())
    if wider == filters and not counted.words:
        wider = Filters(since=filters.since, until=filters.until)
    if share and (wider != filters or counted.words):
        whole = counting.totals(wider).records
        counted.figures.append(_share(f"{scope} 占{scope_label(wider)}反馈", totals.records, whole, filters))


def _pair(scope: str, totals: Totals, filters: Filters, words: Sequence[str]) -> list[Figure]:
    records, customers = (_holding(what, words) for what in ("count records", "count distinct customers"))
    return [
        Figure(f"{scope} 反馈", totals.records, "条", query_text(records, filters)),
        Figure(f"{scope} 客户", totals.customers, "位", query_text(customers, filters)),
    ]


def _holding(what: str, words: Sequence[str]) -> str:
    return f"{what} whose text holds {' and '.join(words)}" if words else what


def _share(label: str, part: int, whole: int, filters: Filters) -> Figure:
    low, high = wilson(min(part, whole), whole)
    value = 100 * part / whole if whole else 0.0
    how = query_text(f"{part} of {whole} records, 95 % Wilson interval", filters)
    return Figure(label, _round(value), "%", how, (_round(100 * low), _round(100 * high)))


def _round(value: float) -> float:
    return round(value, 1)


def _table(by: Dimension, counting: Counting, counted: Counted, limit: int, *, least: bool = False) -> None:
    """The rows with the most records, or with the least."""
    filters, words = counted.filters, counted.words
    within = _within_words(by, counting, counted, limit, least) if words else None
    scope = scope_label(filters, counted.titles) if within is None else counted.scope(filters)
    rows = _all_rows(by, counting, filters, limit, least) if within is None else within
    told = [Row(row.label, tuple(_row_figures(row, by, scope, filters, words if within else ()))) for row in rows]
    counted.figures += [figure for row in told for figure in row.figures]
    if not counted.rows:
        counted.rows, counted.of, counted.of_all = told, _OF[by], bool(words) and within is None
    if by == "theme":
        counted.themes += [row.key for row in rows if row.key not in counted.themes]
    if words and within is None:
        counted.warnings.append(f"分项数字是“{scope}”的全部反馈，不只是提到“{'、'.join(words)}”的")
    if rows and max(row.records for row in rows) < TOO_FEW:
        counted.warnings.append("每一项都不到 5 条，先后次序说明不了什么")


def _all_rows(by: Dimension, counting: Counting, filters: Filters, limit: int, least: bool) -> list[CountRow]:
    if by != "week" and not least:
        return counting.rows(by, filters, limit=limit)
    rows = counting.rows(by, filters)
    return rows[-LATEST:] if by == "week" else rows[::-1][:limit]


def _within_words(
    by: Dimension, counting: Counting, counted: Counted, limit: int, least: bool
) -> list[CountRow] | None:
    said = rows_said(by, counted.words, counting, counted.filters, limit, least=least)
    if said is None:
        return None
    if said.unknown:
        counted.warnings.append(f"没有填{_OF[by]}的反馈没有列在分项里")
    if said.cut:
        counted.warnings.append(f"分项只数了反馈最多的 {MOST} 个{_OF[by]}")
    return said.rows


def _row_figures(row: CountRow, by: Dimension, scope: str, filters: Filters, words: Sequence[str] = ()) -> list[Figure]:
    name, how = f"「{row.label}」", query_text(_holding(f"count records by {by} = {row.key}", words), filters)
    interval = (_round(100 * row.interval[0]), _round(100 * row.interval[1]))
    figures = [
        Figure(f"{scope} {name}反馈", row.records, "条", how),
        Figure(f"{scope} {name}客户", row.customers, "位", how.replace("records", "distinct customers", 1)),
        Figure(f"{scope} {name}占比", _round(100 * row.share), "%", how, interval),
    ]
    if row.change is not None and row.previous is not None and min(row.records, row.previous) >= TOO_FEW:
        figures.append(
            Figure(f"{scope} {name}较上期变化", _round(100 * row.change), "%", f"{how}; before: {row.previous}")
        )
    return figures


def _trend(counting: Counting, counted: Counted) -> None:
    filters, scope = counted.filters, counted.scope(replace(counted.filters, since=None, until=None))
    rows = months_said(counted.words, counting, filters)
    for month, records in rows:
        how = query_text(_holding(f"count records by month = {month}", counted.words), filters)
        counted.rows.append(Row(month, (Figure(f"{month} {scope} 反馈", records, "条", how),)))
    counted.of = _OF["month"]
    counted.figures += [figure for row in counted.rows for figure in row.figures]
    if len(rows) < 2:
        counted.warnings.append("不到两个月的数据，看不出趋势")
        return
    (before, n), (last, m) = rows[-2:]
    if min(n, m) < TOO_FEW:
        counted.warnings.append("最近两个月里有一个月不到 5 条，不能算环比")
        return
    how = query_text(f"({m} - {n}) / {n} records by month", filters)
    counted.figures.append(Figure(f"{last} 较 {before} {scope} 变化", _round(100 * (m - n) / n), "%", how))
    if filters.until is None or filters.until[:7] == last:
        counted.warnings.append(f"{last} 可能还不是完整的一个月")


def _compare(plan: Plan, counting: Counting, counted: Counted, sides: Sequence[Filters]) -> None:
    groups = _groups(plan, counted.filters, sides)
    if not groups:
        _table(plan.by if plan.by is not None and plan.by != "month" else "theme", counting, counted, _ROWS)
        return
    told = [share for name, group in groups if (share := _group(name, group, counting, counted)) is not None]
    counted.of = "时段" if plan.periods else _OF[plan.by or "theme"]
    ranked = [figure.interval for figure in sorted(told, key=lambda figure: -figure.value) if figure.interval]
    if len(ranked) > 1 and ranked[0][0] <= ranked[1][1]:
        counted.warnings.append("最高两组的 95% 区间有重叠，差别还不能断定")


def _groups(plan: Plan, filters: Filters, sides: Sequence[Filters]) -> list[tuple[str, Filters]]:
    """What is set against one another, with its name; `sides` are read with the question's own filters.

    Where none are given, each value of the dimension is one.
    """
    if plan.periods:
        return [(period_label(a, b), replace(filters, since=a, until=b)) for a, b in plan.periods]
    if not sides and plan.by != "region":
        values: tuple[str, ...] = getattr(plan.filters, plan.by or "", ())
        one: list[dict[str, Any]] = [{str(plan.by): (value,)} for value in values if len(values) > 1]
        sides = [replace(plan.filters, **only) for only in one]
    theme = filters.theme
    return [(scope_label(_differing(plan.filters, side)), replace(side, theme=theme or side.theme)) for side in sides]


def _differing(filters: Filters, side: Filters) -> Filters:
    """Of a side only what sets it apart."""
    return Filters(**{f.name: v for f in fields(Filters) if (v := getattr(side, f.name)) != getattr(filters, f.name)})


def _without_needs(filters: Filters) -> Filters:
    return replace(filters, theme=(), deep_category=(), aspect=(), sentiment=())


def _group(name: str, group: Filters, counting: Counting, counted: Counted) -> Figure | None:
    """One side of a comparison: how many, and which share of its own group or its foremost themes."""
    totals, scope = _tally(counting, counted, group), counted.scope(group)
    pair = _pair(scope, totals, group, counted.words)
    counted.figures += pair
    counted.rows.append(Row(name, tuple(pair)))
    whole_group = _without_needs(group)
    if totals.records < TOO_FEW:
        counted.warnings.append(f"{name}样本太少（只有 {totals.records} 条），不足以下结论")
    if whole_group == group and not counted.words:
        for row in counting.rows("theme", group, limit=2):
            counted.figures += _row_figures(row, "theme", scope, group)
            counted.themes += [row.key] if row.key not in counted.themes else []
        return None
    whole = counting.totals(whole_group).records
    figure = _share(f"{scope} 占{scope_label(whole_group)}反馈", totals.records, whole, group)
    counted.figures.append(figure)
    counted.rows[-1] = Row(name, (*pair, figure))
    return figure if whole >= TOO_FEW else None
