"""What counts before and after a launch allow to say: whether the need shrank, since when that can be judged, what came next."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.domain.outcomes import Afterwards, Aim, Launch, Moved, NextNeed, Outcome, Ratio, Verdict, Window
from assistant.domain.statistics import discoveries
from assistant.insight.rates import ONCE, against_control, boundary, chance_of_more, level_of, rate_ratio, share_ratio

FEWEST_NEXT = 3
"""Customers after the launch below which a need is not called the next one."""
_TOLD = 8
_LONGEST = 730
FEWEST_RISEN = 5
_JUST_RISEN = 2
"""So many times as many customers told of the need before the launch as in the equally long period before that: part of
any fall may be the end of a wave."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted for one launch, in customers but where it is said otherwise."""

    before: Window
    after: Window
    earlier: Window | None
    others: Sequence[Moved]
    """Other needs of the product."""
    told_by_them: Mapping[str, int]
    """Theme id → customers who had the need before and told of this one after; the same need included."""
    afterwards: Afterwards
    aim: Aim
    last_day: str
    """Up to which there are records."""
    first_look: bool = False
    """Nobody was told an outcome of this launch before."""
    notes: tuple[str, ...] = ()


def judge(subject: str, theme_ids: Sequence[str], launch: Launch, counts: Counts) -> Outcome:
    """The outcome of a launch.

    Before the window has passed each look asks for more certainty (`boundary`), so that looking every day misleads in
    5 % of launches without effect at the most; who looks once, at the end, need not pay for that. The verdict stands on customers, each counted once a period, over the
    customers who spoke of the product: one who writes ten times is one.
    """
    days = (_day(counts.after.until) - _day(launch.day)).days + 1
    elapsed = min(1.0, max(0.0, days / launch.window))
    before, after = counts.before, counts.after
    from_day, needed = judgeable(launch, before)
    found = Outcome(
        subject, tuple(theme_ids), launch, counts.aim, counts.last_day, elapsed, before, after, counts.earlier,
        "not_begun", False, others=tuple(counts.others), judgeable_from=from_day, window_needed=needed,
        afterwards=counts.afterwards, notes=counts.notes,
    )  # fmt: skip
    if elapsed <= 0 or not after.people or not before.people:
        return found
    level = level_of(ONCE if counts.first_look and elapsed >= 1 else boundary(elapsed))
    ratio = share_ratio(after.voices, after.people, before.voices, before.people, level)
    control = against_control((after.voices, before.voices), [(one.after, one.before) for one in counts.others], level)
    changes = {
        "verdict": _verdict(ratio, control, launch.hoped),
        "measured": elapsed >= 1,
        "by_customers": ratio,
        "by_records": share_ratio(after.mentions, after.records, before.mentions, before.records, level),
        "by_owners": _by_owners(before, after, level),
        "against_others": control,
        "next_needs": next_needs(counts),
        "notes": (*counts.notes, *_notes(counts, control)),
    }
    return replace(found, **changes)  # type: ignore[arg-type]


def judgeable(launch: Launch, before: Window) -> tuple[str | None, int | None]:
    """(first day on which the hoped-for change can be told from none at the pace of before, window that would do).

    The day is None where this window is too short; the window None where two years are.
    """
    length = (_day(before.until) - _day(before.since)).days + 1
    pace = before.voices / length
    first = next(
        (
            day
            for day in range(1, launch.window + 1)
            if _shows(pace * length, pace * day, launch.hoped, day / launch.window)
        ),
        None,
    )
    needed = next(
        (days for days in range(7, _LONGEST + 1) if _shows(pace * days, pace * days, launch.hoped, 1.0)), None
    )
    day = (_day(launch.day) + dt.timedelta(days=first - 1)).isoformat() if first else None
    return day, needed


def next_needs(counts: Counts) -> tuple[NextNeed, ...]:
    """Needs that are new or grew after the launch beyond chance, then those told by customers who had the old one.

    Of those called new or growing, 5 % are expected to be neither (Benjamini-Hochberg over all needs looked at).
    """
    people = counts.after.people, counts.before.people
    if not all(people):
        return ()
    asked = [one for one in counts.others if one.after >= FEWEST_NEXT]
    chances = [chance_of_more(one.after, people[0], one.before, people[1]) for one in asked]
    grown = [
        NextNeed(one.theme_id, one.title, one.before, one.after, "growing" if one.before else "new", chance)
        for one, chance, real in zip(asked, chances, discoveries(chances), strict=True)
        if real
    ]
    listed = {need.theme_id for need in grown}
    told = [
        NextNeed(one.theme_id, one.title, one.before, counts.told_by_them[one.theme_id], "told_by_them")
        for one in counts.others
        if counts.told_by_them.get(one.theme_id) and one.theme_id not in listed
    ]
    grown.sort(key=lambda need: (need.chance or 0.0, need.theme_id))
    told.sort(key=lambda need: (-need.after, need.theme_id))
    return (*grown, *told[:_TOLD])


def _verdict(ratio: Ratio, control: Ratio | None, hoped: float) -> Verdict:
    falls = ratio.high is not None and ratio.high < 1
    more_than_others = control is None or (control.high is not None and control.high < 1)
    if falls:
        return "down" if more_than_others else "down_with_others"
    if ratio.low > 1 and (control is None or control.low > 1):
        return "up"
    return "not_down" if ratio.low > hoped else "too_few"


def _shows(before: float, unchanged: float, hoped: float, elapsed: float) -> bool:
    """Whether a change to `hoped` times the rate stands out; `unchanged` is what no change would bring after."""
    after = hoped * unchanged
    if hoped == 1 or before <= 0:
        return False
    error = math.sqrt(1 / (before + 0.5) + 1 / (after + 0.5))
    return abs(math.log(hoped)) > boundary(elapsed) * error


def _by_owners(before: Window, after: Window, level: float) -> Ratio | None:
    """Voices per owner and day: windows may differ in length, and owners grow in number."""
    if not before.owners or not after.owners:
        return None
    return rate_ratio(
        after.voices, after.owners * _length(after), before.voices, before.owners * _length(before), level
    )


def _notes(counts: Counts, control: Ratio | None) -> tuple[str, ...]:
    notes = []
    earlier, before = counts.earlier, counts.before
    if control is None:
        notes.append("no_control")
    if earlier is not None and before.voices >= FEWEST_RISEN and before.voices > _JUST_RISEN * earlier.voices:
        notes.append("just_risen")
    if counts.after.owners is None or counts.before.owners is None:
        notes.append("owners_unknown")
    return tuple(notes)


def _length(window: Window) -> int:
    return (_day(window.until) - _day(window.since)).days + 1


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
