"""Excel workbooks, .xlsx .xlsm .xlsb .xls and .ods: every sheet that holds feedback, bombs refused."""

import zipfile
import zlib
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.intake.columns import known_headers
from assistant.intake.readers.old_sheet import decoded, is_garbled, reopened
from assistant.intake.shapes import BadRow, Document, Head, SourceTable, UnreadableFileError
from assistant.intake.tables import Cells, table_from_cells

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
UNPACKED_LIMIT = 512 << 20
"""Bytes that a workbook may unpack to."""
_RATIO_LIMIT = 150
_SMALL = 64 << 20


def recognises(head: Head) -> bool:
    """True for an OLE file, and for a zip file that holds a workbook."""
    return head.data.startswith(_OLE) or (head.data.startswith(b"PK\x03\x04") and is_workbook(head.path))


def is_workbook(path: Path) -> bool:
    """True for a zip file that holds a workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(mark in archive.namelist() for mark in _MARKS)
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def open_document(head: Head) -> Document:
    """The workbook, checked for bombs and loaded; its sheets are read one by one.

    Raises:
        UnreadableFileError: it would unpack to too much, is protected by a password, or is damaged.
    """
    from python_calamine import CalamineError, CalamineWorkbook  # late: a compiled vendor, needed for sheets only

    name = "xls" if head.data.startswith(_OLE) else "xlsx"
    if name == "xlsx":
        refuse_bomb(head)
    try:
        book = _Book(CalamineWorkbook.from_path(str(head.path)))
        if name == "xls" and book.is_garbled() and (again := reopened(head.path)) is not None:
            book = _Book(*again)
    except (CalamineError, OSError, ValueError) as error:
        protected = "password" in str(error).lower() or "encrypt" in str(error).lower()
        why = (
            "is protected by a password; save it without one"
            if protected
            else "is damaged or no workbook; save it anew as .xlsx"
        )
        raise UnreadableFileError("protected" if protected else "damaged", f"{head.name} {why}") from None
    notes: list[str] = []
    return Document(name, book.codec, _tables(book, notes), notes)


class _Book:
    """An opened workbook; `codec` decodes its texts where they were read byte by byte."""

    def __init__(self, workbook: "CalamineWorkbook", codec: str | None = None) -> None:
        self._workbook = workbook
        self.codec = codec

    def sheets(self) -> list[tuple[int, str, bool]]:
        """Each sheet's place, name, and whether it can be seen."""
        from python_calamine import SheetVisibleEnum  # late, see above

        told = enumerate(self._workbook.sheets_metadata)
        return [(at, str(self._text(sheet.name)), sheet.visible == SheetVisibleEnum.Visible) for at, sheet in told]

    def rows(self, at: int) -> Iterator[tuple[int, Cells]]:
        """The rows of the sheet in this place, with their numbers."""
        sheet = self._workbook.get_sheet_by_index(at)
        start = (sheet.start or (0, 0))[0]
        for number, cells in enumerate(sheet.iter_rows(), 1):
            yield start + number, [self._text(cell) for cell in cells] if self.codec else cells

    def is_garbled(self) -> bool:
        """True if the reader could not decode its texts."""
        return any(is_garbled([cells for _, cells in islice(self.rows(at), 12)]) for at, _, _ in self.sheets()[:4])

    def _text(self, cell: object) -> object:
        return decoded(cell, self.codec) if self.codec else cell


def refuse_bomb(head: Head) -> None:
    """Raise `UnreadableFileError` if the zip file unpacks to too much: by its directory first, then by what really comes out."""
    try:
        with zipfile.ZipFile(head.path) as archive:
            declared = sum(info.file_size for info in archive.infolist())
            if _is_bomb(declared, head.size):
                raise UnreadableFileError("bomb", _bomb_sentence(head, declared))
            real = 0
            for info in archive.infolist():
                info.file_size, info.CRC = UNPACKED_LIMIT, None  # type: ignore[assignment] # read what is there
                with archive.open(info) as member:
                    while chunk := member.read(1 << 20):
                        real += len(chunk)
                        if _is_bomb(real, head.size):
                            raise UnreadableFileError("bomb", _bomb_sentence(head, real))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, NotImplementedError):
        sentence = f"{head.name} is damaged: its zip parts can't be read; save it anew"
        raise UnreadableFileError("damaged", sentence) from None


def _is_bomb(unpacked: int, packed: int) -> bool:
    return unpacked > UNPACKED_LIMIT or (unpacked > _SMALL and unpacked > packed * _RATIO_LIMIT)


def _bomb_sentence(head: Head, unpacked: int) -> str:
    return (
        f"{head.name} unpacks to {unpacked >> 20} MB or more from {max(1, head.size >> 10)} KB, which no honest workbook "
        "does; export it as CSV"
    )


def _tables(book: _Book, notes: list[str]) -> Iterator[SourceTable]:
    from python_calamine import CalamineError  # late, see above

    sheets = book.sheets()
    if any(seen for _, _, seen in sheets):
        hidden = [name for _, name, seen in sheets if not seen]
        notes += [f"sheet {name} is hidden and was left out" for name in hidden]
        sheets = [sheet for sheet in sheets if sheet[2]]
    for at, name, _ in sheets:
        try:
            rows = book.rows(at)
            first = list(islice(rows, 12))
        except (CalamineError, OSError, ValueError):
            notes.append(f"sheet {name} can't be read and was left out")
            continue
        if len(sheets) > 1 and not any(known_headers(cells) >= 2 for _, cells in first):
            if first:
                notes.append(f"sheet {name} has no known headers and was left out")
            continue
        stream: Iterator[tuple[int, Cells] | BadRow] = chain(first, rows)
        table = table_from_cells(name, stream, notes)
        if table is not None:
            yield table
