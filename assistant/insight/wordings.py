"""How code reads a sentence of a proposal: whom it speaks of, how widely, what it quotes, and whether it claims or plans."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from assistant.domain.vocabulary import SEGMENTS, Segment
from assistant.insight.numbers import Number

SHORTEST_QUOTE = 4
"""Letters from which words in quotation marks are held to be somebody's."""
SHORTEST_SAID = 2
"""Letters from which they are where a sentence says that customers said them."""
_WIDE = ("generalises", "all_say", "none_says")
_QUOTED = re.compile(r"“([^“”]+)”|「([^「」]+)」|『([^『』]+)』")
_INTERVAL = re.compile(r"95\s*[%％]\s*(?:置信)?(?=区间|(?:confidence )?interval)")
_CUT = re.compile(r"…+|\.{3,}")
_REFERENCES = re.compile(r"\s*[\[【](?:F?\d+\s*[,，、;；\-–]?\s*)+[\]】]")
_SENTENCE = re.compile(r"(?:“[^”]*”|「[^」]*」|[^。！？!?；;\n])+[。！？!?；;]*[”」]?")


def sentences(text: str) -> list[str]:
    """The sentences of a text, quotations kept whole."""
    return [found.strip() for found in _SENTENCE.findall(text) if found.strip()]


def without_references(text: str) -> str:
    """The text without marks such as ``[3]`` or ``[F2]``: what bears a sentence is told beside it."""
    return _REFERENCES.sub("", text)


def quotations(text: str, least: int = SHORTEST_QUOTE) -> list[str]:
    """What stands in quotation marks, in pieces where something was left out of it; of fewer letters, words are none."""
    found = [next(filter(None, groups)) for groups in _QUOTED.findall(text)]
    pieces = [piece.strip(" ，。,.;；") for quote in found for piece in _CUT.split(quote)]
    return [
        piece for piece in pieces if sum(c.isalnum() for c in piece) >= (SHORTEST_QUOTE if piece.isascii() else least)
    ]


def unquoted(text: str) -> str:
    """The text without what stands in quotation marks, and without the name of an interval, whose 95 % is no count."""
    return _INTERVAL.sub("", _QUOTED.sub("“”", text))


def speaks_for(text: str) -> set[Segment]:
    """Segments that a sentence names."""
    return {segment for segment in SEGMENTS if _pattern("segments", segment).search(text)}


def generalises(text: str) -> str | None:
    """``all``, ``none`` or ``most`` where a sentence speaks of so many customers, else None."""
    if _pattern("none_says").search(text):
        return "none"
    if _pattern("all_say").search(
        _pattern("so_many").sub("位", text)
    ):  # all of five customers, or of these, are not all
        return "all"
    if not _pattern("generalises").search(text):
        return None
    return "all" if _pattern("everyone").search(text) else "most"


def wide_words(text: str) -> tuple[str, ...]:
    """The words by which a sentence speaks of most, all or none."""
    return tuple(found[0] for name in _WIDE for found in _pattern(name).finditer(text))


def claiming_words(text: str) -> tuple[str, ...]:
    """The words by which a sentence says how customers are, or of how many it speaks."""
    return tuple(found[0] for found in _pattern("claims").finditer(text)) + wide_words(text)


def claims(text: str) -> bool:
    """Whether a sentence says how customers are, rather than what we would do or suppose."""
    return bool(_pattern("claims").search(text)) and not _pattern("supposing").search(text)


def makes_light(text: str) -> bool:
    """Whether somebody's words say that a thing is of no great matter to them."""
    return bool(_pattern("making_light").search(text))


def asks(text: str) -> bool:
    """Whether somebody's words are a question, and so no verdict."""
    return bool(_pattern("asking").search(text))


def tells_words(text: str) -> bool:
    """Whether a sentence says that customers said what it quotes."""
    return bool(_pattern("told").search(text))


def recruits(text: str, number: Number) -> bool:
    """Whether a number of people is one of those we would look for, and no count."""
    return bool(_pattern("recruiting").search(text.partition(number.text)[0]))


def decides(text: str) -> bool:
    """Whether a sentence says what we would do in which case."""
    return bool(_pattern("deciding").search(text))


def unit_of(number: Number) -> str | None:
    """``customers``, ``records`` or ``percent`` where a number counts these, else None."""
    if number.share:
        return "percent"
    return next((unit for unit in ("customers", "records") if _pattern("units", unit).fullmatch(number.unit)), None)


@cache
def _pattern(name: str, of: str = "") -> re.Pattern[str]:
    found = _data()[name]
    return re.compile(found[of] if of else found, re.IGNORECASE)


@cache
def _data() -> dict[str, Any]:
    text = files("assistant.insight").joinpath("data", "claims.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
