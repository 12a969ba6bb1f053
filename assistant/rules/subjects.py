"""Knows what a question or a rule of the house is about: things rules are made about, other matters, groups of customers."""

import re
from collections.abc import Sequence
from functools import cache
from typing import cast

from assistant.rules.lexicon import normalise, table
from vectorstore.text import meanings as found_meanings

_HAN = re.compile(r"[\u4e00-\u9fff]+|[a-z0-9]+")


def rules_in(text: str) -> frozenset[int]:
    """The numbers of the things rules are made about that a text names."""
    return _held("rule", text)


def matters_in(text: str) -> frozenset[int]:
    """The numbers of the other things that a text names, by the house's words or the finder's."""
    return _held("matter", text)


def harms_in(text: str) -> frozenset[int]:
    """The numbers of the things rules are made about that follow from what a customer tells (泡坏: 赔)."""
    plain, lines = normalise(text), _lines("rule")
    told = cast("dict[str, dict[str, str]]", table("house")["harms"])
    meant = [row["rule"] for row in told.values() if re.search(row["told"], plain)]
    return frozenset(n for n, line in enumerate(lines) if any(line.search(word) for word in meant))


def groups_asked(question: str) -> frozenset[str]:
    """The groups of customers, or places of use, that somebody of a question belongs to (奶茶店: commercial)."""
    plain = normalise(question)
    return frozenset(name for name, (asked, _) in _groups().items() if asked.search(plain))


def groups_told(clause: str) -> frozenset[str]:
    """The groups of customers that a clause is made for."""
    plain = normalise(clause)
    return frozenset(name for name, (_, told) in _groups().items() if told.search(plain))


def measured(sentence: str, question: str) -> float:
    """What it weighs that a sentence states the measure which a question asks for (多久: 15 天)."""
    return sum(weight for weight, asked, told in _measures() if asked.search(question) and told.search(sentence))


def pairs(text: str) -> set[str]:
    """Pairs of Chinese characters, and whole words of others."""
    return {
        piece[at : at + 2] if not piece[0].isascii() else piece
        for piece in _HAN.findall(text)
        for at in range(max(1, len(piece) - 1) if not piece[0].isascii() else 1)
    }


def _held(name: str, text: str) -> frozenset[int]:
    plain = normalise(text)
    return frozenset(number for number, line in enumerate(_lines(name)) if line.search(plain))


@cache
def _lines(name: str) -> tuple[re.Pattern[str], ...]:
    own = [line.split() for line in cast("list[str]", table("house")["meanings"][name])]
    found = [] if name == "rule" else [[re.escape(word) for word in line] for line in found_meanings()]
    return tuple(_any(line) for line in [*own, *found])


@cache
def _groups() -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    rows = cast("dict[str, dict[str, str]]", table("house")["groups"])
    return {name: (re.compile(row["asked"]), re.compile(row["told"])) for name, row in rows.items()}


@cache
def _measures() -> tuple[tuple[float, re.Pattern[str], re.Pattern[str]], ...]:
    rows = cast("dict[str, dict[str, str]]", table("house")["measures"]).values()
    return tuple((float(row["weight"]), re.compile(row["asked"]), re.compile(row["told"])) for row in rows)


def _any(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in patterns))
