"""Excel 5/95 workbooks with Chinese text, whose bytes the workbook reader takes for something else."""

import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_CODE_PAGE = re.compile(rb"\x42\x00\x02\x00(?:(\xa8\x03)|(\xb6\x03)|(\xa4\x03)|(\xb5\x03))")
"""The record that names the code page: its number, its length, and 936, 950, 932 or 949."""
_CODECS = ("gb18030", "big5hkscs", "cp932", "cp949")
_SINGLE_BYTES = b"\x42\x00\x02\x00\xe4\x04"
"""The same record with code page 1252, in which every byte is a character of its own."""


def is_garbled(rows: Sequence[Sequence[object]]) -> bool:
    """True for cells as calamine reads those of code pages with two bytes a character: a NUL after every byte."""
    return any(isinstance(cell, str) and "\0" in cell for row in rows for cell in row)


def reopened(path: Path) -> "tuple[CalamineWorkbook, str] | None":
    """The workbook read byte by byte, and the codec for `decoded`; None where it names no such code page.

    Raises:
        CalamineError, OSError, ValueError: as opening any workbook.
    """
    from python_calamine import CalamineWorkbook  # late: a compiled vendor, needed for sheets only

    data = path.read_bytes()
    found = _CODE_PAGE.search(data)
    if found is None or found.lastindex is None:
        return None
    patched = data[: found.start()] + _SINGLE_BYTES + data[found.end() :]
    return CalamineWorkbook.from_filelike(BytesIO(patched)), _CODECS[found.lastindex - 1]


def decoded(cell: object, codec: str) -> object:
    """A cell that was read byte by byte, in its own encoding; what is no text stays."""
    if not isinstance(cell, str):
        return cell
    raw = b"".join(_byte(character) for character in cell)
    return raw.decode(codec, errors="replace")


def _byte(character: str) -> bytes:
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return bytes([ord(character)]) if ord(character) < 256 else b"?"
