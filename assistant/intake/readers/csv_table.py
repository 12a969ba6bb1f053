"""Delimited text: any separator, quoted cells over several lines, and quotation marks that were never closed."""

import csv
import re
from collections import Counter
from collections.abc import Iterator

from assistant.intake.columns import known_field, known_headers
from assistant.intake.decoding import TextLines
from assistant.intake.shapes import BadRow, Document, Head, SourceTable
from assistant.intake.tables import table_from_cells

SEPARATORS = (",", "\t", ";", "|", "，", "；", "\x01", "^", "~")
_CELL_LIMIT = 1_000_000
_SAMPLE_LINES = 60
_LONG = 16_000
"""Characters from which on the last line of a sample may be cut off."""
_DIGIT = re.compile(r"\d")

csv.field_size_limit(_CELL_LIMIT)


def find_separator(text: str) -> str | None:
    """The separator that parts the sample into rows of one width, known headers counting most; None if none does."""
    best, best_score = None, 0.0
    for separator in SEPARATORS:
        if separator in text and (score := _score(text, separator)) > best_score:
            best, best_score = separator, score
    return best


def has_known_header(text: str) -> bool:
    """True if one of the first lines, parted somehow, holds two known headers or more."""
    if _is_single_column(text):
        return True
    lines = text.splitlines()[:12]
    return any(known_headers(_parse(line, sep)) >= 2 for line in lines for sep in SEPARATORS if sep in line)


def _is_single_column(text: str) -> bool:
    first = text.lstrip().splitlines()[0] if text.strip() else ""
    if any(mark in first for mark in "(（:："):
        return False
    return len(first) <= 40 and known_field(first.strip().strip('"')) in ("text", "turns")


def recognises(head: Head) -> bool:
    """True for text whose rows have one width, and for a single column whose header says it is the text."""
    return bool(head.text) and (find_separator(head.text) is not None or _is_single_column(head.text))


def open_document(head: Head) -> Document:
    """The file as one table, read row by row in constant memory."""
    assert head.encoding is not None
    separator = find_separator(head.text) or ","
    notes: list[str] = []
    lines = TextLines(head.path, head.encoding)
    name = {"\t": "tsv"}.get(separator, "csv")
    return Document(name, head.encoding, _tables(lines, separator, notes), notes)


def _tables(lines: TextLines, separator: str, notes: list[str]) -> Iterator[SourceTable]:
    rows = _Rows(lines, separator)
    table = table_from_cells("", rows, notes, separator=separator)
    if table is not None:
        yield table
    if rows.repaired:
        notes.append(f"{rows.repaired} rows were freed from a quotation mark that was never closed")
    if lines.note:
        notes.append(lines.note)


class _Rows:
    """The parsed rows with the number of their first line.

    A record that swallowed lines which are rows themselves began with a quotation mark that was never closed: it is
    read again line by line.
    """

    def __init__(self, lines: TextLines, separator: str) -> None:
        self._lines = lines
        self._separator = separator
        self.repaired = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]] | BadRow]:
        taken: list[str] = []
        reader = csv.reader(_recorded(self._lines, taken), delimiter=self._separator)
        widths: Counter[int] = Counter()
        line = 1
        while True:
            try:
                row = next(reader, None)
            except csv.Error:
                row = []
            if row is None:
                return
            if len(taken) > 1 and (freed := self._freed(row, taken, widths)) is not None:
                for offset, cells in enumerate(freed):
                    yield (line + offset, cells) if cells else self._broken(line + offset, taken[offset])
            elif row or not taken[0].strip():
                yield line, row
            else:
                yield self._broken(line, taken[0])
            if len(taken) == 1:
                widths[len(row)] += 1
            line += len(taken)
            taken.clear()

    def _freed(self, row: list[str], taken: list[str], widths: Counter[int]) -> list[list[str]] | None:
        """The lines as rows of their own, where that is what they are; None for an honest cell of several lines."""
        usual = widths.most_common(1)[0][0] if widths else len(row)
        if usual < 2:
            return None
        alone = [self._alone(line, usual) for line in taken]
        fitting = sum(1 for cells in alone[1:] if cells and _alike(alone[0] or row, cells))
        if fitting < max(1, len(taken) - 2):
            return None
        self.repaired += fitting
        return alone

    def _alone(self, line: str, usual: int) -> list[str]:
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
            cells = next(csv.reader([line.rstrip("\r\n")], delimiter=self._separator, quoting=quoting), [])
            if len(cells) == usual:
                return cells
        return []

    @staticmethod
    def _broken(line: int, text: str) -> BadRow:
        return BadRow(
            line, "broken_quote", "a quotation mark is opened and not closed; close it", {"line": text.strip()}
        )


def _alike(first: list[str], other: list[str]) -> bool:
    """True if a cell with digits (an id, a date) is written in the same way in both rows."""
    return any(a != b and _DIGIT.search(a) and _shape(a) == _shape(b) for a, b in zip(first, other, strict=False))


def _shape(cell: str) -> str:
    return _DIGIT.sub("0", cell.strip())[:24]


def _recorded(lines: TextLines, taken: list[str]) -> Iterator[str]:
    """The lines, each noted in `taken`."""
    for line in lines:
        taken.append(line)
        yield line


def _parse(line: str, separator: str) -> list[str]:
    return next(csv.reader([line], delimiter=separator), [])


def _score(text: str, separator: str) -> float:
    lines = text.splitlines(keepends=True)[:_SAMPLE_LINES]
    try:
        rows = [row for row in csv.reader(lines, delimiter=separator) if any(cell.strip() for cell in row)]
    except csv.Error:
        return 0.0
    rows = rows[:-1] if len(rows) > 2 and len(text) >= _LONG else rows
    if not rows:
        return 0.0
    width, count = Counter(len(row) for row in rows).most_common(1)[0]
    known = max(known_headers(row) for row in rows[:12])
    alike = count / len(rows)
    if width < 2 or (known < 2 and alike < 0.7) or (known == 0 and not _is_regular(rows, separator, alike)):
        return 0.0
    return known * 10 + alike * 5 + min(width, 20) / 20


def _is_regular(rows: list[list[str]], separator: str, alike: float) -> bool:
    """True where rows without known headers can't be prose that happens to be punctuated alike."""
    if len(rows) < 3 or alike < 0.9:
        return False
    columns = zip(*(row for row in rows[1:] if len(row) == len(rows[0])), strict=False)
    return separator in "\t|\x01" or any(all(_DIGIT.search(cell) for cell in column) for column in columns)
