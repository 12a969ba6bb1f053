"""Plain text without any structure: one record per paragraph, or per line where there are no paragraphs."""

from collections.abc import Iterator

from assistant.intake.decoding import TextLines
from assistant.intake.shapes import Document, Head, SourceRow, SourceTable


def recognises(head: Head) -> bool:
    """True for any text: the last resort."""
    return bool(head.text.strip())


def open_document(head: Head) -> Document:
    """The pieces of text in order, with a note on how they were parted."""
    assert head.encoding is not None
    by_paragraph = "\n\n" in head.text.replace("\r\n", "\n").strip()
    notes = [
        f"no columns and no headers found: every {'paragraph' if by_paragraph else 'line'} is taken for one record"
    ]
    lines = TextLines(head.path, head.encoding)
    return Document("text", head.encoding, iter([SourceTable("", ("text",), _rows(lines, by_paragraph, notes))]), notes)


def _rows(lines: TextLines, by_paragraph: bool, notes: list[str]) -> Iterator[SourceRow]:
    piece: list[str] = []
    start = 1
    for number, line in enumerate(lines, 1):
        if line.strip():
            start = start if piece else number
            piece.append(line.rstrip("\r\n"))
        if piece and not (by_paragraph and line.strip()):
            yield SourceRow(start, {"text": "\n".join(piece)})
            piece = []
    if piece:
        yield SourceRow(start, {"text": "\n".join(piece)})
    if lines.note:
        notes.append(lines.note)
