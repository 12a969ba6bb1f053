"""Intervals of rate ratios against independent ones, and the promise about looking every day."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, norm

from assistant.insight.rates import against_control, boundary, chance_of_more, level_of, rate_ratio, share_ratio

COUNTS = st.integers(0, 60)


@given(COUNTS, COUNTS, st.floats(0.5, 50), st.floats(0.5, 50))
def test_the_exact_interval_is_that_of_the_binomial_share(after: int, before: int, one: float, other: float) -> None:
    found = rate_ratio(after, one, before, other)
    if after + before == 0:
        assert (found.value, found.low, found.high) == (None, 0.0, None)
        return
    share = binomtest(after, after + before).proportion_ci(0.95)
    assert found.low == pytest.approx(share.low / (1 - share.low) * other / one, rel=1e-6)
    if found.high is None:
        assert before == 0
    else:
        assert found.high == pytest.approx(share.high / (1 - share.high) * other / one, rel=1e-6)
        assert found.value is not None
        assert found.low <= found.value <= found.high


@given(COUNTS, COUNTS, st.integers(0, 80), st.integers(0, 80))
def test_the_score_interval_ends_where_the_score_test_does(x: int, y: int, more: int, others: int) -> None:
    n, m = x + more, y + others
    if not n or not m or not x + y:
        return
    found = share_ratio(x, n, y, m)
    for ratio in (found.low, found.high):
        if ratio and ratio < 1e9:
            assert abs(_z(ratio, x, n, y, m)) == pytest.approx(norm.ppf(0.975), abs=1e-4)
    assert found.low == 0 or x > 0
    assert (found.high is None) == (y == 0)


def _z(ratio: float, x: int, n: int, y: int, m: int) -> float:
    """The score, its restricted likelihood maximised by halving."""
    low, high = 1e-12, min(1.0, 1 / ratio) - 1e-12

    def slope(p: float) -> float:
        return x / p + y / p - (n - x) * ratio / (1 - ratio * p) - (m - y) / (1 - p)

    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    q = ratio * low
    variance = (q * (1 - q) / n + ratio**2 * low * (1 - low) / m) * (n + m) / (n + m - 1)
    return (x / n - ratio * y / m) / math.sqrt(variance)


def test_a_published_example_of_the_score_interval() -> None:
    found = share_ratio(10, 100, 20, 100)
    assert (found.value, round(found.low, 3), round(found.high or 0, 3)) == (0.5, 0.248, 0.995)


@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.2, 5))
def test_the_chance_of_more_is_a_binomial_tail(after: int, before: int, exposed: float) -> None:
    expected = binom.sf(after - 1, after + before, exposed / (1 + exposed)) if after else 1.0
    assert chance_of_more(after, exposed, before, 1.0) == pytest.approx(expected, abs=1e-9)


def test_the_boundary_asks_for_more_the_earlier_one_looks() -> None:
    levels = [level_of(boundary(elapsed)) for elapsed in (0.1, 0.25, 0.5, 1.0)]
    assert levels == sorted(levels, reverse=True)
    assert levels[-1] == pytest.approx(0.975, abs=1e-4)
    with pytest.raises(ValueError, match="elapsed"):
        boundary(0)


def test_others_that_move_by_themselves_make_the_comparison_less_sure() -> None:
    calm = against_control((10, 30), [(30, 30)] * 6)
    wild = against_control((10, 30), [(10, 40), (50, 20), (20, 35), (44, 20), (30, 30), (12, 33)])
    assert calm is not None
    assert wild is not None
    assert calm.high is not None
    assert wild.high is not None
    assert calm.high < 1 < wild.high
    assert against_control((10, 30), [(1, 2)]) is None
