"""HTML and XML tables that many systems export under the name .xls."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from assistant.intake.decoding import TextLines
from assistant.intake.shapes import Document, Head, SourceTable
from assistant.intake.tables import table_from_cells

_MARK = re.compile(r"<table[\s>]|urn:schemas-microsoft-com:office:spreadsheet", re.I)
_CELLS = ("td", "th", "cell")
_ROWS = ("tr", "row")


def recognises(head: Head) -> bool:
    """True for markup that holds a table."""
    return head.text.lstrip()[:1] == "<" and _MARK.search(head.text) is not None


def open_document(head: Head) -> Document:
    """All tables of the page as one, row after row."""
    assert head.encoding is not None
    notes: list[str] = []
    return Document("html", head.encoding, _tables(TextLines(head.path, head.encoding), notes), notes)


def _tables(lines: TextLines, notes: list[str]) -> Iterator[SourceTable]:
    table = table_from_cells("", _rows(lines), notes)
    if table is not None:
        yield table
    if lines.note:
        notes.append(lines.note)


def _rows(lines: TextLines) -> Iterator[tuple[int, list[str]]]:
    parser = _Rows()
    for line in lines:
        parser.feed(line)
        yield from parser.finished()
    parser.close()
    yield from parser.finished()


class _Rows(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._done: list[tuple[int, list[str]]] = []
        self._cells: list[str] = []
        self._text: list[str] | None = None
        self._line = 1

    def finished(self) -> list[tuple[int, list[str]]]:
        """The rows closed since the last call."""
        done, self._done = self._done, []
        return done

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = tag.rpartition(":")[2]
        if tag in _ROWS:
            self._cells, self._line = [], self.getpos()[0]
        elif tag in _CELLS:
            index = next((value for name, value in attrs if name == "ss:index"), None)
            self._cells += [""] * max(0, int(index) - 1 - len(self._cells)) if index and index.isdigit() else []
            self._text = []
        elif tag == "br" and self._text is not None:
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag in _CELLS and self._text is not None:
            self._cells.append("".join(self._text).strip())
            self._text = None
        elif tag in _ROWS:
            self._done.append((self._line, self._cells))
            self._cells = []

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)
