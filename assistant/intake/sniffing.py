"""Which reader a file belongs to, by its content and never by its extension."""

from collections.abc import Iterator
from pathlib import Path

from assistant.intake.decoding import decode_head, detect_encoding, is_text
from assistant.intake.readers import csv_table, html_table, json_export, mail, plain_lines, sheet, transcript
from assistant.intake.shapes import Document, Head, Reader, UnreadableFileError

_HEAD = 1 << 16
_BESIDE = ("-wal", "-shm", "-journal")
"""How the files end that SQLite keeps beside a database while it is open."""
_KINDS = (
    (b"%PDF", "a PDF; export the data as CSV, Excel or JSON"),
    (b"\x1f\x8b", "a gzip file inside another archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it first"),
    (b"PK\x03\x04", "a damaged zip file, or one inside another archive; unpack it first"),
    (b"\x09\x08", "a workbook of Excel 5 or older without its container; open it in Excel and save it as .xlsx"),
    (b"\x09\x04", "a workbook of Excel 4 or older; open it in Excel and save it as .xlsx"),
    (b"\x09\x02", "a workbook of Excel 3 or older; open it in Excel and save it as .xlsx"),
    (b"\x09\x00\x04\x00", "a workbook of Excel 2; open it in Excel and save it as .xlsx"),
    (b"SQLite format 3", "a database; export the table as CSV"),
    (b"ID3", "a sound file; have it transcribed first"),
    (b"RIFF", "a sound or video file; have it transcribed first"),
    (b"\x89PNG", "a picture; only text can be read"),
    (b"\xff\xd8\xff", "a picture; only text can be read"),
)

READERS: tuple[Reader, ...] = (sheet, html_table, json_export, mail)
"""Formats that can't be mistaken, in the order they are asked; the formats of plain text follow."""


def open_file(path: Path, name: str) -> Document:
    """The file opened by the reader that recognises it; messages call it `name`.

    Raises:
        UnreadableFileError: one sentence: it can't be opened, is empty, or is in no format we read.
    """
    head = _head(path, name)
    for reader in _candidates(head):
        if reader.recognises(head):
            return reader.open_document(head)
    raise UnreadableFileError("empty", f"{name} is empty; check the export")


def is_in_use(path: Path) -> bool:
    """Whether it is a SQLite database that is open somewhere, this program's own perhaps, or its log: not to be opened.

    A process that opens and closes such a file loses all locks that it has on it (sqlite.org/howtocorrupt.html, 2.2).
    """
    if (of := next((path.name.removesuffix(end) for end in _BESIDE if path.name.endswith(end)), None)) is not None:
        return path.with_name(of).exists()
    return any(path.with_name(path.name + end).exists() for end in _BESIDE)


def _head(path: Path, name: str) -> Head:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            data = file.read(_HEAD)
        if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
            raise UnreadableFileError("empty", f"{name} is empty; check the export")
        if any(data.startswith(mark) for mark, _ in _KINDS) or not is_text(data):
            return Head(path, name, data, size, None, "")
        encoding = detect_encoding(path)
    except OSError as error:
        raise UnreadableFileError(
            "unreadable", f"{name} can't be opened ({error.strerror}); check its rights"
        ) from None
    return Head(path, name, data, size, encoding, decode_head(data, encoding))


def _candidates(head: Head) -> Iterator[Reader]:
    if head.encoding is None:
        if sheet.recognises(head):
            yield sheet
            return
        what = next((text for mark, text in _KINDS if head.data.startswith(mark)), "no text and no known format")
        raise UnreadableFileError("unknown_format", f"{head.name} is {what}")
    yield from READERS
    if csv_table.has_known_header(head.text):
        yield csv_table
    yield transcript
    yield csv_table
    yield plain_lines
