"""Knows which readings name a scene, and says them plainly of those whose own words bear none."""

import re
from collections.abc import Iterable
from functools import cache

from assistant.rules.lexicon import normalise, table, words

_SHARE = 1 / 3
"""Share of several texts that must bear a scene before it is said of all."""


def borne_out(label: str, key: str, usual: str, texts: Iterable[str]) -> str:
    """The usual reading (``secondary`` or ``deep_text``) of a situation or aspect; the plain one where it names a scene that
    the customers' own words do not bear."""
    plain = words("scenes", label, key)
    if not plain:
        return usual
    heard = [normalise(text) for text in texts]
    bearing = sum(_borne(label).search(text) is not None for text in heard)
    return usual if bearing >= max(1.0, _SHARE * len(heard)) else plain


def plain_readings(key: str) -> dict[str, str]:
    """Situation or aspect → its plain reading, of those that have one."""
    return {label: text for label in table("scenes") if (text := words("scenes", label, key))}


@cache
def _borne(label: str) -> re.Pattern[str]:
    return re.compile(words("scenes", label, "borne"))
