"""Whether a text is written in simplified or traditional characters."""

import re
from functools import cache

from assistant.intake.privacy.lexicon import words

_HAN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[A-Za-z]+")


def script_of(text: str) -> str:
    """``hans``, ``hant`` or ``other`` (hardly any Chinese), by the characters that exist in one script only."""
    if not _HAN.search(text):
        return "other"
    latin = sum(map(len, _LATIN.findall(text))) if _LATIN.search(text) else 0
    if latin and sum(map(len, _HAN.findall(text))) * 9 < latin:
        return "other"
    traditional = len(set(_one_of("traditional").findall(text)))
    simplified = len(set(_one_of("simplified").findall(text))) if traditional else 0
    return "hant" if traditional > simplified else "hans"


@cache
def _one_of(script: str) -> re.Pattern[str]:
    return re.compile(f"[{''.join(words(script))}]")
