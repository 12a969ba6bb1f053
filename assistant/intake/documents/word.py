"""Word documents in sections by their heading styles; tables are read row by row."""

import zipfile
from pathlib import Path

from assistant.domain.knowledge import RawSection
from assistant.intake.shapes import UnreadableFileError

_UNPACKED_LIMIT = 300 << 20


def word_sections(path: Path) -> tuple[str, list[RawSection]]:
    """The title and the sections.

    Raises:
        UnreadableFileError: damaged, locked, or unpacking to too much.
    """
    import docx  # slow to import, needed here only
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table
    from lxml.etree import XMLSyntaxError  # type: ignore[import-untyped]

    _check(path)
    try:
        document = docx.Document(str(path))
    except (PackageNotFoundError, zipfile.BadZipFile, XMLSyntaxError, KeyError, ValueError):
        raise UnreadableFileError("damaged", f"{path.name} is damaged or no Word document; save it anew") from None
    title, steps = document.core_properties.title or "", list[tuple[int, str]]()
    sections, body = list[RawSection](), list[str]()

    def close() -> None:
        if words := "\n".join(body).strip():
            sections.append(RawSection(" › ".join(name for _, name in steps), words))
        body.clear()

    for block in document.iter_inner_content():
        if isinstance(block, Table):
            body.extend(" | ".join(dict.fromkeys(cell.text.strip() for cell in row.cells)) for row in block.rows)
            continue
        style, words = (block.style.name or "") if block.style else "", block.text.strip()
        if words and style == "Title":
            title = title or words
        elif words and style.startswith("Heading ") and style[8:].isdigit():
            close()
            level = int(style[8:])
            steps = [step for step in steps if step[0] < level] + [(level, words)]
        else:
            body.append(words)
    close()
    return title, sections


def _check(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile:
        sentence = f"{path.name} is no Word document, or is locked by a password; save it anew without one"
        raise UnreadableFileError("damaged", sentence) from None
    if unpacked > _UNPACKED_LIMIT:
        raise UnreadableFileError("bomb", f"{path.name} unpacks to {unpacked >> 20} MB; it was not read")
