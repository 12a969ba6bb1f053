"""The word lists beside the code: how other systems name fields, values and speakers."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_BRACKETS = re.compile(r"[(\[{【〔][^)\]}】〕]*[)\]}】〕]")
_NUMBERING = re.compile(r"^(?:[qQ]?\d{1,3}[.、:)_]|第\d{1,3}题[.、:]?|q\d{1,3}(?=[^\da-z]))")
_ADDRESS = re.compile(r"^(?:请问|请填写|请输入|请选择|请留下)?[您你]的")
_DROPPED = re.compile(r"[\s_\-·*:'\"?!,,。、;/\\&#]+")


@cache
def word_list(name: str) -> Mapping[str, Any]:
    """One TOML file of ``assistant/intake/data`` as it stands, read once."""
    return tomllib.loads(files("assistant.intake").joinpath(f"data/{name}.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=8192)
def plain_word(word: str) -> str:
    """A word for comparison: width-folded, lower case, without spaces and punctuation (dots stay)."""
    return _DROPPED.sub("", unicodedata.normalize("NFKC", word).casefold())


@lru_cache(maxsize=8192)
def plain_header(header: str) -> str:
    """A header for comparison: as `plain_word`, also without brackets, numbering and asterisks around it.

    A header that is nothing but a bracket keeps its inside.
    """
    folded = unicodedata.normalize("NFKC", header).strip().casefold()
    bare = _ADDRESS.sub("", _NUMBERING.sub("", _BRACKETS.sub("", folded).strip()).strip())
    return plain_word(bare) or plain_word(folded)


@cache
def value_words(name: str) -> Mapping[str, str]:
    """A table of ``values.toml`` turned round: plain word → our word."""
    return {plain_word(word): ours for ours, words in word_list("values")[name].items() for word in words}


@cache
def blank_words() -> frozenset[str]:
    """Cells that mean nothing, lower case as they stand."""
    return frozenset(word_list("values")["blank"]["words"])
