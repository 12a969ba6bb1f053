"""A count over time in its parts: a line for each product, group or channel that a question asks for by itself."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from assistant.answering.counted import Counted
from assistant.answering.labels import query_text
from assistant.answering.lexicon import normalise
from assistant.answering.ports import Counting
from assistant.answering.tabling import rest_name
from assistant.answering.within import months_said
from assistant.domain.answers import Figure, Line, Plan
from assistant.domain.filters import Filters
from assistant.domain.vocabulary import Dimension

_LINES = 6
"""So many lines can be told from one another; what is beyond them is one more."""
_EACH: tuple[tuple[Dimension, re.Pattern[str]], ...] = (
    ("product", re.compile("(?:各个?|每[个款种]|分|按|不同)(?:产品|机型|机器)")),
    ("segment", re.compile("(?:各[个类种]?|每[个类种]|分|按|不同)(?:客群|客户类型|客户群|用户群|类客户|类用户)")),
    ("channel", re.compile("(?:各个?|每个|分|按|不同)渠道")),
)


def parts_asked(plan: Plan) -> Dimension | None:
    """What a trend is to be parted by, besides its months."""
    text = normalise(plan.question)
    return next((by for by, said in _EACH if said.search(text)), None)


def part(by: Dimension, counting: Counting, counted: Counted) -> None:
    """Add a line for each of the foremost values of a dimension, and one for the rest, over the months counted."""
    filters, whole = counted.filters, [row.figures[0].value for row in counted.rows]
    known = [row for row in counting.rows(by, filters) if row.key != "unknown"]
    named: list[tuple[str, Filters]] = []
    for row in known[:_LINES]:
        only: dict[str, Any] = {by: (row.key,)}
        named.append((row.label, replace(filters, **only)))
    lines = [_line(name, only, counting, counted) for name, only in named]
    left = [total - sum(line.values[n] for line in lines) for n, total in enumerate(whole)]
    if any(left):
        beyond = len(known) - len(lines)
        lines.append(Line(rest_name(beyond), tuple(left)))
        keys = "|".join(row.key for row in known[:_LINES])
        _figures(lines[-1], f" by {by} none of {keys}", filters, counted)
    counted.lines = lines


def _line(name: str, only: Filters, counting: Counting, counted: Counted) -> Line:
    said = dict(months_said(counted.words, counting, only))
    line = Line(name, tuple(float(said.get(row.name, 0)) for row in counted.rows))
    _figures(line, "", only, counted)
    return line


def _figures(line: Line, beyond: str, filters: Filters, counted: Counted) -> None:
    scope = counted.scope(replace(counted.filters, since=None, until=None))
    months: Sequence[str] = [row.name for row in counted.rows]
    counted.figures += [
        Figure(f"{month} {scope} 「{line.name}」反馈", value, "条",
               query_text(f"count records{beyond} by month = {month}", filters))
        for month, value in zip(months, line.values, strict=True)
    ]  # fmt: skip
