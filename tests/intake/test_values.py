"""Cells as people write them, turned into our values."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.intake.dates import read_moment, read_month_or_day
from assistant.intake.values import (
    cell_text,
    filled,
    read_channel,
    read_list,
    read_rating,
    read_segment,
    read_status,
    read_yes_no,
    tells_channel_more,
    tells_more,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026/1/4 21:36", "2026-01-04T21:36:00+08:00"),
        ("2026年1月4日", "2026-01-04T00:00:00+08:00"),
        ("2026年01月04日 下午3点05分", "2026-01-04T15:05:00+08:00"),
        ("2026-01-04 (周日) 21:36:10", "2026-01-04T21:36:10+08:00"),
        ("2026-01-04T21:36:00+0900", "2026-01-04T21:36:00+09:00"),
        ("2026-01-04T21:36:00-05:00", "2026-01-04T21:36:00-05:00"),
        ("2026-01-04T21:36:00.123Z", "2026-01-05T05:36:00+08:00"),
        ("2026.1.4", "2026-01-04T00:00:00+08:00"),
        ("2026-01", "2026-01-01T00:00:00+08:00"),
        ("20260104", "2026-01-04T00:00:00+08:00"),
        ("20260104213600", "2026-01-04T21:36:00+08:00"),
        ("1767533760", "2026-01-04T21:36:00+08:00"),
        (1767533760000, "2026-01-04T21:36:00+08:00"),
        ("46026.9", "2026-01-04T21:36:00+08:00"),
        (46026.0, "2026-01-04T00:00:00+08:00"),
        ("Jan 4, 2026 9:36 PM", "2026-01-04T21:36:00+08:00"),
        ("Sun, 4 Jan 2026 13:36:00 +0000", "2026-01-04T21:36:00+08:00"),
        ("04.01.2026", "2026-01-04T00:00:00+08:00"),
        ("04/Jan/26 10:00 AM", "2026-01-04T10:00:00+08:00"),
        ("1/4/2026 21:36", "2026-01-04T21:36:00+08:00"),
        ("25/1/2026", "2026-01-25T00:00:00+08:00"),
        ("2026-01-04 24:00", "2026-01-05T00:00:00+08:00"),
        (datetime(2026, 1, 4, 21, 36), "2026-01-04T21:36:00+08:00"),  # noqa: DTZ001
        (date(2026, 1, 4), "2026-01-04T00:00:00+08:00"),
    ],
)
def test_dates(value: object, expected: str) -> None:
    assert read_moment(value) == expected


@pytest.mark.parametrize(
    "value", ["昨天", "", None, "2026-13-40", "2026-02-30", "5", "X5", True, "13812345678", "9" * 70, "³"]
)
def test_what_is_no_date(value: object) -> None:
    assert read_moment(value) is None


@given(st.text(max_size=30) | st.integers() | st.floats())
def test_no_value_makes_the_date_reader_fail(value: object) -> None:
    moment = read_moment(value)
    assert moment is None or datetime.fromisoformat(moment).utcoffset() is not None


@given(st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1)))  # noqa: DTZ001
def test_every_written_moment_is_read_back(moment: datetime) -> None:
    for form in ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H时%M分%S秒", "%Y%m%d%H%M%S"):
        assert read_moment(moment.strftime(form)) == moment.replace(microsecond=0).isoformat() + "+08:00"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2025-12", "2025-12"),
        ("2025年12月", "2025-12"),
        ("2025/12/3", "2025-12-03"),
        ("2024", "2024"),
        ("去年", "去年"),
        ("", None),
    ],
)
def test_a_date_keeps_the_precision_it_was_given(value: str, expected: str | None) -> None:
    assert read_month_or_day(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("4", 4), (4.5, 4.5), ("4.5分", 4.5), ("5星", 5), ("★★★☆☆", 3), ("⭐⭐", 2), ("4/5", 4), ("五星", 5), ("一星", 1),
        ("非常满意", 5), ("差评", 1), ("0", 0), ("10", 10), ("", None), ("N/A", None), ("很好用", None), (None, None), ("一般", 3),
    ],
)  # fmt: skip
def test_ratings(value: object, expected: float | None) -> None:
    assert read_rating(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("消费者", "consumer"), ("个人", "consumer"), ("中小企业", "sme"), ("大型企业", "enterprise"), ("政府", "government"),
        ("经销商", "dealer"), ("服务商", "service_provider"), ("service_provider", "service_provider"), ("SMB", "sme"),
        ("外星人", None), ("", None),
    ],
)  # fmt: skip
def test_segments(value: str, expected: str | None) -> None:
    assert read_segment(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("处理中", "open"),
        ("已关闭", "closed"),
        ("已升级", "escalated"),
        ("Solved", "closed"),
        ("等配件", "等配件"),
        ("", None),
    ],
)
def test_statuses_keep_the_words_we_do_not_know(value: str, expected: str | None) -> None:
    assert read_status(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("是", True), ("否", False), ("Y", True), (0, False), (True, True), ("也许", None)]
)
def test_yes_and_no(value: object, expected: bool | None) -> None:
    assert read_yes_no(value) is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("电话 来电 热线 400热线 客服热线", "call"),
        ("微信 企业微信 公众号 APP 在线", "chat"),
        ("微信群 企微群", "group"),
        ("邮件 表单 工单系统 门店 短信", "ticket"),
        ("评论", "review"),
        ("回访", "survey"),
        ("抖音 13812345678", None),
    ],
)
def test_channel_words(words: str, expected: str | None) -> None:
    assert {read_channel(word) for word in words.split()} == {expected}


@pytest.mark.parametrize(
    ("word", "expected"),
    [("天猫评价", "review"), ("京东评价", "review"), ("抖音评论", "review"), ("售后电话回访", "survey"), ("官方微信群", "group"),
     ("外卖群", "group"), ("12345热线", "call"), ("微信问卷", "survey"), ("经销商转", None), ("京东", None)],
)  # fmt: skip
def test_a_channel_word_within_another(word: str, expected: str | None) -> None:
    assert read_channel(word) == expected
    assert tells_channel_more(word)


def test_lists() -> None:
    assert read_list("X5、P2;N7") == ("X5", "P2", "N7")
    assert read_list(["X5", " ", "P2"]) == ("X5", "P2")
    assert read_list("-") == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" 坏了 ", "坏了"), (15451624407.0, "15451624407"), ("坏\0了\x07", "坏了"), ("a\r\nb\rc", "a\nb\nc"), ("\ud83d坏", "\ufffd坏"),
        ("<p>水不热&nbsp;</p><p>来人<br/>吧</p>", "水不热\n来人\n吧"), ("<script>alert(1)</script><b>坏了</b>", "坏了"),
        ("温度 < 40 且 > 30", "温度 < 40 且 > 30"), ("R&D", "R&D"), ("A&amp;B", "A&B"), (None, ""), (["a", "b"], "a、b"), ('="0012"', "0012"),
    ],
)  # fmt: skip
def test_cells_become_clean_text(value: object, expected: str) -> None:
    assert cell_text(value) == expected


@pytest.mark.parametrize("value", ["", " ", "-", "N/A", "null", "(空)", None])
def test_cells_that_mean_nothing(value: object) -> None:
    assert filled(value) is None


@given(st.text(max_size=200))
def test_clean_text_can_always_be_stored(text: str) -> None:
    clean = cell_text(text)
    clean.encode("utf-8")
    assert "\0" not in clean
    assert cell_text(clean) == clean or "<" in clean or "&" in clean


@pytest.mark.parametrize(
    ("word", "more"), [("学校", True), (" 商铺", True), ("政府", False), ("家庭", False), ("?", False)]
)
def test_a_customer_type_that_says_more_than_its_segment_is_kept_as_it_is(word: str, more: bool) -> None:
    assert tells_more(word) == more
