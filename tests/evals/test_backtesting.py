"""When a later need counts as met, and when one counts as grown."""

import pytest

from evals.backtesting import Later, Times, growing, met, shares_met

CUT = "2026-06-30"
EARLY = {f"e{n}": "2026-05-01" for n in range(40)}
LATE = {f"l{n}": "2026-08-01" for n in range(40)}
DAYS = EARLY | LATE
TIMES = Times(DAYS, {one: f"person of {one}" for one in DAYS}, CUT)


def records(early: range, late: int = 0) -> frozenset[str]:
    return frozenset([f"e{n}" for n in early] + [f"l{n}" for n in range(late)])


@pytest.mark.parametrize(
    ("early", "late", "grew"),
    [(range(4), 12, True), (range(0), 9, True), (range(12), 12, False), (range(2), 4, False), (range(10), 11, False)],
)
def test_a_need_grew_where_more_customers_tell_of_it_beyond_chance(early: range, late: int, grew: bool) -> None:
    found = growing({"need": records(early, late)}, TIMES, frozenset(DAYS))
    assert [(one.name, one.before, one.after) for one in found] == ([("need", len(early), late)] if grew else [])


@pytest.mark.parametrize(
    ("group", "is_met"),
    [
        (range(4), True),  # the need itself
        (range(8), True),  # half of the group is the need's
        (range(1, 3), True),  # a part of the need
        (range(2, 12), False),  # a fifth of the group, half of the need
        (range(40), False),  # everything meets nothing
        (range(20, 30), False),
        (range(0), False),
    ],
)
def test_a_group_meets_a_need_by_the_records_both_hold(group: range, is_met: bool) -> None:
    need = Later("need", records(range(4), 12), 4, 12)
    assert met(need, records(group), TIMES) is is_met


def test_what_was_never_told_before_the_cut_cannot_be_met() -> None:
    assert not met(Later("new", records(range(0), 12), 0, 12), records(range(40)), TIMES)


def test_the_share_met_grows_with_how_far_one_looks() -> None:
    needs = [Later(name, records(range(n, n + 4), 12), 4, 12) for name, n in (("a", 0), ("b", 10), ("c", 20))]
    ranked = [records(range(30, 36)), records(range(4)), records(range(10, 14))]
    assert shares_met(needs, ranked, TIMES, (1, 2, 3)) == [0.0, 1 / 3, 2 / 3]
