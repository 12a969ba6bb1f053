"""Stored reasons and moments as a reader is shown them."""

import datetime as dt

from api.pages.visitor import Visit


def reason_word(visit: Visit, reason: str) -> str:
    """A stored reason as a reader is shown it."""
    name = f"reason_{reason}"
    return visit.words(name) if name in visit.words.sentences else reason.replace("_", " ")


def moment(at: str | None, now: dt.datetime | None = None) -> str:
    """A moment (ISO 8601) in the time of this machine, to the minute; the day is left out where it is today."""
    if not at:
        return ""
    read = dt.datetime.fromisoformat(at).astimezone()
    today = (now or dt.datetime.now().astimezone()).date()
    return f"{read:%H:%M}" if read.date() == today else f"{read:%Y-%m-%d %H:%M}"
