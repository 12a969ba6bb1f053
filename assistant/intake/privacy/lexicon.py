"""The word lists and figures of masking, read once from the data files beside the code."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from typing import Any

from assistant.domain.vocabulary import PiiType


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
def cue_pattern(types: tuple[PiiType, ...]) -> re.Pattern[str]:
    """One pattern in which the group that matched tells which type its cue speaks for."""
    cues: dict[str, list[str]] = table("cues")["cues"]
    return re.compile("|".join(f"(?P<{kind}>{'|'.join(longest_first(cues[kind]))})" for kind in types))


def longest_first(patterns: Iterable[str]) -> Sequence[str]:
    """Alternatives in an order in which a longer one is tried before its own beginning."""
    return sorted(patterns, key=len, reverse=True)


def _expand(item: str) -> Iterable[str]:
    low, _, high = item.partition("-")
    return (str(number).zfill(len(low)) for number in range(int(low), int(high or low) + 1))


def _read(name: str) -> str:
    return (resources.files(__package__) / "data" / name).read_text(encoding="utf-8")
