"""Knows what is no voice of a need at all: tests, greetings, adverts, wrong numbers, mere facts, nothing."""

import re

from assistant.rules.topics import Topic
from assistant.rules.view import View

_WORD = re.compile(r"[\w\u4e00-\u9fff]")
_SHORT = 14
"""Characters below which words without any cue say nothing."""
_LONG = 70
"""Characters above which a stray noise word (a test print, an invoice) no longer makes a record noise."""


def is_noise(view: View, topics: list[Topic]) -> bool:
    """Whether the record holds no need: by its cue words, or because nothing is felt or asked in it."""
    words = sum(len(_WORD.findall(view.quote(seen))) for seen in view.seen)
    if words < 2:
        return True
    found = view.labels("noise")
    said = view.labels("frame")
    felt = sum(min(seen.hurt + seen.pleased, 4.0) for seen in view.seen)
    strongest = max(said.values(), default=0.0)
    if found.get("advert", 0.0) >= 6 or (found.get("advert", 0.0) >= 3 and strongest < 5 and felt < 5):
        return True
    if found.get("filler", 0.0) >= 3 and felt < 4:
        return True
    if found.get("wrong", 0.0) >= 3 and words < _LONG and strongest < 6:
        return True
    if found.get("test", 0.0) >= 3 and words < 25 and felt < 3:
        return True
    if found.get("fact", 0.0) >= 3 and felt < 4 and strongest < 6:
        return True
    greeting = found.get("greeting", 0.0)
    if words <= _SHORT and greeting >= 3 and strongest < 3 and felt < 2.5:
        return True
    if words <= 6 and not topics:
        return True
    return not topics
