"""The page that the demo prints: what the voices say, and where to go from there."""

import shutil
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import click

from assistant.cli.tables import Language, width, word

_WIDEST, _NARROWEST = 96, 60
_LABEL: dict[Language, int] = {"zh": 12, "en": 16}
"""Columns of the labels before what they name."""
_BARS = " ▁▂▃▄▅▆▇█"


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads((resources.files("assistant.cli") / "data" / "demo.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Page:
    """A page of blocks, as wide as the terminal but never too wide to read; plain where nobody looks at colours."""

    language: Language
    wide: int = field(default_factory=lambda: max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns)))

    def said(self, name: str, **filled: object) -> str:
        """A sentence of the page."""
        return _words()[self.language][name].format(**filled)

    def stored(self, value: str | None) -> str:
        """A stored word in the reader's language."""
        return word(value, self.language) or ""

    def heading(self, name: str, **filled: object) -> None:
        """Begin a block."""
        text = self.said(name, **filled)
        click.echo()
        click.secho(f"── {text} " + "─" * max(0, self.wide - width(text) - 4), fg="cyan", bold=True)

    def text(self, text: str, *, indent: int = 2, **style: Any) -> None:
        """A paragraph, wrapped."""
        for line in wrapped(text, self.wide - indent):
            click.secho(" " * indent + line, **style)

    def title(self, text: str, facts: str = "", *, mark: str = "") -> None:
        """What the lines below are about, its figures to the right of it or below."""
        head = f"{mark} {text}" if mark else text
        room = self.wide - width(head) - width(facts) - 2
        click.secho(f"  {head}", bold=True, nl=not facts)
        if facts:
            click.secho(" " * room + facts if room >= 2 else "\n" + " " * (self.wide - width(facts)) + facts, dim=True)

    def row(self, label: str, text: str, **style: Any) -> None:
        """A label and what it names, wrapped beside it."""
        indent = 4 + _LABEL[self.language]
        lines = wrapped(text, self.wide - indent) or [""]
        click.secho("    " + self._padded(label), dim=True, nl=False)
        click.secho(lines[0], **style)
        for line in lines[1:]:
            click.secho(" " * indent + line, **style)

    def command(self, label: str, text: str) -> None:
        """A label and what to type, on one line however long it is."""
        click.secho("    " + self._padded(label), dim=True, nl=False)
        click.secho(text, bold=True)

    def _padded(self, label: str) -> str:
        return label + " " * max(1, _LABEL[self.language] - width(label))

    def quote(self, text: str, place: str) -> None:
        """A customer's own words and where they stand."""
        self.row("", f"「{text}」 {place}", fg="green")

    def gap(self) -> None:
        """A line between two things."""
        click.echo()


def spark(values: Sequence[float]) -> str:
    """Numbers as a row of small bars; what is not nought can be seen."""
    top = max(values, default=0)
    return "".join("▁" if not value else _BARS[max(2, round(value / top * (len(_BARS) - 1)))] for value in values)


def wrapped(text: str, columns: int) -> list[str]:
    """Lines of at most so many columns; Chinese may be parted anywhere but before closing signs, other words whole."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        lines += _wrapped(paragraph, columns)
    return lines


_CLOSING = "，。；：！？、）」』》”’…】〕,.;:!?)]}"


def _wrapped(text: str, columns: int) -> list[str]:
    lines, line, used = [], "", 0
    for piece in _pieces(text):
        size = width(piece)
        if used + size > columns and line.strip():
            lines.append(line.rstrip())
            line, used, piece = "", 0, piece.lstrip()
            size = width(piece)
        line, used = line + piece, used + size
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> list[str]:
    """What must stand on one line each: a Chinese sign with what closes after it, a word with the blank before it."""
    pieces: list[str] = []
    for sign in text:
        glued = pieces and (sign in _CLOSING or (_narrow(sign) and _narrow(pieces[-1][-1]) and not sign.isspace()))
        if glued and not (pieces[-1].isspace() and not _narrow(sign)):
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces


def _narrow(sign: str) -> bool:
    return width(sign) == 1
