"""Trends and intervals: told where the counts can tell, against an independent oracle."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain.statistics import two_proportion_z, wilson
from assistant.insight.trends import change_of, long_run, trend_of


@pytest.mark.parametrize(
    ("series", "totals", "status"),
    [
        ([], [], "too_few"),
        ([9], [100], "too_few"),
        ([0, 0, 0, 1, 1, 2], [100] * 6, "too_few"),
        ([10, 11, 9, 10, 12, 9], [100] * 6, "steady"),
        ([5, 6, 5, 14, 18, 21], [100] * 6, "growing"),
        ([5, 6, 5, 10, 12, 10], [100, 100, 100, 200, 200, 200], "steady"),
        ([20, 18, 21, 6, 5, 5], [100] * 6, "fading"),
        ([0, 0, 0, 4, 6, 9], [100] * 6, "new"),
        ([3, 0, 0, 0, 4, 6, 9], [100] * 7, "growing"),
        ([9, 8, 9, 0, 0, 0], [100] * 6, "gone"),
        ([9, 8, 9, 0, 0, 0], [100, 100, 100, 3, 2, 3], "too_few"),
        ([5, 5, 5, 0, 0, 0], [100, 100, 100, 0, 0, 0], "too_few"),
        ([4, 20], [100, 100], "growing"),
        ([4000, 4300], [10000, 10000], "steady"),
    ],
)
def test_a_trend_is_told_only_where_the_counts_can_tell(
    series: Sequence[int], totals: Sequence[int], status: str
) -> None:
    assert trend_of(series, totals) == status


@pytest.mark.parametrize(("series", "totals"), [([1, 2], [3]), ([5, 5], [4, 9]), ([-1, 2], [4, 4])])
def test_counts_that_cannot_be_are_refused(series: Sequence[int], totals: Sequence[int]) -> None:
    with pytest.raises(ValueError, match=r"trend|monthly"):
        trend_of(series, totals)


@settings(deadline=None)
@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_scipy(share: tuple[int, int]) -> None:
    from scipy.stats import binomtest

    oracle = binomtest(*share).proportion_ci(method="wilson")
    low, high = wilson(*share)
    assert low == pytest.approx(oracle.low, abs=1e-9)
    assert high == pytest.approx(oracle.high, abs=1e-9)
    assert low <= share[0] / share[1] <= high


def test_nothing_counted_tells_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert two_proportion_z((0, 0), (0, 5)) == 0.0
    with pytest.raises(ValueError, match="not a share"):
        wilson(3, 2)


@settings(deadline=None)
@given(st.integers(1, 400), st.integers(1, 400), st.data())
def test_the_test_of_two_shares_agrees_with_the_chi_square_of_the_table(n: int, m: int, data: st.DataObject) -> None:
    from scipy.stats import chi2_contingency

    a, b = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    z = two_proportion_z((a, b), (n, m))
    assert z == pytest.approx(-two_proportion_z((b, a), (m, n)))
    if 0 < a + b < n + m:
        oracle = chi2_contingency([[a, n - a], [b, m - b]], correction=False).statistic
        assert z * z == pytest.approx(oracle, abs=1e-6)


def test_a_slow_rise_is_growth_and_a_flat_line_is_not() -> None:
    totals = [35] * 10
    assert trend_of([0, 1, 0, 1, 2, 1, 1, 2, 3, 4], totals) == "growing"
    assert trend_of([4, 3, 2, 1, 1, 2, 1, 0, 1, 0], totals) == "fading"
    assert trend_of([1, 2, 1, 1, 2, 1, 2, 1, 1, 2], totals) == "too_few"
    assert trend_of([0, 0, 0, 1, 0, 1, 0, 1, 1, 2], totals) == "too_few", "six mentions prove nothing"


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(30, 60)), min_size=2, max_size=12))
@settings(max_examples=60, deadline=None)
def test_the_long_run_is_the_score_test_of_a_line_through_the_single_records(months: list[tuple[int, int]]) -> None:
    series, totals = [said for said, _ in months], [read for _, read in months]
    times = [month for month, read in enumerate(totals) for _ in range(read)]
    said = [int(n < series[month]) for month, read in enumerate(totals) for n in range(read)]
    if 0 < sum(said) < len(said):
        n, mean_t, mean_s = len(said), sum(times) / len(times), sum(said) / len(said)
        together = sum((t - mean_t) * (s - mean_s) for t, s in zip(times, said, strict=True))
        spread = sum((t - mean_t) ** 2 for t in times) * sum((s - mean_s) ** 2 for s in said)
        assert long_run(series, totals) == pytest.approx(together / spread**0.5 * n**0.5, rel=1e-6, abs=1e-9)
    else:
        assert long_run(series, totals) == 0


def test_a_change_is_told_with_its_interval_and_the_counts_it_is_of() -> None:
    change = change_of([5, 6, 5, 14, 18, 21], [100] * 6)
    assert (change.months, change.now, change.before, change.read_now, change.read_before) == (3, 53, 16, 300, 300)
    assert change.difference == pytest.approx(37 / 300)
    assert 0 < change.interval[0] < change.difference < change.interval[1]
    nothing = change_of([], [])
    assert (nothing.now, nothing.before, nothing.interval) == (0, 0, (-1.0, 1.0))
