"""What was asked of the model, by whom and when; and which of it was asked for twice without a kill that explains it."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

WRITTEN = 5.0
"""Seconds within which an answer is written down on a busy machine: till then a kill may cost it."""
UNAWARE = 1.0
"""Seconds after the database's death in which who asks may not have noticed it."""


@dataclass(frozen=True, slots=True)
class Kill:
    """Who was killed when (monotonic seconds), and whose answers under way that costs."""

    victim: str
    at: float
    costs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the endpoint saw it."""

    by: str
    asked: tuple[str, ...]
    came: float
    answered: float

    def lost_to(self, kill: Kill) -> bool:
        """Whether it was under way, or answered and perhaps not yet written down, when somebody died on whom that hangs."""
        return self.by in kill.costs and self.came - UNAWARE <= kill.at <= self.answered + WRITTEN


def calls_in(journal: Path) -> list[Call]:
    """All calls, as they came; one not answered yet is under way for ever."""
    begun: dict[int, tuple[str, tuple[str, ...], float]] = {}
    ended: dict[int, float] = {}
    for row in map(json.loads, journal.read_text(encoding="utf-8").splitlines()):
        if "asked" in row:
            begun[row["n"]] = (row["by"], tuple(row["asked"]), row["at"])
        else:
            ended[row["n"]] = row["at"]
    return [Call(by, asked, came, ended.get(n, float("inf"))) for n, (by, asked, came) in begun.items()]


@dataclass(frozen=True, slots=True)
class Paid:
    """What calls came to."""

    calls: int
    things: int
    """Records read, themes named and the like: each asked for once at least."""
    again: int
    """Times that a thing was asked for once more after a call that a kill had cost."""
    unexplained: tuple[str, ...]
    """Things that were asked for once more without that."""


def judged(calls: Iterable[Call], kills: Sequence[Kill], undisturbed: Iterable[Call] = ()) -> Paid:
    """Whether each repetition is explained: the call before it, for the same thing, was lost to a kill, or the undisturbed
    run asked as often."""
    known = list(calls)
    usual = Counter(thing for call in undisturbed for thing in call.asked)
    again, unexplained = 0, list[str]()
    for thing, asked in _by_thing(known).items():
        before = sorted(asked, key=lambda call: call.came)[:-1]
        lost = sum(any(call.lost_to(kill) for kill in kills) for call in before)
        again += lost
        unexplained += [thing] * max(0, len(before) - lost - max(0, usual[thing] - 1))
    return Paid(len(known), len(_by_thing(known)), again, tuple(unexplained))


def _by_thing(calls: Iterable[Call]) -> dict[str, list[Call]]:
    found: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        for thing in call.asked:
            found[thing].append(call)
    return found
