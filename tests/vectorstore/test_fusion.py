import pytest

from vectorstore.fusion import reciprocal, weighted


def test_weighted_brings_scores_to_one_scale() -> None:
    assert weighted([(0.75, {1: 0.8, 2: 0.4}), (0.25, {2: 30.0, 3: 15.0})]) == pytest.approx(
        {1: 0.75, 2: 0.625, 3: 0.125}
    )


@pytest.mark.parametrize("scores", [{}, {1: -0.2}, {1: 0.0}])
def test_a_list_without_positive_scores_adds_nothing(scores: dict[int, float]) -> None:
    fused = weighted([(0.5, scores), (0.5, {9: 2.0})])
    assert fused[9] == 0.5
    assert all(score == 0 for key, score in fused.items() if key != 9)


def test_reciprocal_ranks() -> None:
    assert reciprocal([[1, 2], [2]]) == pytest.approx({1: 1 / 61, 2: 1 / 62 + 1 / 61})
