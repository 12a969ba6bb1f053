"""Spikes: found where a theme is suddenly loud, and not where it merely grows, returns each year, or is small."""

import random
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain.statistics import beta_binomial_tail, discoveries, newcombe
from assistant.insight.spikes import find_waves

FLAT = [2, 1, 3, 2, 2, 1, 2, 3, 1, 2, 2, 2]


def test_a_sudden_wave_is_found_with_its_beginning_and_its_end() -> None:
    (wave,) = find_waves([*FLAT, 14, 19, 12, *FLAT], [60] * 27)
    assert (wave.first, wave.last, wave.observed, wave.over) == (12, 14, 45, True)
    assert 3 < wave.expected < 8
    assert wave.p < 1e-6


def test_a_wave_that_still_runs_is_not_over() -> None:
    (wave,) = find_waves([*FLAT, 14, 19], [60] * 14)
    assert not wave.over


@pytest.mark.parametrize(
    ("series", "totals"),
    [
        pytest.param(FLAT * 2, [60] * 24, id="nothing happens"),
        pytest.param([0] * 12 + [4], [60] * 13, id="too few to alarm anybody"),
        pytest.param([*FLAT, 8, 9], [60] * 12 + [260, 250], id="more of everything"),
        pytest.param([20 + week for week in range(30)], [100] * 30, id="slow growth is a trend"),
        pytest.param([0, 9], [10, 10], id="no history"),
        pytest.param([1, 9, 0, 8, 0, 10, 1, 9, 0, 8, 1, 9, 0, 10], [40] * 14, id="always scattered"),
        pytest.param([], [], id="empty"),
    ],
)
def test_what_is_no_spike(series: Sequence[int], totals: Sequence[int]) -> None:
    assert find_waves(series, totals) == []


def test_a_season_that_comes_each_year_is_no_spike() -> None:
    year = [2] * 30 + [14, 16, 15, 13] + [2] * 18
    assert [wave.first for wave in find_waves(year * 2, [60] * 104)] == [30]


def test_false_alarms_stay_within_what_is_tolerated() -> None:
    chance = random.Random(7)
    totals = [80] * 60
    alarms = sum(
        len(find_waves([sum(chance.random() < 0.05 for _ in range(n)) for n in totals], totals, alpha=0.001))
        for _ in range(60)
    )
    assert alarms <= 8  # 60 themes over 56 weeks: about 3 expected of single weeks alone


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 60)), max_size=40))
def test_waves_lie_in_the_series_apart_and_in_order(pairs: list[tuple[int, int]]) -> None:
    series = [min(k, n) for k, n in pairs]
    waves = find_waves(series, [n for _, n in pairs], alpha=0.05)
    assert all(0 <= wave.first <= wave.last < len(series) for wave in waves)
    assert all(a.last < b.first for a, b in pairwise(waves))
    assert all(wave.observed == sum(series[wave.first : wave.last + 1]) for wave in waves)


def test_a_wave_may_begin_in_a_week_before_which_too_little_was_read() -> None:
    (wave,) = find_waves([0, 0, 0, 0, 0, 10, 9], [10, 0, 3, 3, 2, 10, 9])
    assert (wave.first, wave.last, wave.observed) == (5, 6, 19)


def test_counts_above_their_total_are_refused() -> None:
    with pytest.raises(ValueError, match="total"):
        find_waves([5], [3])


@pytest.mark.parametrize(("k", "n", "a", "b"), [(0, 5, 1, 1), (3, 9, 2.5, 4), (9, 9, 0.5, 7), (40, 400, 12, 130)])
def test_the_tail_is_that_of_the_statisticians(k: int, n: int, a: float, b: float) -> None:
    from scipy.stats import betabinom  # slow vendor

    assert beta_binomial_tail(k, n, a, b) == pytest.approx(float(betabinom.sf(k - 1, n, a, b)), abs=1e-9)


def test_the_difference_of_two_shares_has_the_published_interval() -> None:
    assert newcombe((56, 48), (70, 80)) == pytest.approx((0.0524, 0.3339), abs=2e-4)
    assert newcombe((0, 3), (0, 9)) == (-1.0, 1.0)


def test_many_tests_yield_few_false_findings() -> None:
    assert discoveries([0.001, 0.2, 0.01, 0.04, 0.9]) == [True, False, True, False, False]
    assert discoveries([]) == []
