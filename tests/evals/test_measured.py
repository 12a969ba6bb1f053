"""A figure with what it stands on is the number it is, and its interval is right."""

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from assistant.domain.statistics import wilson
from evals.metrics.measured import Measured, f_score, mean, part, share


def test_it_is_a_number_and_travels() -> None:
    figure = part(3, 4)
    assert (figure, figure.n, figure.interval) == (0.75, 4, wilson(3, 4))
    assert json.dumps({"a": figure}) == '{"a": 0.75}'
    again = pickle.loads(pickle.dumps(figure))
    assert (again, again.n, again.interval) == (figure, 4, figure.interval)


def test_of_nothing_it_is_what_is_asked_for() -> None:
    assert (share([]), share([], nothing=1.0), part(0, 0).n, part(0, 0).interval) == (0.0, 1.0, 0, None)
    assert (mean([]), mean([]).n, f_score(0, 0, 0)) == (0.0, 0, 0.0)


@given(st.lists(st.floats(0, 1), min_size=5, max_size=40))
def test_a_mean_lies_in_its_interval(values: list[float]) -> None:
    found = mean(values)
    assert found == pytest.approx(sum(values) / len(values))
    assert found.interval is not None
    low, high = found.interval
    assert 0 <= low <= found + 1e-9
    assert found - 1e-9 <= high <= 1


def test_the_interval_of_a_mean_is_students() -> None:
    values = [0.2, 0.4, 0.5, 0.6, 0.9]
    low, high = t.interval(0.95, 4, loc=0.52, scale=(sum((v - 0.52) ** 2 for v in values) / 4 / 5) ** 0.5)
    assert mean(values).interval == pytest.approx((low, high))
    assert mean(values[:4]).interval is None


def test_f_is_the_harmonic_mean_of_precision_and_recall() -> None:
    figure = f_score(both=6, said=8, true=10)
    assert figure == pytest.approx(2 * 0.75 * 0.6 / (0.75 + 0.6))
    assert isinstance(figure, Measured)
    assert figure.n == 10
