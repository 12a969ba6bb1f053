"""Knows how figures become pictures: line and bar charts as SVG text, readable on light and dark, with nothing from outside."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 760
_LEFT, _RIGHT, _TOP, _BOTTOM, _PLOT = 78, 178, 46, 48, 270
_ROW, _GAP, _NAMES = 16, 12, 230
"""Of bars: the height of one, the space between groups, the room of what they are called."""
_LABEL = 15
"""Pixels that a line of small print takes."""
COLOURS = ("#0f8a7c", "#c2701c", "#3f7fd0", "#c2453a", "#8a62c4", "#7d8a2b", "#7a8691")
"""Told apart on white and on near-black, in this order."""
_STYLE = (
    "text{font:13px system-ui,'Noto Sans CJK SC',sans-serif;fill:#2b333b}.t{font-size:15px;font-weight:600}"
    ".q{fill:#5f6b76}.g{stroke:#7a8691;stroke-opacity:.28}.i{stroke:#2b333b;stroke-width:1.5}.f{stroke:#c2453a;stroke-width:2}"
    "@media(prefers-color-scheme:dark){text{fill:#dfe5ea}.q{fill:#a3afba}.i{stroke:#dfe5ea}}"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is called at its end, and its points from left to right."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis counts. On a `log` one equal steps are equal ratios, and nothing at or below 0 is drawn."""

    name: str
    log: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """One group of bars: a value for each name of the chart, None where there is none.

    `intervals` and `floors` (marks that they should reach) belong to the values.
    """

    label: str
    values: Sequence[float | None]
    intervals: Sequence[tuple[float, float] | None] = ()
    floors: Sequence[float | None] = ()


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    at: float
    length: float
    log: bool = False

    def __call__(self, value: float) -> float:
        low, high, value = (math.log10(one) if self.log else one for one in (self.low, self.high, value))
        return round(self.at + self.length * (value - low) / ((high - low) or 1), 1)


def short(value: float) -> str:
    """A number as axes and bars tell it: 0.42, 1,200, 30k, 1M."""
    if abs(value) >= 10_000:
        unit, sign = next(one for one in ((1e9, "G"), (1e6, "M"), (1e3, "k")) if abs(value) >= one[0])
        return f"{value / unit:.3g}{sign}"
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"


def line_chart(title: str, lines: Sequence[Line], x: Axis, y: Axis) -> str:
    """Lines over one scale as a whole SVG document; each is called by its name at its end.

    Raises:
        ValueError: there is no point to draw.
    """
    drawn = [Line(one.name, [p for p in one.points if _drawable(p, x, y)]) for one in lines]
    drawn = [one for one in drawn if one.points]
    if not drawn:
        raise ValueError("a chart needs at least one point")
    across = _scale([p[0] for one in drawn for p in one.points], x, _LEFT, WIDTH - _LEFT - _RIGHT)
    up = _scale([p[1] for one in drawn for p in one.points], y, _TOP + _PLOT, -_PLOT)
    parts = [*_frame(across, up, x, y), *_drawn(drawn, across, up)]
    return _document(title, _TOP + _PLOT + _BOTTOM, parts)


def bar_chart(title: str, names: Sequence[str], groups: Sequence[Bars], most: float | None = None) -> str:
    """Groups of bars from 0 to the right as a whole SVG document, one bar a name; `most`: where the scale ends.

    Raises:
        ValueError: there is no group to draw.
    """
    if not groups:
        raise ValueError("a chart needs at least one group of bars")
    top = most or max([value for one in groups for value in one.values if value is not None] + [0.0]) or 1.0
    across = _Scale(0.0, top, _NAMES, WIDTH - _NAMES - 70)
    parts, at = _legend(names), float(_TOP + (24 if len(names) > 1 else 0))
    for one in groups:
        height = _ROW * len(names)
        parts.append(_text(_NAMES - 10, at + height / 2 + 4, one.label, "end"))
        for number, value in enumerate(one.values):
            parts += _bar(one, number, value, across, at + number * _ROW, names)
        at += height + _GAP
    return _document(title, round(at) + 8, parts)


def _drawable(point: tuple[float, float], x: Axis, y: Axis) -> bool:
    return (point[0] > 0 or not x.log) and (point[1] > 0 or not y.log)


def _scale(values: Sequence[float], axis: Axis, at: float, length: float) -> _Scale:
    if not axis.log:
        return _Scale(min(0.0, *values), _ticks(0, max([*values, 1e-9]))[-1], at, length)
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return _Scale(10.0**low, 10.0 ** max(high, low + 1), at, length, log=True)


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from `low` to at least `high`, four to six steps."""
    raw = (high - low) / 5
    unit = 10.0 ** math.floor(math.log10(raw))
    step = next(unit * one for one in (1, 2, 2.5, 5, 10) if unit * one >= raw)
    return [low + step * n for n in range(math.ceil((high - low) / step - 1e-9) + 1)]


def _marks(scale: _Scale) -> list[float]:
    if not scale.log:
        return _ticks(scale.low, scale.high)
    low, high = round(math.log10(scale.low)), round(math.log10(scale.high))
    return [10.0**power for power in range(low, high + 1)]


def _frame(across: _Scale, up: _Scale, x: Axis, y: Axis) -> list[str]:
    bottom, right = _TOP + _PLOT, WIDTH - _RIGHT
    parts = []
    for value in _marks(up):
        parts.append(f'<path class="g" d="M{_LEFT} {up(value)}H{right}"/>')
        parts.append(_text(_LEFT - 8, up(value) + 4, short(value), "end", "q"))
    for value in _marks(across):
        parts.append(f'<path class="g" d="M{across(value)} {_TOP}V{bottom}"/>')
        parts.append(_text(across(value), bottom + 18, short(value), "middle", "q"))
    parts.append(_text((_LEFT + right) / 2, bottom + 38, x.name, "middle", "q"))
    parts.append(_text(_LEFT - 8, _TOP - 10, y.name, "start", "q"))
    return parts


def _drawn(lines: Sequence[Line], across: _Scale, up: _Scale) -> list[str]:
    parts, free = [], -math.inf
    for number, one in sorted(enumerate(lines), key=lambda item: up(item[1].points[-1][1])):
        colour = COLOURS[number % len(COLOURS)]
        places = [(across(a), up(b)) for a, b in one.points]
        path = "L".join(f"{a} {b}" for a, b in places)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for (a, b), (left, value) in zip(places, one.points, strict=True):
            told = escape(f"{one.name}: {short(left)} → {short(value)}")
            parts.append(f'<circle cx="{a}" cy="{b}" r="3.5" fill="{colour}"><title>{told}</title></circle>')
        free = max(free + _LABEL, places[-1][1] + 4)
        parts.append(_text(WIDTH - _RIGHT + 12, free, one.name))
        parts.append(
            f'<path d="M{places[-1][0] + 4} {places[-1][1]}L{WIDTH - _RIGHT + 9} {free - 4}" stroke="{colour}"/>'
        )
    return parts


def _bar(of: Bars, number: int, value: float | None, across: _Scale, at: float, names: Sequence[str]) -> list[str]:
    if value is None:
        return [_text(_NAMES + 4, at + 12, "–", "start", "q")]
    colour, end = COLOURS[number % len(COLOURS)], across(value)
    told = escape(f"{of.label}, {names[number]}: {value:g}")
    size = f'width="{max(0.5, round(end - _NAMES, 1))}" height="{_ROW - 3}"'
    parts = [f'<rect x="{_NAMES}" y="{at + 1}" {size} rx="2" fill="{colour}"><title>{told}</title></rect>']
    interval = of.intervals[number] if number < len(of.intervals) else None
    if interval is not None:
        low, high = (across(one) for one in interval)
        parts.append(f'<path class="i" d="M{low} {at + _ROW / 2}H{high}"/>')
        end = max(end, high)
    floor = of.floors[number] if number < len(of.floors) else None
    if floor is not None:
        parts.append(f'<path class="f" d="M{across(floor)} {at}v{_ROW - 1}"><title>floor {floor:g}</title></path>')
        end = max(end, across(floor))
    return [*parts, _text(end + 6, at + 12, short(value), "start", "q")]


def _legend(names: Sequence[str]) -> list[str]:
    parts, at = [], float(_NAMES)
    for number, name in enumerate(names if len(names) > 1 else ()):
        parts.append(
            f'<rect x="{at}" y="{_TOP - 10}" width="10" height="10" rx="2" fill="{COLOURS[number % len(COLOURS)]}"/>'
        )
        parts.append(_text(at + 15, _TOP - 1, name))
        at += 33 + sum(13 if ord(sign) > 0x2E7F else 7.2 for sign in name)
    return parts


def _text(x: float, y: float, words: str, anchor: str = "start", look: str = "") -> str:
    more = (f' text-anchor="{anchor}"' if anchor != "start" else "") + (f' class="{look}"' if look else "")
    return f'<text x="{round(x, 1)}" y="{round(y, 1)}"{more}>{escape(words)}</text>'


def _document(title: str, height: int, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">'
    return "\n".join([head, f"<style>{_STYLE}</style>", _text(8, 20, title, look="t"), *parts, "</svg>", ""])
