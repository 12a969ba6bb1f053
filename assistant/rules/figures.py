"""Knows how figures are said: one sentence for all that was counted of one thing, the number first."""

import re
from collections.abc import Sequence

from assistant.domain.answers import Figure
from assistant.domain.drafts import SentenceDraft

_MOST = 16
"""Sentences of figures; an answer is no table."""
_ROWS = 5
"""Rows of a table that are said whole; those that follow are named with their number alone."""
_KIND = re.compile(r"^(?P<of>.*?)\s*(?P<kind>反馈|客户|占比|占\S.*?反馈|较上期变化)$")
_ROW = re.compile(r"^(?!20\d\d-\d\d ).*「(?P<name>[^」]*)」(?:反馈|客户|占比|较上期变化)$")
_MONTH = re.compile(r"^(?P<month>20\d\d-\d\d) (?P<of>.*?)\s*反馈$")


def figure_sentences(figures: Sequence[Figure], *, asked_how_many: bool = False) -> list[SentenceDraft]:
    """Sentences that say the figures in the order given; a run of months is one sentence, and so are the rows of a table
    that come after the first.

    Where it was asked how many, the first sentence begins with the number.
    """
    sentences: list[SentenceDraft] = []
    place = rows = 0
    while place < len(figures) and len(sentences) < _MOST:
        run = _months(figures, place) or _same_thing(figures, place)
        rows = rows + 1 if _titled(figures[place]) else 0
        if rows > _ROWS and len(further := _further(figures, place)) > 1:
            said = [n for n in further if figures[n].unit == "条"]
            sentences.append(SentenceDraft(text=_named(figures, said), citations=[], figures=[n + 1 for n in said]))
            place, rows = further[-1] + 1, 0
            continue
        if len(run) > 2 and _month(figures[run[1]]):
            text = _row(figures, run)
        else:
            text = _how_many(figures, run) if asked_how_many and not sentences else _said(figures, run)
        sentences.append(SentenceDraft(text=text, citations=[], figures=[n + 1 for n in run]))
        place = run[-1] + 1
    return sentences


def _titled(figure: Figure) -> str | None:
    """The name of the row that a figure is of, where it is of one that is counted as a share."""
    match = _ROW.search(figure.label)
    return match["name"] if match else None


def _further(figures: Sequence[Figure], start: int) -> list[int]:
    """Neighbouring figures of rows; none where there is but one row."""
    run = [start]
    while run[-1] + 1 < len(figures) and _titled(figures[run[-1] + 1]):
        run.append(run[-1] + 1)
    return run if len({_titled(figures[n]) for n in run}) > 1 else []


def _named(figures: Sequence[Figure], run: Sequence[int]) -> str:
    return f"另有{'、'.join(f'「{_titled(figures[n])}」{_value(figures[n])}' for n in run)}。"


def _months(figures: Sequence[Figure], start: int) -> list[int]:
    """Neighbouring figures that count the same thing month by month; none where there are fewer than three."""
    of = _month(figures[start])
    run = [start]
    while of and run[-1] + 1 < len(figures) and _month(figures[run[-1] + 1]) == of:
        run.append(run[-1] + 1)
    return run if len(run) > 2 else []


def _month(figure: Figure) -> str | None:
    match = _MONTH.match(figure.label)
    return match["of"] if match and figure.unit == "条" else None


def _row(figures: Sequence[Figure], run: Sequence[int]) -> str:
    told = "、".join(f"{figures[n].label[:7]} {_value(figures[n])}" for n in run)
    return f"{(_month(figures[run[0]]) or '').removeprefix('全部')} 按月：{told}。".lstrip()


def _same_thing(figures: Sequence[Figure], start: int) -> list[int]:
    of, run = _of(figures[start]), [start]
    while run[-1] + 1 < len(figures) and of is not None and _of(figures[run[-1] + 1]) == of:
        run.append(run[-1] + 1)
    return run


def _of(figure: Figure) -> str | None:
    match = _KIND.match(figure.label)
    return (match["of"].strip().removeprefix("全部 ") or None) if match else None


def _said(figures: Sequence[Figure], run: Sequence[int]) -> str:
    first = figures[run[0]]
    if first.label.endswith(" 相差") and not first.value:
        return f"{first.label.removesuffix(' 相差')} 持平：相差 {_value(first)}。"
    of = _of(first)
    if of is None or len(run) == 1:
        return f"{first.label}：{_value(first)}{_interval(first)}。"
    return f"{of}：{'，'.join(_part(figures[n]) for n in run)}。"


def _how_many(figures: Sequence[Figure], run: Sequence[int]) -> str:
    """``共14条反馈，来自11位客户（…），占…``: the total first, then what it is a total of."""
    records, customers, *rest = [figures[n] for n in run] + [None, None][: max(0, 2 - len(run))]
    of = _of(figures[run[0]])
    if of is None or records is None or customers is None or (records.unit, customers.unit) != ("条", "位"):
        return _said(figures, run)
    total = f"共{_value(records)}反馈，来自{_value(customers)}客户（{of}）"
    return "，".join([total, *(_part(figure) for figure in rest if figure is not None)]) + "。"


def _part(figure: Figure) -> str:
    match = _KIND.match(figure.label)
    kind = match["kind"] if match else ""
    if kind in {"反馈", "客户"}:
        return f"{_value(figure)}{'反馈' if kind == '反馈' else '客户'}"
    return f"{kind} {_value(figure)}{_interval(figure)}"


def _interval(figure: Figure) -> str:
    if figure.interval is None:
        return ""
    low, high = figure.interval
    return f"（区间 {_number(low)}{figure.unit} 至 {_number(high)}{figure.unit}）"


def _value(figure: Figure) -> str:
    return f"{_number(figure.value)}{figure.unit}"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
