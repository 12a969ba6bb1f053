"""Numbers as sentences state them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.numbers import numbers, whole


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("共有31条反馈,12位客户,占12.5%", [("31", "records"), ("12", "customers"), ("12.5", "%")]),
        ("2026年8月", [("2026", "date"), ("8", "date")]),
        ("十二条反馈里三成来自企业", [("12", "records"), ("30", "%")]),
        ("百分之十二点五", [("12.5", "%")]),
        ("三分之一的客户", [("33.3", "%")]),
        ("超过一半", [("50", "%")]),
        ("降到一半", [("50", "%")]),
        ("洗头洗到一半水就冰了", []),
        ("1,234 条", [("1234", "records")]),
        ("1.2万条", [("12000", "records")]),
        ("共31条", [("31", "records")]),
        ("二十三位客户", [("23", "customers")]),
        ("翻了两倍", [("2", "times")]),
        ("升级到3.2后", [("3.2", "")]),
        ("P2和JSQ30-X5、EC-05B", []),
        ("打 ⟦phone:7f3a9c⟧ 联系", []),
        ("有一位客户说过一次[12]", []),
        ("第二个月,每三天一次,上一次", []),
        ("五星好评,三心二意", []),
    ],
)
def test_numbers_of_a_sentence(text: str, stated: list[tuple[str, str]]) -> None:
    assert [(n.value, n.unit) for n in numbers(text)] == [(Decimal(value), unit) for value, unit in stated]


@pytest.mark.parametrize(
    ("word", "value"),
    [("十", 10), ("一百零五", 105), ("两千三百", 2300), ("三万五千", 35000), ("二零二六", 2026), ("九十九", 99)],
)
def test_chinese_whole_numbers(word: str, value: int) -> None:
    assert whole(word) == value


@given(st.integers(0, 10**7))
def test_a_number_in_digits_is_always_found(value: int) -> None:
    assert [n.value for n in numbers(f"共{value}条")] == [Decimal(value)]
