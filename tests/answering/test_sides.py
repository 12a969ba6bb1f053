"""What stands side by side: the sides a question names, and the rows, tables and charts made of them."""

from datetime import date

import pytest

from assistant.answering.count import count
from assistant.answering.counted import Counted
from assistant.answering.plan import plan
from assistant.answering.sides import named_sides, words_apart
from tests.answering.fakes import MemoryCounting
from tests.answering.test_count import CATALOGUE, STORE, TODAY


def _counted(question: str) -> Counted:
    made = plan(question, (), CATALOGUE, TODAY)
    return count(made, MemoryCounting(STORE), STORE.themes(), (), named_sides(made, CATALOGUE))


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("企业客户和消费者比哪个更在意价格", [("sme", "enterprise"), ("consumer",)]),
        ("大企业和消费者对比", [("enterprise",), ("consumer",)]),
        ("打印机和门锁哪个投诉更多", [("P2",), ("L3",)]),
        ("打印机有多少条反馈", []),
    ],
)
def test_a_side_is_what_the_question_calls_one(question: str, sides: list[tuple[str, ...]]) -> None:
    made = plan(question, (), CATALOGUE, TODAY)
    found = named_sides(made, CATALOGUE)
    assert [getattr(side, made.by or "product") for side in found] == sides


def test_two_stored_groups_under_one_name_are_one_row() -> None:
    counted = _counted("企业客户和消费者比哪个更在意价格")
    assert counted.table is not None
    assert counted.table.columns == (
        "客户类型", "反馈（条）", "客户（位）", "占比（%）", "区间下限（%）", "区间上限（%）",
    )  # fmt: skip
    assert [row[0] for row in counted.table.rows] == ["中小企业/大企业", "消费者"]
    assert counted.chart is not None
    assert (counted.chart.kind, counted.chart.unit) == ("bar", "%")
    assert all(point.interval is not None for point in counted.chart.points)


@pytest.mark.parametrize(
    "question", ["打印机用户最在意什么", "打印机反馈的趋势", "8月和9月打印机反馈对比", "哪类客户投诉最多"]
)
def test_every_number_shown_is_that_of_a_figure(question: str) -> None:
    counted = _counted(question)
    known = {value for figure in counted.figures for value in (figure.value, *(figure.interval or ()))}
    assert counted.table is not None
    shown = {value for row in counted.table.rows for value in row[1:] if value is not None}
    assert shown <= known
    assert counted.chart is not None
    assert {point.value for point in counted.chart.points} <= known


def test_a_single_number_is_no_table() -> None:
    counted = _counted("打印机有多少条反馈")
    assert (counted.table, counted.chart) == (None, None)


def test_a_line_has_every_month_even_a_silent_one() -> None:
    made = plan("掉线的反馈趋势", (), CATALOGUE, date(2026, 11, 21))
    counted = count(made, MemoryCounting(STORE), STORE.themes())
    assert counted.chart is not None
    assert counted.chart.kind == "line"
    assert [(point.label, point.value) for point in counted.chart.points] == [("2026-08", 10), ("2026-09", 0)]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("掉线和卡纸哪个多", ("掉线", "卡纸")),
        ("掉线的投诉比卡纸多吗", ("掉线", "卡纸")),
        ("掉线、卡纸、墨粉分别有多少条", ("掉线", "卡纸", "墨粉")),
        ("掉线的反馈有多少条", ()),
        ("打印机和门锁哪个投诉更多", ()),
        ("8月和9月掉线相比", ()),
    ],
)
def test_words_joined_are_counted_each_by_itself(question: str, words: tuple[str, ...]) -> None:
    made = plan(question, (), CATALOGUE, TODAY)
    assert words_apart(made) == words
    if words:
        counted = count(made, MemoryCounting(STORE), STORE.themes(), words=words)
        assert [row.name for row in counted.rows] == list(words)
        assert not counted.themes
