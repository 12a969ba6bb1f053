"""Newcomers join the theme they are like; strangers are left; those who tell of something new found a theme."""

from collections import Counter
from dataclasses import replace

import pytest

from assistant.insight.grouping import block_of
from assistant.insight.members import Member
from assistant.insight.newcomers import FROM, grown_strange, join, may_join
from tests.insight.samples import embedder_of, member, planted

MEMBERS, NEEDS = planted()
EMBED = embedder_of(MEMBERS)
NEED_OF = {m.insight.id: need for m, need in zip(MEMBERS, NEEDS, strict=True)}


def by_need(members: list[Member]) -> dict[str, list[Member]]:
    found: dict[str, list[Member]] = {}
    for one in members:
        found.setdefault(f"th_{NEED_OF[one.insight.id]}", []).append(one)
    return found


def test_most_newcomers_join_their_own_need_and_few_another() -> None:
    new = MEMBERS[::10]
    known = by_need([m for n, m in enumerate(MEMBERS) if n % 10])
    found = join(new, known, EMBED, len(MEMBERS))
    assert {*found.assignment, *found.left} == {m.insight.id for m in new}
    assert not set(found.assignment) & set(found.left)
    right = sum(theme == f"th_{NEED_OF[one]}" for one, theme in found.assignment.items())
    assert right >= 0.9 * len(found.assignment)
    assert len(found.assignment) >= 0.6 * len(new)
    blocks = {theme: Counter(map(block_of, own)) for theme, own in known.items()}
    for one in new:
        if theme := found.assignment.get(one.insight.id):
            assert block_of(one) in blocks[theme]


def test_order_does_not_matter_and_nobody_new_changes_nothing() -> None:
    known = by_need(MEMBERS[40:])
    assert join(MEMBERS[:40], known, EMBED, 500) == join(MEMBERS[39::-1], known, EMBED, 500)
    assert join([], known, EMBED, 500).assignment == {}
    assert join([], {}, EMBED, 0).left == ()


def scratched(count: int, first: int = 9000) -> list[Member]:
    """Voices of a need that nobody else tells."""
    said = "屏幕上有划痕想换壳"
    return [
        replace(
            member(first + n, quote=f"{said}{n}", surface=said, secondary=said, deep=said, aspect="design"),
            product="W1",
        )
        for n in range(count)
    ]


@pytest.mark.parametrize(("before", "now", "themes"), [(0, 12, 1), (10, 2, 1), (0, 2, 0), (0, 0, 0)])
def test_a_need_that_nobody_told_before_founds_a_theme_with_who_waited(before: int, now: int, themes: int) -> None:
    told = scratched(before + now)
    fresh, waiting = told[before:], told[:before]
    joining = [*MEMBERS[:9], *fresh]
    found = join(joining, by_need(MEMBERS[9:]), embedder_of([*MEMBERS, *told]), len(MEMBERS), waiting)
    assert {*found.assignment, *found.left} == {m.insight.id for m in joining}
    assert {m.insight.id for m in fresh} <= set(found.left)
    assert [{m.insight.id for m in own} for own in found.founded] == [{m.insight.id for m in told}] * themes


def test_strangers_of_known_needs_found_none() -> None:
    found = join(MEMBERS[::5], by_need([m for n, m in enumerate(MEMBERS) if n % 5]), EMBED, len(MEMBERS))
    assert found.founded == ()


@pytest.mark.parametrize(
    ("now", "new", "at_last", "may"),
    [
        (FROM, 10, FROM, True),
        (FROM - 1, 10, FROM, False),
        (100_000, 1_000, 99_000, True),
        (100_000, 10_000, 90_000, True),
        (100_000, 21_000, 89_000, False),
        (100_000, 1_000, 80_000, True),
        (100_000, 1_000, 75_000, False),
        (100_000, 1_000, 150_000, False),
    ],
)
def test_newcomers_join_only_where_they_are_few_and_the_corpus_is_much_the_same(
    now: int, new: int, at_last: int, may: bool
) -> None:
    assert may_join(now, new, at_last) is may


def test_where_too_many_fit_nowhere_the_themes_are_no_longer_those_of_the_corpus() -> None:
    told = scratched(12)
    found = join(told[6:], by_need(MEMBERS), embedder_of([*MEMBERS, *told]), 100_000, told[:6])
    assert found.founded == ()
    assert not grown_strange(found, told[:6], 121)
    assert grown_strange(found, told[:6], 119)
    founded = join(told[6:], by_need(MEMBERS), embedder_of([*MEMBERS, *told]), 500, told[:6])
    assert not grown_strange(founded, told[:6], 1)
