"""Counted rows as a small table and as what to draw, for somebody who has to show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.domain.answers import Chart, Figure, Line, Point, Table

TOTAL = "合计"
_COLUMNS = ("反馈（条）", "客户（位）", "占比（%）", "区间下限（%）", "区间上限（%）", "较上期（%）")


def rest_name(beyond: int) -> str:
    """What the row, or line, is called that stands for `beyond` more, or for what has no value."""
    return f"其余 {beyond} 个" if beyond > 0 else "其余"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing counted: its name, and the figures that were told of it."""

    name: str
    figures: tuple[Figure, ...]

    def values(self) -> tuple[float | None, ...]:
        """The numbers for the columns; None where it was not counted."""
        found: dict[str, float | None] = dict.fromkeys(_COLUMNS)
        for figure in self.figures:
            if figure.unit == "条":
                found[_COLUMNS[0]] = figure.value
            elif figure.unit == "位":
                found[_COLUMNS[1]] = figure.value
            elif figure.interval is not None:
                found[_COLUMNS[2]] = figure.value
                found[_COLUMNS[3]], found[_COLUMNS[4]] = figure.interval
            else:
                found[_COLUMNS[5]] = figure.value
        return tuple(found.values())


def table_of(title: str, what: str, rows: Sequence[Row], total: Row | None = None) -> Table | None:
    """The rows under the columns that hold something, `what` being what they are rows of; None for less than two.

    `total` is the last line, where the rows add up to it.
    """
    if len(rows) < 2:
        return None
    rows = rows if total is None else (*rows, total)
    values = [row.values() for row in rows]
    held = [n for n in range(len(_COLUMNS)) if any(row[n] is not None for row in values)]
    lines = ((row.name, *(_float(of[n]) for n in held)) for row, of in zip(rows, values, strict=True))
    return Table(title, (what, *(_COLUMNS[n] for n in held)), tuple(lines))


def crossed_table(title: str, what: str, rows: Sequence[Row], lines: Sequence[Line]) -> Table:
    """Times as rows and what is counted in each as columns, their sum last."""
    cells = (
        (row.name, *(line.values[n] for line in lines), _float(row.figures[0].value)) for n, row in enumerate(rows)
    )
    return Table(title, (what, *(line.name for line in lines), TOTAL), tuple(cells))


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)


def chart_of(title: str, rows: Sequence[Row], *, over_time: bool, lines: Sequence[Line] = ()) -> Chart | None:
    """A line of records over time, else bars of shares with their intervals (of records where no share was counted)."""
    if len(rows) < 2:
        return None
    shares = [next((f for f in row.figures if f.interval is not None), None) for row in rows]
    counts = [next((f for f in row.figures if f.unit == "条"), None) for row in rows]
    chosen, unit = (counts, "条") if over_time or None in shares else (shares, "%")
    points = tuple(Point(row.name, f.value, f.interval) for row, f in zip(rows, chosen, strict=True) if f is not None)
    kind: Literal["bar", "line"] = "line" if over_time else "bar"
    return Chart(kind, title, unit, points, tuple(lines)) if len(points) > 1 else None
