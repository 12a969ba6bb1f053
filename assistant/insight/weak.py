"""Which themes are weak signals: told by few, but by several where that is much, gravely, or only of late."""

import datetime as dt
from collections.abc import Iterable, Sequence
from statistics import fmean

from assistant.insight.grouping import SEVERE
from assistant.insight.members import Member, count_customers

FEW, FEW_PER = 5, 500
"""Fewer customers than this are few, in a corpus of many insights fewer than one for each so many."""
SEVERAL = 3
"""So many independent customers carry a signal by their number; where every theme has more, by its number alone none does."""
NOVEL_DAYS = 90
"""A need first heard in the last so many days there is data of is new."""


def is_weak_signal(members: Sequence[Member], read: int, last_day: str | None) -> bool:
    """Whether so few voices are worth watching.

    Args:
        read: insights there are.
        last_day: the last day there is data of, ``YYYY-MM-DD``.
    """
    customers = count_customers(members)
    if customers >= max(FEW, read // FEW_PER):
        return False
    by_number = SEVERAL <= customers < FEW
    return by_number or fmean(m.insight.severity for m in members) >= SEVERE or _novel(members, last_day)


def last_day(members: Iterable[Member]) -> str | None:
    """The last day that anybody was heard, ``YYYY-MM-DD``; None where no day is known."""
    return max((member.created_at[:10] for member in members if member.created_at), default=None)


def _novel(members: Sequence[Member], last_day: str | None) -> bool:
    days = [member.created_at[:10] for member in members if member.created_at]
    if last_day is None or not days:
        return False
    return min(days) > (dt.date.fromisoformat(last_day) - dt.timedelta(days=NOVEL_DAYS)).isoformat()
