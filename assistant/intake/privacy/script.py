"""Whether a text is written in simplified or traditional characters."""

import re

from assistant.intake.privacy.lexicon import words

_HAN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[A-Za-z]+")


def script_of(text: str) -> str:
    """``hans``, ``hant`` or ``other`` (hardly any Chinese), by the characters that exist in one script only."""
    han = sum(map(len, _HAN.findall(text)))
    if han == 0 or han * 9 < sum(map(len, _LATIN.findall(text))):
        return "other"
    characters = set(text)
    traditional = len(characters & words("traditional"))
    simplified = len(characters & words("simplified"))
    return "hant" if traditional > simplified else "hans"
