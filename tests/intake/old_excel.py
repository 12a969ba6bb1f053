"""Workbooks as Excel 95 and Excel 97 wrote them (BIFF5 with a code page, BIFF8), small enough to be written by hand."""

import struct
from collections.abc import Iterable, Sequence
from typing import Literal

Biff = Literal[5, 8]
Cell = str | float
_SECTOR = 512
_SHORT_STREAM = 4096
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def old_workbook(
    sheets: Iterable[tuple[str, Sequence[Sequence[Cell]]]], biff: Biff = 8, *, code_page: int = 936, hidden: Sequence[str] = ()
) -> bytes:  # fmt: skip
    """An .xls file of these sheets; `code_page` counts for BIFF5 only, BIFF8 is written as UTF-16."""
    codec = "utf-16-le" if biff == 8 else {936: "gbk", 950: "big5"}[code_page]
    bodies = [(name, _sheet(rows, biff, codec)) for name, rows in sheets]
    page = _record(0x42, struct.pack("<H", 1200 if biff == 8 else code_page))
    head = _begin(biff, 0x05) + page
    entries = [_entry(name, 0, biff, codec, hidden=name in hidden) for name, _ in bodies]
    at = len(head) + sum(map(len, entries)) + 4
    globals_ = head
    for name, body in bodies:
        globals_ += _entry(name, at, biff, codec, hidden=name in hidden)
        at += len(body)
    stream = globals_ + _record(0x0A) + b"".join(body for _, body in bodies)
    return _container("Workbook" if biff == 8 else "Book", stream)


def _record(number: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", number, len(data)) + data


def _begin(biff: Biff, kind: int) -> bytes:
    told = struct.pack("<HHHH", 0x0600 if biff == 8 else 0x0500, kind, 0x0DBB, 0x07CC)
    return _record(0x0809, told + (struct.pack("<II", 0, 6) if biff == 8 else b""))


def _entry(name: str, at: int, biff: Biff, codec: str, *, hidden: bool) -> bytes:
    written = name.encode(codec)
    size = bytes([len(name), 1]) if biff == 8 else bytes([len(written)])
    return _record(0x85, struct.pack("<IBB", at, int(hidden), 0) + size + written)


def _sheet(rows: Sequence[Sequence[Cell]], biff: Biff, codec: str) -> bytes:
    cells = b"".join(_cell(r, c, cell, biff, codec) for r, row in enumerate(rows) for c, cell in enumerate(row))
    return _begin(biff, 0x10) + cells + _record(0x0A)


def _cell(row: int, column: int, cell: Cell, biff: Biff, codec: str) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if not isinstance(cell, str):
        return _record(0x0203, place + struct.pack("<d", cell))
    written = cell.encode(codec)
    size = struct.pack("<HB", len(cell), 1) if biff == 8 else struct.pack("<H", len(written))
    return _record(0x0204, place + size + written)


def _container(name: str, stream: bytes) -> bytes:
    """A compound file of one stream: header, one sector of the allocation table, one of the directory, the stream."""
    stream = stream.ljust(max(_SHORT_STREAM, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    sectors = len(stream) // _SECTOR
    table = [_TABLE, _END, *range(3, sectors + 2), _END]
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, _SHORT_STREAM, _END, 0, _END, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", _FREE) * 108
    directory = _directory("Root Entry", 5, 1, _END, 0) + _directory(name, 2, _FREE, 2, len(stream)) + bytes(256)
    fat = b"".join(struct.pack("<I", at) for at in table).ljust(_SECTOR, b"\xff")
    assert len(fat) == _SECTOR, "more than one sector of the table would be needed"
    return header + fat + directory + stream


def _directory(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    written = (name + "\0").encode("utf-16-le")
    head = written.ljust(64, b"\0") + struct.pack("<HBB", len(written), kind, 1)
    return head + struct.pack("<III", _FREE, _FREE, child) + bytes(36) + struct.pack("<IQ", start, size)
