"""Stretches of time that no calendar names: since a version (``3.2升级之后``), the same days a year before (``去年同期``)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from assistant.answering.dates import Period

FirstSaid = Callable[[str], str | None]
"""Version → the first day on which a record names it."""

_NUMBER = r"v?(?P<{}>\d{{1,3}}(?:\.\d{{1,4}}){{1,3}})"
_SINCE = r"(?:了)?(?:之后|以后|以来|后(?!台|续|来))"
_SAME = re.compile(r"(?:去年|上年|上一年)(?:的)?同期|同比去年")
_AFTER = re.compile(
    rf"(?:(?:升级|更新|刷)(?:到|成|为|至|了)?(?:固件|系统|版本)?{_NUMBER.format('a')}(?:版本?|固件|系统)?"
    rf"|(?:固件|系统|版本){_NUMBER.format('b')}(?:版本?)?(?:升级|更新|发布|上线|推送)?"
    rf"|{_NUMBER.format('c')}(?:版本?|固件|系统)?的?(?:升级|更新|发布|上线|推送|版本?)){_SINCE}"
)


def find_versions(text: str, first_said: FirstSaid) -> list[tuple[str, Period]]:
    """(Version, days since it) wherever a normalised text counts from a version that some record names."""
    found = []
    for match in _AFTER.finditer(text):
        version = match["a"] or match["b"] or match["c"]
        if day := first_said(version):
            found.append((version, Period(date.fromisoformat(day), None, match.start(), match.end())))
    return found


def with_same_days_before(text: str, periods: Sequence[Period], anchor: date) -> list[Period]:
    """The periods, and where a text compares with the same days of last year those too.

    Where no other period is named, the year up to the anchor is meant.
    """
    match = _SAME.search(text)
    if not match:
        return list(periods)
    named = [period for period in periods if period.end <= match.start() or period.start >= match.end()]
    base = named[0] if named else Period(date(anchor.year, 1, 1), anchor, match.start(), match.start())
    if base.since is None:
        return list(periods)
    until = min(base.until or anchor, anchor)
    before = Period(_year_before(base.since), _year_before(until), match.start(), match.end())
    return [before, replace(base, until=until), *named[1:]]


def _year_before(day: date) -> date:
    """The same day a year before; of a leap day the day before."""
    return (day - timedelta(days=1) if (day.month, day.day) == (2, 29) else day).replace(year=day.year - 1)
