"""Which days people mean by their words for time."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.dates import find_periods, number, reference_day

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("上个月", "2026-10-01", "2026-10-31"),
        ("上上个月", "2026-09-01", "2026-09-30"),
        ("本月", "2026-11-01", "2026-11-30"),
        ("近三个月", "2026-08-22", "2026-11-21"),
        ("最近半年", "2026-05-22", "2026-11-21"),
        ("过去30天", "2026-10-23", "2026-11-21"),
        ("近一周", "2026-11-15", "2026-11-21"),
        ("最近", "2026-10-23", "2026-11-21"),
        ("今年夏天", "2026-06-01", "2026-08-31"),
        ("去年冬天", "2025-12-01", "2026-02-28"),
        ("8月", "2026-08-01", "2026-08-31"),
        ("八月份", "2026-08-01", "2026-08-31"),
        ("十二月", "2025-12-01", "2025-12-31"),
        ("2026年8月", "2026-08-01", "2026-08-31"),
        ("2026-08", "2026-08-01", "2026-08-31"),
        ("8月下旬", "2026-08-21", "2026-08-31"),
        ("8月以来", "2026-08-01", None),
        ("从5月开始", "2026-05-01", None),
        ("自7月起", "2026-07-01", None),
        ("8月10号之后", "2026-08-10", None),
        ("9月之前", None, "2026-08-31"),
        ("本周", "2026-11-16", "2026-11-22"),
        ("上周", "2026-11-09", "2026-11-15"),
        ("昨天", "2026-11-20", "2026-11-20"),
        ("6月到8月", "2026-06-01", "2026-08-31"),
        ("2025年12月到2026年2月", "2025-12-01", "2026-02-28"),
        ("六七月", "2026-06-01", "2026-07-31"),
        ("8月10日到9月5日", "2026-08-10", "2026-09-05"),
        ("2026-08-01到2026-08-15", "2026-08-01", "2026-08-15"),
        ("一季度", "2026-01-01", "2026-03-31"),
        ("q3", "2026-07-01", "2026-09-30"),
        ("上季度", "2026-07-01", "2026-09-30"),
        ("上半年", "2026-01-01", "2026-06-30"),
        ("今年", "2026-01-01", "2026-12-31"),
        ("去年", "2025-01-01", "2025-12-31"),
        ("618期间", "2026-06-01", "2026-06-20"),
    ],
)
def test_a_word_for_time_means_these_days(text: str, since: str | None, until: str | None) -> None:
    (period,) = find_periods(text, TODAY)
    assert (period.since and period.since.isoformat()) == since
    assert (period.until and period.until.isoformat()) == until


@pytest.mark.parametrize(
    "text",
    ["大半年没怎么用", "等了三个月了", "3.2升级之后", "修了三次", "2月30日", "一个月修了两回", "夏天太热", "13月"],
)
def test_what_names_no_days_is_left_alone(text: str) -> None:
    assert find_periods(text, TODAY) == []


def test_two_periods_are_found_in_order() -> None:
    first, second = find_periods("今年8月和去年8月比", TODAY)
    assert (str(first.since), str(second.since)) == ("2026-08-01", "2025-08-01")


def test_relative_dates_count_from_the_data_where_they_ended_long_ago() -> None:
    assert reference_day(TODAY, "2026-10-27") == (TODAY, False)
    assert reference_day(date(2027, 6, 1), "2026-10-27") == (date(2026, 10, 27), True)
    assert reference_day(TODAY, None) == (TODAY, False)


@given(st.text(alphabet="0123456789年月日号上下个近三两半季度周天去今前本到至-/.以来之后夏冬", max_size=24))
def test_any_text_gives_periods_in_their_places(text: str) -> None:
    for period in find_periods(text, TODAY):
        assert 0 <= period.start < period.end <= len(text)
        assert period.since or period.until


@pytest.mark.parametrize(
    ("word", "value"), [("十", 10), ("十二", 12), ("二十一", 21), ("三", 3), ("31", 31), ("两", 2)]
)
def test_small_numbers_are_read(word: str, value: int) -> None:
    assert number(word) == value


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("昨天", "2026-11-20"),
        ("本周", "2026-11-16"),
        ("上周", "2026-11-09"),
        ("上个月", "2026-05-01"),
        ("最近", "2026-05-13"),
    ],
)
def test_days_and_weeks_are_those_on_the_wall_whenever_the_data_end(text: str, since: str) -> None:
    (period,) = find_periods(text, date(2026, 6, 11), TODAY)
    assert str(period.since) == since


def test_a_year_to_come_is_no_year_before() -> None:
    (period,) = find_periods("明年3月", TODAY)
    assert str(period.since) == "2027-03-01"
