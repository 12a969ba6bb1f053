"""Which reader a document file needs, and what is too large, locked or empty to be read."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.domain.knowledge import RawDocument, RawSection
from assistant.intake.decoding import detect_encoding, is_text, open_text
from assistant.intake.documents.markdown import markdown_sections
from assistant.intake.documents.pdf import pdf_sections
from assistant.intake.documents.word import word_sections
from assistant.intake.shapes import UnreadableFileError

ENDINGS = (".md", ".markdown", ".txt", ".pdf", ".docx")
BYTES_LIMIT = 50 << 20
CHARS_LIMIT = 2_000_000
SECTION_CHARS = 1200
"""A longer section is cut after a sentence, so that what is found of it can be read."""
_SENTENCE = re.compile(r"[^。！？!?\n]*[。！？!?\n]+|[^。！？!?\n]+$")


def document_files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files of folders and the files given, in order; hidden ones and those of other kinds in folders are left out."""
    for path in paths:
        if path.is_dir():
            found = sorted(p for p in path.rglob("*") if p.suffix.lower() in ENDINGS and p.is_file())
            yield from (p for p in found if not any(part.startswith(".") for part in p.relative_to(path).parts))
        else:
            yield path


def read_file(path: Path) -> RawDocument:
    """A document in sections of at most about `SECTION_CHARS` characters.

    Raises:
        UnreadableFileError: with one sentence on what is wrong and what to do.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise UnreadableFileError(
            "unknown_kind", f"{path.name}: documents are {', '.join(ENDINGS)}; save it as one of these"
        )
    try:
        size = path.stat().st_size
        if size > BYTES_LIMIT:
            raise UnreadableFileError("too_large", f"{path.name} has {size >> 20} MB; at most 50 MB, split it")
        title, sections = _sections(path, ending)
    except OSError as error:
        raise UnreadableFileError("unreadable", f"{path.name} can't be read ({error.strerror})") from None
    if sum(len(section.text) for section in sections) > CHARS_LIMIT:
        raise UnreadableFileError("too_large", f"{path.name} holds more than {CHARS_LIMIT:,} characters; split it")
    cut = tuple(piece for section in sections if section.text.strip() for piece in _cut(section))
    if not cut:
        hint = "it is a scan: run text recognition over it first" if ending == ".pdf" else "there is nothing to learn"
        raise UnreadableFileError("no_text", f"{path.name} holds no text; {hint}")
    return RawDocument(path.stem, title or path.stem, cut)


def _sections(path: Path, ending: str) -> tuple[str, list[RawSection]]:
    if ending == ".pdf":
        return pdf_sections(path)
    if ending == ".docx":
        return word_sections(path)
    return markdown_sections(_text(path))


def _text(path: Path) -> str:
    if not is_text(path.read_bytes()[: 1 << 16]):
        raise UnreadableFileError("unknown_kind", f"{path.name} is no text file; save it as Markdown, Word or PDF")
    with open_text(path, detect_encoding(path)) as file:
        return file.read()


def _cut(section: RawSection) -> Iterator[RawSection]:
    text = section.text.strip()
    if len(text) <= SECTION_CHARS:
        yield RawSection(section.heading, text, section.page)
        return
    piece = ""
    for match in _SENTENCE.finditer(text):
        for at in range(match.start(), match.end(), SECTION_CHARS):
            words = text[at : min(at + SECTION_CHARS, match.end())]
            if piece and len(piece) + len(words) > SECTION_CHARS:
                yield RawSection(section.heading, piece.strip(), section.page)
                piece = ""
            piece += words
    if piece.strip():
        yield RawSection(section.heading, piece.strip(), section.page)
