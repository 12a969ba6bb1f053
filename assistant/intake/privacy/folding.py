"""How text is folded for matching, one character for one, so that every offset stays true.

NFKC as a whole changes lengths (``㎡`` → ``m2``) and would need a map of offsets. Of NFKC only the part that can
hide a personal value is needed: full-width, mathematical, circled and dotted digits and letters, and the
separators people put between digits. Each of those folds to exactly one character, so offsets need no map.
"""

import re
import unicodedata
from functools import cache

from assistant.domain.vocabulary import PII_TYPES

MARK = re.compile(rf"⟦({'|'.join(PII_TYPES)}):([0-9a-f]{{6}}|(?=[0-9]*[a-f])[0-9a-f]{{16}})⟧")
"""A well-formed mask. Nothing else between such brackets is one: ``⟦phone:13812345678⟧`` hides a number."""
FILLER = "\ufffc"
"""Stands for masked characters while matching: neither letter, digit, Chinese character nor separator."""

_BRACKETS = str.maketrans("⟦⟧", "〔〕")
_DASHES = "‐‑‒–—―−﹣－─━"
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_INVISIBLE = "\u00ad\u180e\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f\u20e3"
NUMERALS: dict[str, str] = dict(
    zip("零〇一二三四五六七八九幺两兩壹贰叁肆伍陆柒捌玖貳參陸", "00123456789122" + "123456789236", strict=True)
)
_NUMERAL_RUN = re.compile(r"(?:[0-9零〇一二三四五六七八九幺两兩壹贰叁肆伍陆柒捌玖貳參陸][ \-，,、]{0,2}){7,}")
_BEYOND = "\U00010000"
_ASTRAL = re.compile("[\U00010000-\U0001ffff]")
_HAS_NUMERAL = re.compile(rf"[{''.join(NUMERALS)}](?:[{''.join(NUMERALS)}]{{2}}|(?<=幺))")


def neutralise(text: str) -> str:
    """Raw text in which ``⟦`` and ``⟧`` became ``〔`` and ``〕``: no customer can forge a mask."""
    return text.translate(_BRACKETS) if "⟦" in text or "⟧" in text else text


def fold(text: str) -> str:
    """The text as the detectors see it: the same length, forms of a digit or letter folded, masks filled out."""
    if "⟦" in text:
        text = MARK.sub(lambda mark: FILLER * len(mark.group()), text)
    foldable = _folding().keys() & set(text) if _ASTRAL.search(text) else set(_foldable().findall(text))
    for character in foldable:
        text = text.replace(character, _folding()[character])
    if _HAS_NUMERAL.search(text):
        text = _NUMERAL_RUN.sub(_spoken, text)
    return text


def _spoken(run: re.Match[str]) -> str:
    """A run of spoken digits as figures, its pauses as blanks: ``幺三九，一二三四`` → ``139 1234``."""
    return "".join(NUMERALS.get(c, " " if c in "，,、" else c) for c in run.group())


@cache
def _foldable() -> re.Pattern[str]:
    """One class of the characters that fold, but for the rare ones beyond U+FFFF, which would make it slow: a search
    of it costs a twentieth of looking each character up."""
    return re.compile(f"[{''.join(re.escape(character) for character in _folding() if character < _BEYOND)}]")


@cache
def _folding() -> dict[str, str]:
    """Character → its one-character fold, for all of Unicode where the two differ and it matters."""
    table = dict.fromkeys(_DASHES, "-") | dict.fromkeys(_SPACES + _INVISIBLE, " ") | {"﹫": "@"}
    for code in (*range(0x80, 0x3400), *range(0xF900, 0x20000)):
        character = chr(code)
        folded = unicodedata.normalize("NFKC", character)
        if folded != character:
            digits = folded.strip("().,")
            if len(digits) == 1 and digits.isascii() and digits.isalnum():
                table[character] = digits
            elif len(folded) == 1 and folded in "@.+-_:/#":
                table[character] = folded
        elif character.isdecimal():
            table[character] = str(unicodedata.decimal(character))
    return table
