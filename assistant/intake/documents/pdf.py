"""PDF files page by page."""

import logging
from pathlib import Path

from assistant.domain.knowledge import RawSection
from assistant.intake.shapes import UnreadableFileError

_PAGES_LIMIT = 3000


def pdf_sections(path: Path) -> tuple[str, list[RawSection]]:
    """The title and one section a page.

    Raises:
        UnreadableFileError: damaged, locked or too long.
    """
    from pypdf import PdfReader  # slow to import, needed here only
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it may quote what it can't read
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableFileError("protected", f"{path.name} is locked by a password; save it without one")
        if len(reader.pages) > _PAGES_LIMIT:
            raise UnreadableFileError("too_large", f"{path.name} has more than {_PAGES_LIMIT} pages; split it")
        pages = [RawSection("", page.extract_text() or "", n) for n, page in enumerate(reader.pages, 1)]
        title = str((reader.metadata.title if reader.metadata else None) or "")
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise UnreadableFileError("damaged", f"{path.name} is damaged or no PDF; export it anew") from None
    return title, pages
