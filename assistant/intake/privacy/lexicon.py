"""The word lists and figures of masking, read once from the data files beside the code."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from typing import Any, Literal

from assistant.domain.vocabulary import PiiType

Cue = PiiType | Literal["nothing"]
"""What a word says of the number after it: its type, or that it is nothing of a person (a part number, a standard)."""


@cache
def words(name: str) -> frozenset[str]:
    """The words of ``data/<name>.txt``: separated by blanks, lines that begin with ``#`` are comments."""
    lines = _read(f"{name}.txt").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def table(name: str) -> dict[str, Any]:
    """The table in ``data/<name>.toml``."""
    return tomllib.loads(_read(f"{name}.toml"))


@cache
def numbers(key: str) -> frozenset[str]:
    """A list of ``shapes.toml`` with its ranges (``"020-025"``) written out."""
    return frozenset(number for item in table("shapes")[key] for number in _expand(item))


@cache
def cue_pattern(types: tuple[Cue, ...]) -> re.Pattern[str]:
    """One pattern in which the group that matched tells which type its cue speaks for."""
    cues: dict[str, list[str]] = table("cues")["cues"]
    return re.compile("|".join(f"(?P<{kind}>{any_of(cues[kind])})" for kind in types))


def any_of(patterns: Iterable[str]) -> str:
    """One alternation of words and patterns, in both scripts, the longer first. Plain words are grouped by their
    first character, which a search tries in a quarter of the time."""
    given = list(patterns)
    ordered = longest_first(dict.fromkeys([*given, *(pattern.translate(_traditional()) for pattern in given)]))
    plain = [word for word in ordered if re.escape(word) == word]
    tails: dict[str, list[str]] = {}
    for word in plain:
        tails.setdefault(word[0], []).append(word[1:])
    grouped = (first if rest == [""] else f"{first}(?:{'|'.join(rest)})" for first, rest in tails.items())
    return "|".join([*(pattern for pattern in ordered if re.escape(pattern) != pattern), *grouped])


def longest_first(patterns: Iterable[str]) -> Sequence[str]:
    """Alternatives in an order in which a longer one is tried before its own beginning."""
    return sorted(patterns, key=len, reverse=True)


@cache
def _traditional() -> dict[int, str]:
    """Simplified characters of the lists → their usual traditional form."""
    return {ord(pair[0]): pair[1] for pair in words("both_scripts")}


def _expand(item: str) -> Iterable[str]:
    low, _, high = item.partition("-")
    return (str(number).zfill(len(low)) for number in range(int(low), int(high or low) + 1))


def _read(name: str) -> str:
    return (resources.files(__package__) / "data" / name).read_text(encoding="utf-8")
