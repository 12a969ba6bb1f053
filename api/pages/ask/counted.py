"""What an answer counted: its chart with intervals, its table, and every figure behind its sentences."""

import re

from nicegui import ui

from api.pages import charts
from api.pages.parts import table, tag
from api.pages.words import Words
from assistant.domain.answers import Answer, Figure

MARK = re.compile(r"\[(D?\d{1,3})\]")
"""Where a sentence points to what it stands on."""


def show_counts(words: Words, answer: Answer) -> None:
    """The chart and the table of an answer, those it has."""
    chart, rows = answer.chart, answer.table
    if chart is not None and chart.points:
        tall = 96 + (30 * len(chart.points) if chart.kind == "bar" else 150 + (60 if chart.lines else 0))
        tag("h3", chart.title)
        made = ui.echart(charts.drawn(chart, (words("value"), words("interval")))).classes("chart")
        made.style(f"height:{tall}px")
        made.props["role"], made.props["aria-label"] = "img", words("chart_of", title=chart.title)
        if any(point.interval for point in chart.points):
            tag("p", words("interval_told"), "facts")
    if rows is not None:
        shown = [[words.readable(one) if isinstance(one, str) else one for one in row] for row in rows.rows]
        said = chart is not None and bool(chart.points) and chart.title == rows.title
        table(rows.columns, shown, "" if said else rows.title)


def told_by_table(sentence: str, answer: Answer) -> bool:
    """Whether a sentence says nothing but what a row of the answer's table shows."""
    if answer.table is None or MARK.search(sentence):
        return False
    by_month = "按月：" in sentence and any(str(row[0]) in sentence for row in answer.table.rows)
    return by_month or any(f"「{row[0]}」" in sentence for row in answer.table.rows)


def show_figures(words: Words, figures: tuple[Figure, ...]) -> None:
    """Every figure with its unit and interval, folded away."""
    if not figures:
        return
    with tag("details"):
        tag("summary", words("figures", n=len(figures)))
        spans = [f"{one.interval[0]:g} – {one.interval[1]:g}" if one.interval else None for one in figures]
        rows = [
            [words.readable(one.label), float(one.value), one.unit, span]
            for one, span in zip(figures, spans, strict=True)
        ]
        table((words("figure"), words("value"), words("unit"), words("interval")), rows, words("counted"))
