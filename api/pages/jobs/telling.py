"""Stored reasons and moments as a reader is shown them."""

import datetime as dt

from api.pages.visitor import Visit


def reason_word(visit: Visit, reason: str) -> str:
    """A stored reason as a reader is shown it."""
    name = f"reason_{reason}"
    return visit.words(name) if name in visit.words.sentences else reason.replace("_", " ")


def moment(visit: Visit, at: str | None) -> str:
    """A moment (ISO 8601) in the house's time zone, to the minute; the day is left out where it is today."""
    told = visit.when(at)
    return told.removeprefix(visit.when(dt.datetime.now(dt.UTC).isoformat())[:11])
