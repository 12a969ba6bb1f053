"""Identity over time: a border that shifts by chance moves nobody, a theme that is swallowed for no reason lives on."""

from collections.abc import Sequence

import numpy as np
import pytest

from assistant.domain.insights import LadderStanding
from assistant.domain.themes import Theme
from assistant.insight.grouping import Grouping
from assistant.insight.groups import Group
from assistant.insight.members import KnownTheme, Member
from assistant.insight.staying import apart, stayed
from tests.insight.grouped import MEMBERS, NEEDS, agreement, build, known
from tests.insight.samples import member

OTHER_PARTY = 9


def people(count: int) -> list[Member]:
    return [member(n, segment="dealer" if n == OTHER_PARTY else "consumer") for n in range(count)]


def theme(name: str, own: Sequence[Member]) -> KnownTheme:
    named = Theme(name, name, "", "", "", "", LadderStanding(), "trust", "rules")
    return KnownTheme(named, frozenset(m.insight.id for m in own))


def regrouped(angles: Sequence[float], before: dict[str, list[int]], now: dict[str, list[int]]) -> dict[str, list[int]]:
    """Where members at these angles are, who were in themes before and are found in groups now."""
    members = people(len(angles))
    vectors = np.array([(np.cos(angle), np.sin(angle)) for angle in angles], np.float32)
    rows = {m.insight.id: row for row, m in enumerate(members)}
    found = Grouping([], {}, {}, vectors, rows)
    previous = {name: theme(name, [members[n] for n in own]) for name, own in before.items()}
    groups = [Group(name, tuple(members[n] for n in own), previous.get(name), 0.5) for name, own in now.items()]
    kept = stayed(groups, members, found, list(previous.values()))
    return {item.id: sorted(rows[m.insight.id] for m in item.members) for item in kept}


LEFT, RIGHT = [0.0, 0.02, 0.04, 0.06], [1.0, 1.02, 1.04, 1.06]
BEFORE = {"a": [0, 1, 2, 3, 8], "b": [4, 5, 6, 7]}


@pytest.mark.parametrize(
    ("angle", "now"),
    [(0.53, {"a": [0, 1, 2, 3, 8], "b": [4, 5, 6, 7]}), (0.95, {"a": [0, 1, 2, 3], "b": [4, 5, 6, 7, 8]})],
    ids=["between the two", "clearly the other's"],
)
def test_a_member_moves_only_where_it_is_clearly_nearer(angle: float, now: dict[str, list[int]]) -> None:
    angles = [*LEFT, *RIGHT, angle]
    assert regrouped(angles, BEFORE, {"a": [0, 1, 2, 3], "b": [4, 5, 6, 7, 8]}) == now


def test_a_theme_that_was_swallowed_by_one_unlike_it_lives_on_and_one_like_it_does_not() -> None:
    before = {"a": [0, 1, 2, 3], "b": [4, 5, 6, 7]}
    everyone = {"a": list(range(8))}
    assert regrouped([*LEFT, *RIGHT], before, everyone) == before
    assert regrouped([*LEFT, 0.07, 0.08, 0.09, 0.1], before, everyone) == everyone


@pytest.mark.parametrize(
    ("second", "now"),
    [(0.35, {"a": list(range(9))}), (1.0, {"a": [0, 1, 2, 3], "c": [4, 5, 6, 7, 8]})],
    ids=["a slice of the same", "another need"],
)
def test_a_theme_splits_only_where_its_parts_are_apart_and_newcomers_go_along(
    second: float, now: dict[str, list[int]]
) -> None:
    angles = [0.0, 0.1, 0.2, 0.3, *(second + step for step in (0.0, 0.1, 0.2, 0.3)), second + 0.15]
    before = {"a": list(range(8))}
    assert regrouped(angles, before, {"a": [0, 1, 2, 3], "c": [4, 5, 6, 7, 8]}) == now


def test_what_is_mostly_new_is_no_part_of_an_old_theme() -> None:
    angles = [0.0, 0.02, 0.04, 0.06, 0.32, *(0.34 + step / 100 for step in range(4))]
    now = {"a": [0, 1, 2, 3], "c": [4, 5, 6, 7, 8]}
    assert regrouped(angles, {"a": [0, 1, 2, 3, 4]}, now) == {"a": [0, 1, 2, 3, 4], "c": [5, 6, 7, 8]}


@pytest.mark.parametrize(("one", "other"), [([0, 1], [2, 3]), ([0], [3]), ([0, 1], [3])])
def test_how_far_groups_are_apart(one: list[int], other: list[int]) -> None:
    vectors = np.array([[1, 0], [0, 1], [1, 0], [0, 1]], np.float32)
    found = apart(vectors, np.array(one), np.array(other))
    inside = [np.mean([vectors[a] @ vectors[b] for a in own for b in own if a != b] or [1.0]) for own in (one, other)]
    between = np.mean([vectors[a] @ vectors[b] for a in one for b in other])
    assert found == pytest.approx(min(inside) - between)


def test_a_new_group_that_is_left_with_too_few_gives_them_back() -> None:
    angles = [*LEFT, *RIGHT, 0.1]
    assert regrouped(angles, BEFORE, {"a": [0, 1, 2], "b": [4, 5, 6, 7], "c": [3, 8]}) == BEFORE


def test_nobody_comes_back_among_others_than_his_own_and_who_fits_nowhere_is_let_go() -> None:
    angles = [*LEFT, *RIGHT, 0.53, 0.53]
    before = {"a": [0, 1, 2, 3, 8, OTHER_PARTY], "b": [4, 5, 6, 7]}
    now = {"a": [0, 1, 2, 3], "b": [4, 5, 6, 7, OTHER_PARTY]}
    assert regrouped(angles, before, now) == now


def test_growing_step_by_step_finds_the_needs_as_well_as_all_at_once() -> None:
    order = np.random.default_rng(0).permutation(len(MEMBERS))
    previous: list[KnownTheme] = []
    for part in (0.5, 0.9, 1.0):
        rows = sorted(order[: int(part * len(order))].tolist())
        some, needs = [MEMBERS[row] for row in rows], [NEEDS[row] for row in rows]
        before = {one: k.theme.id for k in previous for one in k.insights}
        result = build(some, previous)
        previous = known(result, some)
        if part == 1.0:
            kept = sum(result.assignment.get(one) == home for one, home in before.items())
            assert kept >= 0.95 * len(before), "a tenth more"
    assert agreement(some, needs, result)[0] >= agreement(MEMBERS, NEEDS, build(MEMBERS))[0] - 0.03
