"""What a question sets against one another, counted side by side: periods, groups, or words that customers say."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from assistant.answering.counted import (
    ROWS_OF,
    TOO_FEW,
    Counted,
    level,
    pair_of,
    rounded,
    row_figures,
    share_of,
    tally,
    without_needs,
)
from assistant.answering.labels import period_label, scope_label
from assistant.answering.ports import Counting
from assistant.answering.standing import in_other_words
from assistant.answering.tabling import Row
from assistant.domain.answers import Figure, Plan
from assistant.domain.filters import Filters

PERIODS = "时段"
"""What rows are of that are stretches of time."""


def compare(plan: Plan, counting: Counting, counted: Counted, sides: Sequence[Filters]) -> bool:
    """Each side with its share or foremost themes; False where the plan names no sides."""
    groups = _groups(plan, counted.filters, sides)
    if not groups:
        return False
    told = [share for name, group in groups if (share := _group(name, group, counting, counted)) is not None]
    counted.of = PERIODS if plan.periods else ROWS_OF[plan.by or "theme"]
    _verdict(counted)
    _told_apart(told, counted)
    return True


def compare_words(words: Sequence[str], counting: Counting, counted: Counted) -> None:
    """How many records say each of some words, letter for letter, within one scope."""
    whole, told = counting.totals(counted.filters).records, []
    scope = scope_label(counted.filters, counted.titles)
    for word in words:
        totals, label = counting.mentions((word,), counted.filters), f"{scope} 原文提到“{word}”的".removeprefix("全部 ")
        pair = pair_of(label, totals, counted.filters, (word,))
        share = share_of(f"{label} 占{scope}反馈", totals.records, whole, counted.filters)
        told.append(share)
        counted.figures += [*pair, share]
        counted.rows.append(Row(word, (*pair, share)))
    for word in words:
        wider, others = in_other_words(counted.filters, (word,), counting)
        counted.figures += wider
        counted.warnings += others
    counted.of = "说法"
    counted.warnings.append("只数逐字写到这些词的，同一条两个都写到的两边都算")
    _verdict(counted)
    _told_apart(told, counted)


def _verdict(counted: Counted) -> None:
    """Whether the two sides, or the first of more, are level; of two periods how the later one changed."""
    ranked = sorted(((row.figures[0].value, row.name) for row in counted.rows), reverse=True)
    if len(ranked) > 1 and ranked[0][0] == ranked[1][0]:
        counted.figures.append(level(ranked[0][1], ranked[1][1], ranked[0][0]))
    elif len(ranked) == 2 and counted.of == PERIODS and ranked[1][0] >= TOO_FEW:
        (before, n), (last, m) = sorted((name, value) for value, name in ranked)
        change = rounded(100 * (m - n) / n)
        counted.figures.append(Figure(f"{last} 较 {before} 变化", change, "%", f"({m:g} - {n:g}) / {n:g} records"))


def _told_apart(told: Sequence[Figure], counted: Counted) -> None:
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


def _group(name: str, group: Filters, counting: Counting, counted: Counted) -> Figure | None:
    """One side of a comparison: how many, and which share of its own group or its foremost themes."""
    totals, scope = tally(counting, counted.words, group), counted.scope(group)
    pair = pair_of(scope, totals, group, counted.words)
    counted.figures += pair
    counted.rows.append(Row(name, tuple(pair)))
    whole_group = without_needs(group)
    if totals.records < TOO_FEW:
        counted.warnings.append(f"{name}样本太少（只有 {totals.records} 条），不足以下结论")
    if whole_group == group and not counted.words:
        for row in counting.rows("theme", group, limit=2):
            counted.figures += row_figures(row, "theme", scope, group)
            counted.themes += [row.key] if row.key not in counted.themes else []
        return None
    whole = counting.totals(whole_group).records
    figure = share_of(f"{scope} 占{scope_label(whole_group)}反馈", totals.records, whole, group)
    counted.figures.append(figure)
    counted.rows[-1] = Row(name, (*pair, figure))
    return figure if whole >= TOO_FEW else None
