"""How texts of an engine are tidied before they are kept, and how two texts are compared by their letters."""

import re
from itertools import pairwise

from assistant.rules.harmless import without_harm
from assistant.rules.orders import holds_order

_BLANK = re.compile(r"[\s\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
_HAN = re.compile("[\u3400-\u9fff]")
_MASKED = re.compile(r"⟦[^⟧]*⟧")


def tidy(text: str, most: int) -> str:
    """One line of at most `most` characters: runs of blanks, control and direction characters become one blank. A text
    without Chinese may be two and a half times as long, which says as much."""
    text = _BLANK.sub(" ", text).strip()
    most = most if _HAN.search(text) else 5 * most // 2
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def told(text: str, most: int) -> str:
    """What an engine words, tidied, without links and markup; nothing of it where it orders a machine about."""
    return "" if holds_order(text) else tidy(without_harm(text), most)


def unmasked_part(text: str) -> str:
    """The text without the tokens that stand for masked values."""
    return _MASKED.sub(" ", text)


def letter_pairs(text: str) -> frozenset[str]:
    """Pairs of neighbouring letters and digits, punctuation and masked values left out."""
    letters = [character for character in _MASKED.sub("", text) if character.isalnum()]
    return frozenset(one + other for one, other in pairwise(letters))
