"""Counted figures for a plan: totals, tables, comparisons and trends, all from SQL and never from what search found."""

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answering.contrast import compare, compare_words
from assistant.answering.counted import (
    ROWS_OF,
    TOO_FEW,
    Counted,
    holding,
    level,
    pair_of,
    rounded,
    row_figures,
    share_of,
    tally,
    without_needs,
)
from assistant.answering.labels import query_text, scope_label
from assistant.answering.lines import part, parts_asked
from assistant.answering.ports import Counting
from assistant.answering.provinces import asks_for_provinces, by_province
from assistant.answering.standing import Standing, standing
from assistant.answering.tabling import TOTAL, Row, rest_name
from assistant.answering.within import LATEST, MOST, SOLVED, months_said, rows_said
from assistant.domain.answers import Figure, Plan
from assistant.domain.counts import CountRow
from assistant.domain.filters import Filters
from assistant.domain.themes import Theme
from assistant.domain.vocabulary import Dimension

_ROWS = 5
"""Rows of what overlaps: one record can be of several themes."""
_UNASKED = 8
"""The limit of a plan whose question names none."""
_EVERY = 20
"""Rows of what a record has one of; those beyond are one row more, so that the table adds up."""
_ONE_EACH = frozenset({"product", "channel", "segment", "region", "model"})
_MOST_OF = re.compile(r"最(?:多|高|集中|严重|频繁|厉害|狠)")
_LEAST = re.compile(r"最(?:少|低)|倒数|垫底")


def count(
    plan: Plan,
    counting: Counting,
    themes: Sequence[Theme],
    meant: Sequence[Theme] = (),
    sides: Sequence[Filters] = (),
    words: Sequence[str] = (),
) -> Counted:
    """The figures a plan asks for; `sides` are what it compares, where it compares no periods, or else the `words`.

    Words that are no filter are counted letter for letter, or as the themes `meant` by them (see `standing`).
    """
    counted = Counted(filters=plan.filters, titles={theme.id: theme.title for theme in themes})
    if words:
        compare_words(words, counting, counted)
        return counted
    of_words = standing(plan, counting, meant) if plan.query else Standing(plan.filters)
    counted.filters, counted.words, counted.themes = of_words.filters, of_words.words, [*of_words.filters.theme]
    counted.warnings += of_words.warnings
    _totals(counting, counted, share="count" in plan.intents)
    counted.figures += of_words.figures
    if counted.words and not counted.figures[0].value:
        return counted  # nobody says them: rows of everything would answer another question
    if "compare" in plan.intents:
        if not compare(plan, counting, counted, sides):
            by: Dimension = plan.by if plan.by is not None and plan.by != "month" else "theme"
            _table(by, counting, counted, _shown(replace(plan, by=by)))
    elif plan.by == "month":
        _trend(counting, counted, to_the_last=SOLVED.search(plan.question) is not None and plan.filters.until is None)
        if (parted := parts_asked(plan)) is not None and counted.rows:
            part(parted, counting, counted)
        if _MOST_OF.search(plan.question):
            counted.figures[:0] = _foremost(counted)
    elif plan.by == "region" and asks_for_provinces(plan.question) and not _LEAST.search(plan.question):
        by_province(counting, counted, _shown(plan))
    elif plan.by is not None:
        _table(plan.by, counting, counted, _shown(plan), least=bool(_LEAST.search(plan.question)))
    if plan.by == "month" and {"trend", "count"} <= set(plan.intents) and not plan.query and not counted.lines:
        _table("theme", counting, counted, 3)
    return counted


def _shown(plan: Plan) -> int:
    """How many rows are told: as many as are asked for, else all of what is few by its nature, and the first themes."""
    if plan.limit != _UNASKED:
        return min(plan.limit, _EVERY)
    return _ROWS if plan.by == "theme" else _EVERY


def _totals(counting: Counting, counted: Counted, *, share: bool) -> None:
    filters, scope = counted.filters, counted.scope(counted.filters)
    totals = tally(counting, counted.words, filters)
    counted.figures += pair_of(scope, totals, filters, counted.words)
    if (every := without_needs(filters)) != filters:
        held = counting.totals(every)
        if held.records_read < held.records:
            counted.warnings.append(
                f"有 {held.records - held.records_read} 条反馈还没有读过，不知褒贬和需求，没有算在内"
            )
    if 0 < totals.records < TOO_FEW:
        counted.warnings.append(f"样本太少（只有 {totals.records} 条），不足以下结论")
    wider = replace(without_needs(filters), segment=(), channel=())
    if wider == filters and not counted.words:
        wider = Filters(since=filters.since, until=filters.until)
    whole = counting.totals(wider).records if share and (wider != filters or counted.words) else 0
    if whole:
        counted.figures.append(share_of(f"{scope} 占{scope_label(wider)}反馈", totals.records, whole, filters))


def _table(by: Dimension, counting: Counting, counted: Counted, limit: int, *, least: bool = False) -> None:
    """The rows with the most records, or with the least."""
    filters, words = counted.filters, counted.words
    within = _within_words(by, counting, counted, limit, least) if words else None
    scope = scope_label(filters, counted.titles) if within is None else counted.scope(filters)
    rows = _all_rows(by, counting, filters, limit, least) if within is None else within
    told = [Row(row.label, tuple(row_figures(row, by, scope, filters, words if within else ()))) for row in rows]
    counted.figures += [figure for row in told for figure in row.figures]
    if not counted.rows:
        counted.rows, counted.of, counted.of_all = told, ROWS_OF[by], bool(words) and within is None
        if by in _ONE_EACH and rows and not counted.of_all:
            _added_up(by, rows, scope, counting, counted)
    if by == "theme":
        counted.themes += [row.key for row in rows if row.key not in counted.themes]
    if words and within is None:
        counted.warnings.append(f"分项数字是“{scope}”的全部反馈，不只是提到“{'、'.join(words)}”的")
    if rows and {row.key for row in rows} == {"unknown"}:
        counted.warnings.append(f"这些反馈都没有填{ROWS_OF[by]}，分不出来")
    elif rows and max(row.records for row in rows) < TOO_FEW:
        counted.warnings.append("每一项都不到 5 条，先后次序说明不了什么")


def _added_up(by: Dimension, rows: Sequence[CountRow], scope: str, counting: Counting, counted: Counted) -> None:
    """The row of all that stands in none, and the total: the figures that an answer begins with."""
    records, customers = counted.figures[:2]
    counted.total = Row(TOTAL, (records, customers))
    left = round(records.value) - sum(row.records for row in rows)
    if left <= 0:
        return
    beyond = 0 if counted.words else len(counting.rows(by, counted.filters)) - len(rows)
    name = rest_name(beyond)
    named = "|".join(row.key for row in rows)
    how = query_text(f"{holding('count records', counted.words)} by {by} none of {named}", counted.filters)
    share = share_of(f"{scope} 「{name}」占比", left, round(records.value), counted.filters)
    row = Row(name, (Figure(f"{scope} 「{name}」反馈", left, "条", how), share))
    counted.rows = [*counted.rows, row]
    counted.figures += row.figures


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
        counted.warnings.append(f"没有填{ROWS_OF[by]}的反馈没有列在分项里")
    if said.cut:
        counted.warnings.append(f"分项只数了反馈最多的 {MOST} 个{ROWS_OF[by]}")
    return said.rows


def _foremost(counted: Counted) -> list[Figure]:
    """The month with the most records, as the first thing told; months that tie are told together."""
    most = max((row.figures[0].value for row in counted.rows), default=0)
    first = [row for row in counted.rows if row.figures[0].value == most]
    months = "、".join(row.name for row in first)
    scope = counted.scope(replace(counted.filters, since=None, until=None)).removeprefix("全部").strip()
    return [Figure(f"最多的月份是 {months}，{scope}反馈", most, "条", first[0].figures[0].query)] if most else []


def _trend(counting: Counting, counted: Counted, *, to_the_last: bool = False) -> None:
    filters, scope = counted.filters, counted.scope(replace(counted.filters, since=None, until=None))
    rows = months_said(counted.words, counting, filters, to_the_last=to_the_last)
    for month, records in rows:
        how = query_text(f"{holding('count records', counted.words)} by month = {month}", filters)
        counted.rows.append(Row(month, (Figure(f"{month} {scope} 反馈", records, "条", how),)))
    counted.of = ROWS_OF["month"]
    counted.figures += [figure for row in counted.rows for figure in row.figures]
    if (left := round(counted.figures[0].value) - sum(n for _, n in rows)) > 0:
        counted.warnings.append(f"只列最近 {len(rows)} 个月；更早的和没有日期的有 {left} 条，不在其中")
    if len(rows) < 2:
        counted.warnings.append("不到两个月的数据，看不出趋势")
        return
    (before, n), (last, m) = rows[-2:]
    if n == m:
        counted.figures.append(level(last, before, n))
    if min(n, m) < TOO_FEW:
        counted.warnings.append("最近两个月里有一个月不到 5 条，不能算环比")
        return
    if n != m:
        how = query_text(f"({m} - {n}) / {n} records by month", filters)
        counted.figures.append(Figure(f"{last} 较 {before} {scope} 变化", rounded(100 * (m - n) / n), "%", how))
    if filters.until is None or filters.until[:7] == last:
        counted.warnings.append(f"{last} 可能还不是完整的一个月")
