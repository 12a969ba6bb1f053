"""Documents of the house taken in: read, masked, kept; a new text replaces the old one of its name."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from assistant.domain.knowledge import House, LearnReceipt, RawDocument, Section, document_id
from assistant.domain.records import MaskedText
from assistant.errors import UsageError
from assistant.intake.documents import ENDINGS, document_files, read_file
from assistant.intake.shapes import UnreadableFileError
from assistant.pipeline.context import Context
from assistant.records.database import now


def learn(context: Context, paths: Sequence[Path]) -> LearnReceipt:
    """Take in documents from files and folders.

    Raises:
        UsageError: a path does not exist, or there is no document in what was given.
    """
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path} does not exist")
    counts = dict.fromkeys(("added", "replaced", "unchanged", "sections", "masked"), 0)
    problems, read = list[str](), 0
    for path in document_files(paths):
        read += 1
        try:
            made, masked = _masked(context, read_file(path))
        except UnreadableFileError as error:
            problems.append(str(error))
            continue
        kept = context.store.documents.put(made)
        counts["unchanged" if kept is None else "added" if kept.version == 1 else "replaced"] += 1
        counts["sections"] += len(made.sections) if kept else 0
        counts["masked"] += masked if kept else 0
    if not read:
        raise UsageError(f"there is no document in what was given; documents are {', '.join(ENDINGS)}")
    return LearnReceipt(read=read, refused=len(problems), problems=tuple(problems), **counts)


def _masked(context: Context, raw: RawDocument) -> tuple[House, int]:
    found = 0

    def mask(text: str) -> MaskedText:
        nonlocal found
        masked, spans = context.masker.mask_text(text)
        found += len(spans)
        return masked

    sections = tuple(
        Section(n, str(mask(section.heading)), mask(section.text), section.page)
        for n, section in enumerate(raw.sections)
    )
    name, title = str(mask(raw.name)), str(mask(raw.title))
    told = "\0".join((title, *(f"{s.heading}\0{s.page}\0{s.text}" for s in sections)))
    digest = hashlib.sha256(told.encode()).hexdigest()
    return House(document_id(name), name, title, 1, digest, now(), sections), found
