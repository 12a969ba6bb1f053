"""Knows which figures of a section are drawn, and how."""

from collections.abc import Iterator

from evals.charts import Bars, bar_chart
from evals.scores.kept import Figure, Scores
from evals.scores.markdown import best
from evals.scores.told import Line, Section, sections

_WAYS = ("rules", "recorded", "naive")


def charts(scores: Scores) -> Iterator[tuple[Section, str]]:
    """Every section that has a chart, with the chart as an SVG document."""
    for section in sections(scores):
        if section.chart and any(line.charted for line in section.lines):
            yield section, chart(section)


def chart(section: Section) -> str:
    """Bars from 0 to 1 for those ways that have a figure; the naive bar is the best of the naive ways. A way has its
    colour in every chart."""
    drawn = [line for line in section.lines if line.charted]
    columns = [(name, [_of(way, line) for line in drawn]) for way, name in zip(_WAYS, section.columns, strict=True)]
    groups = []
    for at, line in enumerate(drawn):
        row = [figures[at] for _, figures in columns]
        groups.append(
            Bars(
                line.label,
                [figure.value if figure else None for figure in row],
                [figure.interval if figure else None for figure in row],
                [figure.floor if figure else None for figure in row],
            )
        )
    return bar_chart(section.chart, [name for name, _ in columns], groups, most=1.0)


def _of(way: str, line: Line) -> Figure | None:
    return {"rules": line.rules, "recorded": line.recorded}.get(way) if way != "naive" else best(line)
