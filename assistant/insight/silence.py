"""Knows when a record holds not one sign of the customer's own, so that no reader could quote a word of it."""

import re

from assistant.domain.records import Record

_MASK = re.compile(r"⟦[^⟧]*⟧")


def says_nothing(record: Record) -> bool:
    """Whether the customer is silent: only others speak, or what they wrote is blank or masked from end to end.

    A full stop or a picture is something said: whether it is noise is for the reader to tell.
    """
    if not record.turns:
        return not _MASK.sub("", record.text).strip()
    return not any(_MASK.sub("", turn.text).strip() for turn in record.turns if turn.speaker == "customer")
