"""Charts: well-formed, whole, in nobody else's hands, and where a number belongs."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.charts import Axis, Bars, Line, bar_chart, line_chart, short

SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = st.floats(0.001, 1e9, allow_nan=False)


def marks(drawn: str, tag: str) -> list[ET.Element]:
    return ET.fromstring(drawn).findall(f".//{SVG}{tag}")


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=6), st.booleans(), st.booleans())
def test_every_point_is_drawn_once_within_the_picture(points: list[tuple[float, float]], x: bool, y: bool) -> None:
    drawn = line_chart("时间", [Line("a < b & c", points)], Axis("记录", x), Axis("秒", y))
    circles = marks(drawn, "circle")
    assert len(circles) == len(points)
    for one in circles:
        assert 77 <= float(one.attrib["cx"]) <= 583
        assert 45 <= float(one.attrib["cy"]) <= 317


def test_equal_ratios_are_equal_steps_on_a_log_axis() -> None:
    line = Line("t", [(10, 1), (100, 10), (1000, 100)])
    across = [
        float(one.attrib["cx"]) for one in marks(line_chart("t", [line], Axis("n", True), Axis("s", True)), "circle")
    ]
    assert across[1] - across[0] == pytest.approx(across[2] - across[1], abs=0.2)


def test_names_of_lines_that_end_together_stand_apart() -> None:
    drawn = line_chart("t", [Line(f"line {n}", [(1, 5), (2, 5)]) for n in range(5)], Axis("n"), Axis("s"))
    heights = sorted(float(one.attrib["y"]) for one in marks(drawn, "text") if (one.text or "").startswith("line"))
    assert all(b - a >= 14 for a, b in pairwise(heights))


def test_bars_are_as_long_as_their_values_and_say_them() -> None:
    groups = [Bars("召回", [0.5, 0.25, None], [(0.4, 0.6), None, None], floors=[0.5, None, None])]
    drawn = bar_chart("检索", ["规则", "模型", "朴素"], groups, most=1.0)
    bars = [one for one in marks(drawn, "rect") if one.attrib["height"] != "10"]
    assert [float(one.attrib["width"]) for one in bars] == [230.0, 115.0]
    told = [one.text for one in marks(drawn, "text")]
    assert {"召回", "0.5", "0.25", "–", "规则"} <= set(told)


def test_what_is_drawn_asks_nobody_and_takes_no_markup() -> None:
    drawn = bar_chart("<script>", ["x"], [Bars("<b>&", [1.0])])
    assert "<script>" not in drawn
    assert "<b>" not in drawn
    assert re.findall(r"https?://[^\"\s]+", drawn) == ["http://www.w3.org/2000/svg"]


@pytest.mark.parametrize(
    "drawing", [lambda: bar_chart("t", ["x"], []), lambda: line_chart("t", [], Axis("x"), Axis("y"))]
)
def test_nothing_is_no_chart(drawing: object) -> None:
    with pytest.raises(ValueError, match="at least one"):
        drawing()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("value", "told"), [(0.4213, "0.421"), (42, "42"), (1200, "1,200"), (30_000, "30k"), (1e6, "1M"), (2.5e9, "2.5G")]
)
def test_numbers_are_short(value: float, told: str) -> None:
    assert short(value) == told
