"""The sentence of a trend: the window and the figures of the very test that the trend stands on, in both languages."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.insight.timing import course_told, why_now
from assistant.insight.trends import change_of

MONTHS = st.lists(st.tuples(st.integers(0, 30), st.integers(30, 60)), max_size=14)


@settings(deadline=None, max_examples=150)
@given(MONTHS, st.integers(0, 40), st.sampled_from([None, True, False]))
def test_a_trend_and_the_figures_that_are_told_of_it_never_disagree(
    months: list[tuple[int, int]], aside: int, sure: bool | None
) -> None:
    change = change_of([said for said, _ in months], [read for _, read in months])
    up = change.trend in ("growing", "new")
    if change.trend in ("growing", "new", "fading", "gone"):
        low, high = change.slope_interval if change.ground == "all_months" else change.interval
        assert (low > 0) if up else (high < 0), "what is said to move moves by the interval that is shown beside it"
        assert change.difference >= 0 if up else change.difference <= 0
    for language in ("zh", "en"):
        told = course_told(change, language, aside=aside, sure=sure)
        assert f"{change.now}/{change.read_now}" in told or not change.months
        assert "{" not in told


@pytest.mark.parametrize(
    ("series", "starts", "holds"),
    [
        ([5, 6, 5, 14, 18, 21], "增长：近 3 个月 53/300，再往前 3 个月 16/300", "区间不含 0"),
        ([0, 1, 0, 1, 2, 1, 1, 2, 3, 4], "增长：10 个月里占比平均每月变 +", "10 个月一共 15/1000"),
        ([20, 18, 21, 6, 5, 5], "减弱：近 3 个月 16/300", "区间不含 0"),
        ([10, 11, 9, 10, 12, 9], "平稳：近 3 个月 31/300", "说不上变化"),
        ([0, 0, 0, 1, 1, 2], "样本太少：近 3 个月 4/300", "说不准是不是变化"),
        ([13, 4, 0, 0, 0, 0, 0, 0, 0, 13], "平稳：近 3 个月 13/300", "像是季节"),
        ([0, 0, 0, 4, 6, 9], "新出现：近 3 个月 19/300", "没有人说过"),
        ([9, 8, 9, 0, 0, 0], "消失：近 3 个月 0/300", "没有人再说"),
    ],
)  # fmt: skip
def test_each_trend_is_told_with_its_own_window(series: list[int], starts: str, holds: str) -> None:
    told = course_told(change_of(series, [100] * len(series)), "zh")
    assert told.startswith(starts)
    assert holds in told


def test_what_holds_alone_and_what_is_left_out_is_said() -> None:
    change = change_of([5, 6, 5, 14, 18, 21], [100] * 6)
    assert "仍可能是碰巧" in course_told(change, "zh", sure=False)
    assert "也站得住" in course_told(change, "zh", sure=True)
    assert "的 7 条" in course_told(change, "zh", aside=7)
    assert "仍可能是碰巧" not in course_told(change_of([9] * 6, [100] * 6), "zh", sure=False)


def test_why_now_names_the_whole_span_where_the_latest_months_say_otherwise() -> None:
    slow = change_of([9, 1, 1, 5, 5, 4, 4, 4, 3], [100] * 9)
    assert why_now("growing", slow, "2026-10-03").startswith("从 9 个月看增长") == (slow.difference < 0)
    six = change_of([5, 6, 5, 14, 18, 21], [100] * 6)
    assert why_now("growing", six, None).endswith("再往前 3 个月 16 条（共读 300 条）")
    assert why_now("too_few", change_of([3], [9]), None) == ""
