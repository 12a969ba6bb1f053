"""Members between two groups: where they stand, against a naive count, and what becomes of them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.insight.borderline import doubtful, grouped, settled, standing
from assistant.insight.clustering import sums
from assistant.insight.features import Spaces, Vectors, spaces
from tests.insight.samples import embedder_of, member


def unit(rows: NDArray[Any]) -> Vectors:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 30), st.integers(1, 5))
def test_where_a_row_stands_is_what_counting_pairs_says(seed: int, rows: int, groups: int) -> None:
    dice = np.random.default_rng(seed)
    vectors = unit(dice.normal(size=(rows, 6)))
    labels = dice.integers(-1, groups, rows)
    where = standing(vectors, labels)
    alike = vectors.astype(np.float64) @ vectors.astype(np.float64).T
    for row in range(rows):
        mates = [n for n in range(rows) if n != row and labels[n] == labels[row]]
        if labels[row] >= 0:
            expected = float(alike[row, mates].mean()) if mates else 1.0
            assert where.own[row] == pytest.approx(expected, abs=1e-5)
        others = {
            int(g): float(alike[row, labels == g].mean())
            for g in set(labels.tolist()) - {-1, int(labels[row])}
            if int((labels == g).sum()) >= 2
        }
        assert where.other[row] == pytest.approx(max(others.values(), default=-1.0), abs=1e-5)
    added = np.array([vectors[labels == g].sum(axis=0) for g in range(int(labels.max(initial=-1)) + 1)])
    assert np.allclose(sums(vectors, labels), added.reshape(-1, 6), atol=1e-4)


def test_who_is_nearer_to_the_others_moves_there() -> None:
    left, right = np.eye(2, dtype=np.float32)
    vectors = unit(np.array([left] * 4 + [right] * 4 + [right + 0.1 * left]))
    labels = np.array([0] * 4 + [1] * 4 + [0])
    assert settled(vectors, labels).tolist() == [0] * 4 + [1] * 5


def test_who_is_contradicted_by_what_is_told_is_doubted_whatever_the_fields_say() -> None:
    left, right = np.eye(2, dtype=np.float32)
    labels = np.array([0] * 4 + [1] * 4)
    joint = unit(np.array([left] * 4 + [right] * 4))
    told = unit(np.array([left] * 3 + [right] * 5))
    assert doubtful(Spaces(joint, told, told), labels).tolist() == [False] * 3 + [True] + [False] * 4


def test_a_need_that_few_tell_is_heard_in_the_words_of_those_who_fit_nowhere() -> None:
    dice = np.random.default_rng(3)
    middles = unit(dice.normal(size=(3, 40)))
    loud = unit(np.repeat(middles[:2], 40, axis=0) + 0.1 * dice.normal(size=(80, 40)))
    few_joint = unit(dice.normal(size=(3, 40)))
    few_words = unit(np.repeat(middles[2:], 3, axis=0) + 0.05 * dice.normal(size=(3, 40)))
    joint, words = np.vstack([loud, few_joint]), np.vstack([loud, few_words])
    labels = grouped(Spaces(joint, words, words))
    assert len({*labels[80:].tolist()}) == 1
    assert labels[80] >= 0
    assert labels[80] not in labels[:80]


def test_members_with_a_context_are_seen_by_it_and_those_without_by_their_second_rung() -> None:
    members = [
        member(n, quote=f"水温忽冷忽热第{n}回", context="冬天早上水压小的时候" if n % 2 else "") for n in range(8)
    ]
    embed = embedder_of(members)
    seen = spaces(members, embed)
    assert np.linalg.norm(seen.told, axis=1) == pytest.approx([1.0] * 8, abs=1e-5)
    assert seen.joint.shape[0] == seen.words.shape[0] == 8
