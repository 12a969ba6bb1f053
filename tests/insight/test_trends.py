"""Trends and intervals: told where the counts can tell, against an independent oracle."""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain.statistics import two_proportion_z, wilson
from assistant.insight.trends import change_of, long_run, surely, trend_of


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
        ([13, 4, 0, 0, 0, 0, 0, 0, 0, 6], [35] * 10, "steady"),
        ([13, 4, 0, 0, 0, 0, 0, 0, 0, 26], [35] * 10, "growing"),
        ([12, 4, 3, 0, 0, 0, 0, 0, 0, 0, 4, 9, 14, 5, 3, 0, 0, 0, 0, 0, 0, 0, 5, 9, 13], [100] * 25, "steady"),
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


def test_a_season_that_returns_is_no_growth_but_told_with_what_it_was_before() -> None:
    change = change_of([13, 4, 0, 0, 0, 0, 0, 0, 0, 6], [35] * 10)
    assert change.highest_before == pytest.approx(17 / 105)
    assert change.difference > 0
    assert change.interval[0] > 0


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_two_windows_are_compared_by_the_exact_test(n: int, m: int, data: st.DataObject) -> None:
    from scipy.stats import hypergeom

    now, before = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    change = change_of([before, now], [m, n])
    chances = hypergeom(n + m, now + before, n)
    lower, upper = chances.cdf(now) - chances.pmf(now) / 2, chances.sf(now) + chances.pmf(now) / 2
    exact = min(1.0, 2 * min(lower, upper))
    slope = 2 * (1 - NormalDist().cdf(abs(change.slope_z)))
    assert change.p == pytest.approx(min(1.0, 2 * min(exact, slope)), abs=1e-9)


@pytest.mark.parametrize("said", [8, 16, 40, 200])
@pytest.mark.parametrize("totals", [[37, 29, 36, 32, 33, 38, 33, 46, 39, 27], [300, 310, 420, 400, 500, 480]])
def test_of_themes_without_any_trend_few_are_said_to_grow(said: int, totals: list[int]) -> None:
    dealt = np.random.default_rng(said).multivariate_hypergeometric(totals, said, 600)
    grown = sum(trend_of([int(n) for n in series], totals) in ("growing", "new") for series in dealt)
    assert grown <= 0.06 * len(dealt)


def test_of_many_themes_only_those_are_sure_that_chance_does_not_make_among_so_many() -> None:
    totals = [100] * 6
    clear, weak = change_of([5, 6, 5, 14, 18, 21], totals), change_of([10, 11, 9, 16, 17, 15], totals)
    assert weak.p < 0.1
    assert surely({"a": clear, "b": weak}) == {"a", "b"}
    flat = {f"f{n}": change_of([10] * 6, totals) for n in range(30)}
    assert surely({"a": clear, "b": weak, **flat}) == {"a"}
