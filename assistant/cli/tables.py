"""Tables for a terminal: columns even where Chinese stands in them, headings in the language of the settings."""

import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

import click

from assistant.domain.vocabulary import ZH, Standing

Language = Literal["zh", "en"]
Part = Literal["closed", "lead_status", "stages", "receipt", "jobs", "idea", "doctor"]
"""Parts of the face file in which a word is looked for."""
_WIDEST = 48

_WORDS: frozenset[str] = frozenset(
    {
        "channel", "segment", "aspect", "deep_category", "deep_category_alt", "sentiment", "trend", "nbn_type", "journey_stage",
        "type", "engine", "reason", "ground",
    }
)  # fmt: skip
"""Columns that hold stored words, not words of people."""


@cache
def _face() -> dict[str, Any]:
    return tomllib.loads((resources.files(__package__) / "data" / "face.toml").read_text(encoding="utf-8"))


def heading(word: str, language: Language) -> str:
    """A column's heading, or a field's name."""
    return str(_face()["headings"].get(word, word)) if language == "zh" else word.replace("_", " ")


def word(stored: str | None, language: Language, *, of: Part = "closed") -> str | None:
    """A stored word as a reader is shown it; of leads ``new`` is another word than of trends."""
    if stored is None or language == "en":
        return stored
    shown: dict[str, str] = _face()["words" if of == "closed" else of]
    return shown.get(stored) or (ZH.get(stored) or _face()["words"].get(stored) or stored)


def said(sentence: str, language: Language, **filled: object) -> str:
    """One of the command line's own sentences."""
    return str(_face()["sentences"][language][sentence]).format(**filled)


def cell(column: str, value: object, language: Language) -> object:
    """A value as a reader is shown it in a column: stored words in their language."""
    if isinstance(value, str) and (column in _WORDS or value in get_args(Standing)):
        return word(value, language)
    if isinstance(value, bool):
        return value if language == "en" else "是" if value else "否"
    return value


def listed(shown: int, total: int, kind: str, language: Language) -> str:
    """How many of how many are shown."""
    return said("listed", language, shown=shown, total=total, kind=heading(kind, language))


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]], language: Language) -> None:
    """Rows under headings; numbers to the right. The last column may be as long as it is."""
    found = [[_text(value) for value in row] for row in rows]
    numeric = [bool(found) and all(_is_number(row[n]) for row in found) for n in range(len(columns))]
    heads = [heading(column, language) for column in columns]
    last = len(columns) - 1
    cells = [[cell if n == last else _cut(cell) for n, cell in enumerate(row)] for row in found]
    wide = [max([width(heads[n]), *(width(row[n]) for row in cells)]) for n in range(len(columns))]
    click.secho(_line(heads, wide, numeric), bold=True)
    for row in cells:
        click.echo(_line(row, wide, numeric))


def width(text: str) -> int:
    """Columns of a terminal that a text takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def percent(share: float | None) -> str:
    """A share for a reader."""
    return "-" if share is None else f"{share:.1%}"


def span(interval: Sequence[float]) -> str:
    """An interval of shares for a reader."""
    return f"{interval[0]:.1%}–{interval[1]:.1%}"


def _line(cells: Sequence[str], wide: Sequence[int], numeric: Sequence[bool]) -> str:
    padded = []
    for n, cell in enumerate(cells):
        blanks = " " * (wide[n] - width(cell))
        padded.append(blanks + cell if numeric[n] else cell + blanks)
    return "  ".join(padded).rstrip()


def _text(value: object) -> str:
    if value is None or value == "":
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else " ".join(str(value).split())


def _is_number(text: str) -> bool:
    return text == "-" or text.lstrip("+-").replace(".", "").replace("%", "").replace("–", "").isdigit()


def _cut(text: str) -> str:
    if width(text) <= _WIDEST:
        return text
    kept = ""
    for sign in text:
        if width(kept) + width(sign) > _WIDEST - 1:
            break
        kept += sign
    return f"{kept}…"
