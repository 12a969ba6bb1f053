"""Outcomes by simulation: no effect is rarely called one however often one looks, a true halving is seen, few stay few."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from assistant.domain.outcomes import Afterwards, Launch, Moved, Outcome, Window
from assistant.insight.outcome_words import Language, tell
from assistant.insight.outcomes import Counts, judge, judgeable

DAY = dt.date(2026, 7, 1)
LENGTH = 60
OTHERS = 6


def window(since: dt.date, days: int, people: int, voices: int) -> Window:
    until = since + dt.timedelta(days=days - 1)
    return Window(since.isoformat(), until.isoformat(), people, people, voices, voices)


def outcome(before: tuple[int, int], after: tuple[int, int], others: Sequence[tuple[int, int]], days: int) -> Outcome:
    """Pairs are (voices, people) of the need, (after, before) of the others."""
    first = window(DAY - dt.timedelta(days=LENGTH), LENGTH, before[1], before[0])
    then = window(DAY, days, after[1], after[0])
    moved = [Moved(f"th_{n}", f"other {n}", one[1], one[0]) for n, one in enumerate(others)]
    counts = Counts(first, then, None, moved, {"th_0": 2}, Afterwards(9, 3, 1), "fewer", then.until)
    return judge("pr_1", ("th_x",), Launch(DAY.isoformat(), window=LENGTH), counts)


def verdicts(random: np.random.Generator, people: int, share: float, effect: float, scatter: float) -> list[str]:
    """One launch, looked at every five days."""
    shares = random.uniform(0.03, 0.2, OTHERS)
    own, *drift = np.exp(random.normal(0, scatter, OTHERS + 1))
    n = int(random.poisson(people))
    before, others = int(random.binomial(n, share)), random.binomial(n, shares)
    later = int(random.poisson(people))
    day = random.integers(1, LENGTH + 1, later)
    tells = random.random(later) < min(1.0, share * effect * own)
    tells_others = random.random((later, OTHERS)) < np.minimum(1.0, shares * np.asarray(drift))
    found: list[str] = []
    for days in range(5, LENGTH + 1, 5):
        here = day <= days
        pairs = [(int(tells_others[here, k].sum()), int(others[k])) for k in range(OTHERS)]
        found.append(outcome((before, n), (int(tells[here].sum()), int(here.sum())), pairs, days).verdict)
    return found


@pytest.mark.parametrize(("people", "scatter"), [(60, 0.0), (400, 0.0), (400, 0.25)])
def test_without_effect_hardly_one_launch_is_ever_called_effective(people: int, scatter: float) -> None:
    random = np.random.default_rng(7)
    runs = [verdicts(random, people, 0.12, 1.0, scatter) for _ in range(60)]
    assert sum("down" in run for run in runs) / len(runs) <= 0.08
    assert sum("up" in run for run in runs) / len(runs) <= 0.08


def test_a_true_halving_is_seen_where_there_are_records_enough() -> None:
    random = np.random.default_rng(7)
    runs = [verdicts(random, 900, 0.15, 0.5, 0.0) for _ in range(30)]
    assert sum(run[-1] == "down" for run in runs) >= 27


def test_a_launch_that_does_nothing_is_flagged_before_its_window_ends() -> None:
    random = np.random.default_rng(7)
    runs = [verdicts(random, 900, 0.15, 1.0, 0.0) for _ in range(20)]
    assert sum("not_down" in run[:-2] for run in runs) >= 15


@pytest.mark.parametrize(
    ("before", "after", "others", "says"),
    [
        ((30, 100), (5, 100), [(40, 40), (30, 31)], "down"),
        ((30, 100), (5, 100), [(10, 40), (6, 31), (4, 20)], "down_with_others"),
        ((30, 100), (70, 100), [(40, 40), (30, 31)], "up"),
        ((40, 100), (38, 100), [(40, 40), (30, 31)], "not_down"),
        ((3, 100), (1, 100), [(40, 40), (30, 31)], "too_few"),
        ((3, 100), (0, 0), [(40, 40)], "not_begun"),
    ],
)
def test_verdicts(before: tuple[int, int], after: tuple[int, int], others: list[tuple[int, int]], says: str) -> None:
    found = outcome(before, after, others, LENGTH)
    assert found.verdict == says
    assert found.measured == (says != "not_begun")
    assert found.failing == (says in ("up", "not_down"))
    languages: tuple[Language, ...] = ("zh", "en")
    for language in languages:
        lines = tell(found, language, "掉线")
        assert all(lines)
        assert not any("{" in line for line in lines)


def test_it_says_from_when_on_it_can_be_judged() -> None:
    launch = Launch(DAY.isoformat(), window=LENGTH)
    day, needed = judgeable(launch, window(DAY - dt.timedelta(days=LENGTH), LENGTH, 900, 150))
    assert day is not None
    assert DAY.isoformat() < day < (DAY + dt.timedelta(days=LENGTH)).isoformat()
    assert needed is not None
    assert needed < LENGTH
    few = judgeable(launch, window(DAY - dt.timedelta(days=LENGTH), LENGTH, 900, 12))
    assert few[0] is None
    assert few[1] is not None
    assert few[1] > LENGTH
    assert judgeable(launch, window(DAY - dt.timedelta(days=LENGTH), LENGTH, 900, 0)) == (None, None)


def test_needs_that_came_next_are_new_or_grew_beyond_chance() -> None:
    others = [(30, 30), (12, 0), (45, 12), (2, 0), (20, 22)]
    found = outcome((40, 200), (10, 200), others, LENGTH)
    assert Counter(need.kind for need in found.next_needs) == {"new": 1, "growing": 1, "told_by_them": 1}
    assert {need.theme_id: need.kind for need in found.next_needs} == {
        "th_1": "new", "th_2": "growing", "th_0": "told_by_them",
    }  # fmt: skip
