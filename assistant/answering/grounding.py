"""Whether a sentence has anything to do with what it stands on: words from nowhere are no answer."""

import re
from collections.abc import Sequence
from itertools import pairwise

from assistant.answering.lexicon import normalise

_CODE = re.compile(r"[a-z][a-z0-9_-]*")
_LONG, _DIGITS = 6, re.compile(r"[a-z].*\d\d")
"""Latin words of so many letters, or that end in digits, are names or codes: they must have been shown."""
_HAN = re.compile(r"[\u3400-\u9fff]+")
_COMMON = frozenset(
    [
        "客户",
        "户说",
        "有客",
        "反馈",
        "问题",
        "看来",
        "背后",
        "在意",
        "意的",
        "的是",
        "希望",
        "需要",
        "这条",
        "一条",
        "我们",
        "已经",
        "没有",
        "不是",
        "什么",
        "因为",
        "所以",
    ]
)
"""Pairs that any sentence may hold."""


def codes_are_known(text: str, shown: Sequence[str]) -> bool:
    """Whether every long Latin word and code of a text stands in what was shown."""
    known = normalise("\n".join(shown))
    codes = (code for code in _CODE.findall(normalise(text)) if len(code) >= _LONG or _DIGITS.match(code))
    return all(code in known for code in codes)


def shares_words(text: str, sources: Sequence[str]) -> bool:
    """Whether a Chinese text shares a telling pair of characters with one of its sources; true of one without pairs."""
    pairs = _pairs(text)
    return not pairs or any(pairs & _pairs(source) for source in sources)


def _pairs(text: str) -> set[str]:
    return {a + b for run in _HAN.findall(normalise(text)) for a, b in pairwise(run)} - _COMMON
