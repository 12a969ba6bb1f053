"""Numbers are seen in Arabic and Chinese, names are not numbers, and what nobody counted is not borne."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.insight.numbers import Known, chinese_value, dates_in, numbers_in, without_dates


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("占 12.5%，共1,200条", [12.5, 1200]),
        ("８７％的客户", [87]),
        ("X5 与 P2 的 7P 方案，固件v3.2", []),
        ("三成客户，百分之十五退货", [30, 15]),
        ("三位客户说了一个问题", [3]),
        ("一万五千户", [15000]),
        ("3万台", [30000]),
        ("一次都没有来", []),
        ("没有数字", []),
        ("Forty-two percent, twelve customers and one record", [42, 12]),
        ("two to four weeks, one person leads", []),
        ("定三条规则，做两件事，立五份样单", []),
        ("有三条说慢，两份投诉", [3, 2]),
        ("这三条，以下四条", []),
    ],
)
def test_numbers_in_a_text(text: str, values: list[float]) -> None:
    assert sorted(n.value for n in numbers_in(text)) == sorted(values)


@pytest.mark.parametrize(
    ("text", "counts"),
    [("87%", True), ("3万台", True), ("3 万元", False), ("5 位客户", True), ("三成", True), ("42 度", False)],
)
def test_shares_and_counts_of_people_are_claims(text: str, counts: bool) -> None:
    assert [n.counts for n in numbers_in(text)] == [counts]


def test_a_number_is_borne_where_it_was_counted_or_said() -> None:
    known = Known.of([23], [6.6], ["我喊了八遍人工，花了３６００元"])
    borne = [n.value for n in numbers_in("23 条，6.6%，3600 元，8次，9次，36 元，23%，6.6 条") if known.bears(n)]
    assert borne == [23, 6.6, 3600]


@pytest.mark.parametrize(
    ("text", "dates", "numbers"),
    [
        ("2026-08 有 12 条", ["2026-08"], [12]),
        ("2026年8月3日到2026/09", ["2026年8月3日", "2026/09"], []),
        ("8月底起，2025年也有", ["8月底", "2025年"], []),
        ("等了3个月，花 2026 元", [], [3, 2026]),
        ("型号X2026-08，1.2 倍", [], [1.2]),
    ],
)
def test_a_date_is_no_number(text: str, dates: list[str], numbers: list[float]) -> None:
    assert sorted(date.text for date in dates_in(text)) == sorted(dates)
    assert sorted(n.value for n in numbers_in(without_dates(text))) == sorted(numbers)


@pytest.mark.parametrize(
    ("text", "day", "within"),
    [("2026-08", "2026-08-14", True), ("2026-08", "2026-09-01", False), ("8月", "2025-08-02", True),
     ("2026年", "2026-01-01", True), ("2026年8月3日", "2026-08", True)],
)  # fmt: skip
def test_a_day_lies_in_a_date_that_tells_its_month(text: str, day: str, within: bool) -> None:
    (date,) = dates_in(text)
    assert date.within(day) is within


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_looked_at_for_dates(text: str) -> None:
    assert not dates_in(without_dates(text).replace("，", "。")) or dates_in(text)
    numbers_in(text)


@settings(deadline=None)
@given(st.integers(1, 99_999))
def test_chinese_numerals_are_read_back(value: int) -> None:
    assert chinese_value(_spelled(value)) == value


def _spelled(value: int) -> str:
    digits = "零一二三四五六七八九"
    for scale, letter in ((10_000, "万"), (1000, "千"), (100, "百"), (10, "十")):
        if value >= scale:
            head, rest = divmod(value, scale)
            gap = "零" if rest and rest < scale // 10 else ""
            return _spelled(head) + letter + gap + (_spelled(rest) if rest else "")
    return digits[value]
