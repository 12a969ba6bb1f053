import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.retrieval import average_precision, ndcg_at, recall_at

RANKING = ["a", "x", "b", "y", "c"]


@pytest.mark.parametrize(
    ("relevant", "ndcg", "recall", "ap"),
    [
        ({"a", "b", "c"}, (1 + 1 / 2) / (1 + 1 / math.log2(3) + 1 / 2), 2 / 3, (1 + 2 / 3 + 3 / 5) / 3),
        ({"x"}, 1 / math.log2(3), 1.0, 1 / 2),
        ({"none"}, 0.0, 0.0, 0.0),
        (set(), 0.0, 0.0, 0.0),
    ],
)
def test_by_hand(relevant: set[str], ndcg: float, recall: float, ap: float) -> None:
    assert ndcg_at(RANKING, relevant, 3) == pytest.approx(ndcg)
    assert recall_at(RANKING, relevant, 3) == pytest.approx(recall)
    assert average_precision(RANKING, relevant) == pytest.approx(ap)


def test_graded_gains() -> None:
    assert ndcg_at(["b", "a"], {"a": 3.0, "b": 1.0}, 2) == pytest.approx(
        (1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3))
    )


def test_an_id_found_twice_counts_once() -> None:
    assert recall_at(["a", "a", "b"], {"a", "b"}, 2) == 1.0
    assert average_precision(["a", "a"], {"a"}) == 1.0


@given(st.permutations(list("abcdefgh")), st.sets(st.sampled_from("abcdefgh"), min_size=1))
def test_bounds_and_best_order(ranking: list[str], relevant: set[str]) -> None:
    best = sorted(ranking, key=lambda key: key not in relevant)
    assert 0 <= ndcg_at(ranking, relevant, 5) <= ndcg_at(best, relevant, 5) == pytest.approx(1.0)
    assert 0 <= average_precision(ranking, relevant) <= average_precision(best, relevant) == pytest.approx(1.0)
