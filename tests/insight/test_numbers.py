"""Numbers are seen in Arabic and Chinese, names are not numbers, and what nobody counted is not borne."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.insight.numbers import Known, chinese_value, numbers_in


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
