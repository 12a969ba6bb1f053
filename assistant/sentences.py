"""What the house says to people is English in its code; this knows the same sentences in Chinese."""

import re
from functools import cache
from importlib import resources

from assistant.domain.vocabulary import ZH, zh

HOLE = "{}"
_PLACE = re.compile(r"\{(\d)\}")


def in_chinese(sentence: str) -> str | None:
    """A sentence of the house as a Chinese reader is told it; None where there is no Chinese for it.

    What is filled in stays as it is, but for stored words and for sentences of the house within the sentence.
    """
    for pattern, chinese in _patterns():
        if hit := pattern.fullmatch(sentence):
            filled = [_filled(value) for value in hit.groups()]
            return _put(chinese, filled)
    return None


@cache
def catalogue() -> dict[str, str]:
    """English sentence → the Chinese one; holes as ``{}`` there, as ``{0}``, ``{1}`` … here."""
    text = resources.files("assistant").joinpath("sentences.zh.tsv").read_text(encoding="utf-8")
    rows = (line.partition("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {english: chinese for english, _, chinese in rows}


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Those with most words of their own first, so that none is taken for a wider one."""
    known = sorted(catalogue().items(), key=lambda row: -len(row[0].replace(HOLE, "")))
    return [(re.compile("(.*?)".join(map(re.escape, english.split(HOLE))), re.DOTALL), said) for english, said in known]


def _put(chinese: str, filled: list[str]) -> str:
    return _PLACE.sub(lambda place: filled[int(place[1])], chinese)


def _filled(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == "'":
        return f"「{value[1:-1]}」"
    listed = value.split(", ")
    if all(one in ZH for one in listed):
        return "、".join(map(zh, listed))
    return in_chinese(value) or value
