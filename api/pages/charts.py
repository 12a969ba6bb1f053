"""Charts as their options: one palette, intervals shown, and tooltips that are drawn, not set as markup."""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from assistant.domain.answers import Chart
from assistant.domain.statistics import wilson

ACCENT, SOFT, QUIET, WORSE = "#0f8074", "rgba(15,128,116,.18)", "#727e88", "#b3382c"
PALETTE: dict[str, str] = {
    "new": "#b4661b", "growing": "#b3382c", "steady": "#0f8074", "fading": "#5d7f95", "gone": "#8a949e",
    "too_few": "#5f7a86",
}  # fmt: skip
_LABEL = {"color": QUIET, "fontSize": 13}
_SPLIT = {"lineStyle": {"color": QUIET, "opacity": 0.2}}
_WHISKER = """(params, api) => {
  const low = api.coord([api.value(1), api.value(0)]), high = api.coord([api.value(2), api.value(0)]);
  const style = {stroke: '#8a949e', lineWidth: 1.5, fill: null};
  const line = (x1, y1, x2, y2) => ({type: 'line', shape: {x1, y1, x2, y2}, style});
  return {type: 'group', children: [line(low[0], low[1], high[0], high[1]),
    line(low[0], low[1] - 4, low[0], low[1] + 4), line(high[0], high[1] - 4, high[0], high[1] + 4)]};
}"""


def _plain(**options: Any) -> dict[str, Any]:
    return {
        "animation": False,
        "textStyle": {"fontFamily": "inherit", "color": QUIET},
        "tooltip": {"trigger": "axis", "renderMode": "richText", "confine": True},
        "grid": {"left": 8, "right": 36, "top": 28, "bottom": 8, "containLabel": True},
        **options,
    }


def lines(labels: Sequence[str], of: Sequence[tuple[str, Sequence[float]]], unit: str) -> dict[str, Any]:
    """Several lines over the same times: (name, its values); at most seven have a colour of their own."""
    return _plain(
        color=list(_COLOURS),
        grid={"left": 8, "right": 36, "top": 28, "bottom": 40, "containLabel": True},
        legend={"bottom": 0, "itemWidth": 16, "textStyle": _LABEL, "type": "scroll"},
        xAxis={"type": "category", "data": list(labels), "boundaryGap": False, "axisTick": {"show": False}, "axisLabel": _LABEL},
        yAxis={"type": "value", "name": unit, "min": 0, "splitLine": _SPLIT, "axisLabel": _LABEL},
        series=[
            {"type": "line", "name": name, "data": list(values), "symbolSize": 6, "lineStyle": {"width": 2}}
            for name, values in of
        ],
    )  # fmt: skip


def band(labels: Sequence[str], lows: Sequence[float], values: Sequence[float], highs: Sequence[float], unit: str,
         names: tuple[str, str]) -> dict[str, Any]:  # fmt: skip
    """A line over time with its interval as a band; `names` are of the value and of the interval."""
    invisible = {"type": "line", "stack": "band", "symbol": "none", "lineStyle": {"opacity": 0}, "silent": True}
    spans = [round(high - low, 2) for low, high in zip(lows, highs, strict=True)]
    return _plain(
        tooltip={"trigger": "axis", "renderMode": "richText", "confine": True},
        xAxis={"type": "category", "data": list(labels), "boundaryGap": False, "axisTick": {"show": False}, "axisLabel": _LABEL},
        yAxis={"type": "value", "name": unit, "min": 0, "splitLine": _SPLIT, "axisLabel": _LABEL},
        series=[
            {**invisible, "data": list(lows), "tooltip": {"show": False}, "name": " "},
            {**invisible, "data": spans, "areaStyle": {"color": SOFT}, "tooltip": {"show": False}, "name": names[1]},
            {"type": "line", "name": names[0], "data": list(values), "symbolSize": 7, "color": ACCENT,
             "lineStyle": {"width": 2.5}},
        ],
    )  # fmt: skip


def shares(months: Sequence[str], told: Sequence[int], read: Sequence[int], names: tuple[str, str]) -> dict[str, Any]:
    """A theme's share of what was read, month by month, with 95 % Wilson intervals."""
    rows = [(n, of, wilson(min(n, of), of)) for n, of in zip(told, read, strict=True)]
    return band(
        months,
        [round(100 * low, 1) for _, _, (low, _) in rows],
        [round(100 * n / of, 1) if of else 0.0 for n, of, _ in rows],
        [round(100 * high, 1) for _, _, (_, high) in rows],
        "%",
        names,
    )


def drawn(chart: Chart, names: tuple[str, str]) -> dict[str, Any]:
    """The chart of an answer."""
    labels = [point.label for point in chart.points]
    spans = [point.interval or (point.value, point.value) for point in chart.points]
    if chart.lines:
        return lines(labels, [(line.name, line.values) for line in chart.lines], chart.unit)
    if chart.kind == "line":
        lows, highs = [low for low, _ in spans], [high for _, high in spans]
        return band(labels, lows, [point.value for point in chart.points], highs, chart.unit, names)
    whiskers = [[place, low, high] for place, (low, high) in enumerate(spans)]
    cut = {**_LABEL, "width": 150, "overflow": "truncate"}
    return _plain(
        xAxis={"type": "value", "name": chart.unit, "splitLine": _SPLIT, "axisLabel": _LABEL},
        yAxis={"type": "category", "data": labels, "inverse": True, "axisLabel": cut, "axisTick": {"show": False}},
        series=[
            {"type": "bar", "name": names[0], "data": [point.value for point in chart.points], "barMaxWidth": 18,
             "itemStyle": {"color": ACCENT, "borderRadius": [0, 4, 4, 0]}},
            {"type": "custom", ":renderItem": _WHISKER, "data": whiskers, "silent": True, "z": 5,
             "encode": {"y": 0, "x": [1, 2]}, "tooltip": {"show": False}},
        ],
    )  # fmt: skip


def treemap(groups: Sequence[tuple[str, Sequence[tuple[str, str, int, str]]]]) -> dict[str, Any]:
    """Themes as areas: (upper theme, [(id, title, customers, trend)]). Colour is the trend."""
    return _plain(
        tooltip={"renderMode": "richText", "confine": True},
        series=[
            {
                "type": "treemap", "roam": False, "nodeClick": False, "breadcrumb": {"show": False},
                "left": 0, "right": 0, "top": 0, "bottom": 0,
                "label": {"overflow": "break", "fontSize": 13, "color": "#fff", "lineHeight": 17},
                "upperLabel": {"show": True, "height": 22, "color": "#fff", "fontSize": 12},
                "itemStyle": {"gapWidth": 2, "borderWidth": 0},
                "levels": [
                    {"itemStyle": {"gapWidth": 4}, "upperLabel": {"show": False}},
                    {"itemStyle": {"borderColor": "#46515b", "borderWidth": 2, "gapWidth": 2}},
                ],
                "data": [
                    {"name": upper, "value": sum(row[2] for row in own), "children": [
                        {"name": title, "value": customers, "id": theme_id,
                         "itemStyle": {"color": PALETTE.get(trend, QUIET)}}
                        for theme_id, title, customers, trend in own
                    ]}
                    for upper, own in groups
                ],
            }
        ],
    )  # fmt: skip


def moments(rows: Sequence[str], points: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    """What happened when: (day, row, name) as dots along time, one row above the other."""
    return _plain(
        tooltip={"renderMode": "richText", "confine": True, "formatter": "{c}"},
        grid={"left": 8, "right": 24, "top": 8, "bottom": 4, "containLabel": True},
        xAxis={"type": "time", "boundaryGap": ["4%", "4%"], "axisLabel": {**_LABEL, "hideOverlap": True, "formatter": "{yyyy}-{MM}"}, "splitLine": {"show": False}},
        yAxis={"type": "category", "data": list(rows), "inverse": True, "axisLabel": _LABEL, "axisTick": {"show": False},
               "splitLine": {"show": True, **_SPLIT}},
        series=[
            {"type": "scatter", "symbolSize": 14, "data": [[day, row] for day, row, _ in points],
             "itemStyle": {"color": ACCENT, "opacity": 0.85}},
        ],
    )  # fmt: skip


Sureness: TypeAlias = Literal["sure", "alone", "open"]
"""How far a difference is known: among all of them, looked at alone, or not at all."""
_ALONE = 0.45


def differences(rows: Sequence[tuple[str, float, tuple[float, float], Sureness]], unit: str) -> dict[str, Any]:
    """Differences of shares in points, to the right where there is more, with intervals; pale where it stands alone only,
    grey where it can't be told."""
    whiskers = [[place, round(100 * low, 1), round(100 * high, 1)] for place, (_, _, (low, high), _) in enumerate(rows)]
    bars = [
        {
            "value": round(100 * value, 1),
            "itemStyle": {
                "color": (WORSE if value > 0 else ACCENT) if sure != "open" else "#9aa7ae",
                "opacity": _ALONE if sure == "alone" else 1,
            },
        }
        for _, value, _, sure in rows
    ]
    cut = {**_LABEL, "width": 150, "overflow": "truncate"}
    names = {"type": "category", "data": [row[0] for row in rows], "inverse": True, "axisLabel": cut}
    return _plain(
        xAxis={"type": "value", "name": unit, "nameLocation": "middle", "nameGap": 26, "splitLine": _SPLIT, "axisLabel": _LABEL},
        yAxis={**names, "axisTick": {"show": False}, "axisLine": {"onZero": False, "show": False}},
        grid={"left": 8, "right": 24, "top": 8, "bottom": 24, "containLabel": True},
        series=[
            {"type": "bar", "name": unit, "data": bars, "barMaxWidth": 16},
            {"type": "custom", ":renderItem": _WHISKER, "data": whiskers, "silent": True, "z": 5,
             "encode": {"y": 0, "x": [1, 2]}, "tooltip": {"show": False}},
        ],
    )  # fmt: skip


_COLOURS = ("#0f8074", "#b4661b", "#5d7f95", "#7a5ea8", "#b3382c", "#7d8a2e", QUIET)


def stacked(labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]], unit: str) -> dict[str, Any]:
    """Amounts by label, one on the other: (name, its amounts); at most seven names have a colour of their own."""
    return _plain(
        color=list(_COLOURS),
        legend={"bottom": 0, "icon": "roundRect", "itemWidth": 12, "itemHeight": 8, "textStyle": _LABEL, "type": "scroll"},
        grid={"left": 8, "right": 16, "top": 28, "bottom": 34, "containLabel": True},
        xAxis={"type": "category", "data": list(labels), "axisTick": {"show": False}, "axisLabel": {**_LABEL, "hideOverlap": True}},
        yAxis={"type": "value", "name": unit, "splitLine": _SPLIT, "axisLabel": _LABEL},
        series=[
            {"type": "bar", "stack": "all", "name": name, "data": list(values), "barMaxWidth": 26} for name, values in series
        ],
    )  # fmt: skip
