"""What the house says to people is English in its code; this knows the same sentences in Chinese."""

import re
from functools import cache
from importlib import resources

from assistant.domain.vocabulary import ZH, zh

HOLE = "{}"
NUMBER = "{#}"
_PLACE = re.compile(r"\{(\d)\}")
_HOLES = {HOLE: "(.*?)", NUMBER: r"([\d.,]+)"}
_PARTS = re.compile(r"(\{#?\})")
_DEPTH = 3
"""Sentences within sentences that are told in Chinese too."""


def in_chinese(sentence: str, depth: int = _DEPTH) -> str | None:
    """A sentence of the house as a Chinese reader is told it; None where there is no Chinese for it.

    What is filled in stays as it is, but for stored words and for sentences of the house within the sentence.
    """
    if not depth:
        return None
    for pattern, chinese in _patterns():
        if hit := pattern.fullmatch(sentence):
            filled = [_filled(value, depth - 1) for value in hit.groups()]
            return _put(chinese, filled)
    return None


@cache
def catalogue() -> dict[str, str]:
    """English sentence → the Chinese one; holes as ``{}`` there (``{#}``: a number), as ``{0}``, ``{1}`` … here."""
    text = resources.files("assistant").joinpath("sentences.zh.tsv").read_text(encoding="utf-8")
    rows = (line.partition("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {english: chinese for english, _, chinese in rows}


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Those with most words of their own first, so that none is taken for a wider one."""
    known = sorted(catalogue().items(), key=lambda row: -len(_PARTS.sub("", row[0])))
    return [
        (re.compile("".join(_HOLES.get(p) or re.escape(p) for p in _PARTS.split(e)), re.DOTALL), c) for e, c in known
    ]


def _put(chinese: str, filled: list[str]) -> str:
    return _PLACE.sub(lambda place: filled[int(place[1])], chinese)


def _filled(value: str, depth: int) -> str:
    if len(value) > 1 and value[0] == value[-1] == "'":
        return "、".join(f"「{one}」" for one in value[1:-1].split("', '"))
    listed = value.split(", ")
    if all(one in ZH for one in listed):
        return "、".join(map(zh, listed))
    return in_chinese(value, depth) or value
