import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore.fusion import PART, UNKNOWN, joined, reciprocal, weighted

RECORD, NEED = "record", "insight"


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


def test_a_record_profits_from_its_need() -> None:
    places = {1: ("both", RECORD), 2: ("both", NEED), 3: ("told", RECORD), 4: ("told", NEED), 5: ("unread", RECORD)}
    found = joined({1: 0.8, 2: 0.7, 3: 0.8, 5: 0.8}, places)
    assert found[1] == pytest.approx((0.8 + PART * 0.7) / (1 + PART))
    assert found[3] == pytest.approx(0.8 / (1 + PART))
    assert found[5] == pytest.approx(0.8 * (1 + PART * UNKNOWN) / (1 + PART))
    assert found[1] > found[3]
    assert found[5] > found[3]


def test_a_passage_does_not_profit_from_its_neighbour_of_the_same_kind() -> None:
    places = {1: ("long", RECORD), 2: ("long", RECORD), 3: ("short", RECORD), 4: ("short", NEED)}
    found = joined({1: 0.9, 2: 0.9, 3: 0.9, 4: 0.9}, places)
    assert found[1] == found[2] < found[3]


@given(st.dictionaries(st.integers(0, 30), st.floats(0, 1), max_size=20), st.sets(st.integers(0, 30), max_size=3))
def test_one_kind_alone_keeps_its_scores(scores: dict[int, float], gone: set[int]) -> None:
    places = {row: (f"d{row % 7}", RECORD) for row in range(31) if row not in gone}
    assert joined(scores, places) == {row: score for row, score in scores.items() if row not in gone}


@given(
    st.dictionaries(st.integers(0, 30), st.floats(0, 1), max_size=20),
    st.lists(st.sampled_from([RECORD, NEED]), min_size=31, max_size=31),
)
def test_scores_stay_between_0_and_1(scores: dict[int, float], kinds: list[str]) -> None:
    found = joined(scores, {row: (f"d{row % 9}", kind) for row, kind in enumerate(kinds)})
    assert set(found) == set(scores)
    assert all(0 <= score <= 1 for score in found.values())
