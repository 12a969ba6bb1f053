"""Files, folders and JSON objects of customers' voices turned into one stream of raw records, rejects and receipts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from itertools import chain
from pathlib import Path

from assistant.domain.receipts import FileReceipt
from assistant.domain.records import RawRecord
from assistant.errors import InputError, UsageError
from assistant.intake.archives import is_archive, unpacked_files
from assistant.intake.columns import FIELDS
from assistant.intake.dates import CHINA
from assistant.intake.document_records import Origin, read_document
from assistant.intake.naming import dataset_name
from assistant.intake.readers.json_export import row_from
from assistant.intake.shapes import Document, ReadOptions, RejectedRow, SourceTable, UnreadableFileError
from assistant.intake.sniffing import is_in_use, open_file

__all__ = ["FileReceipt", "ReadOptions", "RejectedRow", "read_objects", "read_paths"]

Item = RawRecord | RejectedRow | FileReceipt
_SHORT_NAMES = {name.removeprefix("customer."): name for name in reversed(FIELDS)}


def read_paths(paths: Sequence[Path], options: ReadOptions) -> Iterator[Item]:
    """Everything in the files and folders, as a stream in constant memory.

    After the rows of each file comes its receipt, whose `read` is the file's records and rejected rows together. A
    file that can't be read at all is one rejected row with `line` None and a receipt, and the others go on. Folders
    are walked in sorted order; hidden files, README* and *.md are left out and named in a receipt of the folder that
    counts nothing. Zip and gzip files give a receipt per file inside. Workbooks and tables with one message per row
    are held in memory, everything else is streamed. The paths are checked before anything is read.

    Raises:
        InputError: a path that does not exist.
        UsageError: the mapping names a field that we do not have.
    """
    parts = parts_of(paths, options)
    return chain.from_iterable(read_part(part, options) for part in parts)


Part = Path | FileReceipt
"""A file or archive, or what is told of a folder."""


def parts_of(paths: Sequence[Path], options: ReadOptions) -> Iterator[Part]:
    """What `read_paths` reads one after the other; each may be read by itself, by another process too.

    Raises:
        InputError: a path that does not exist.
        UsageError: the mapping names a field that we do not have.
    """
    _checked(options)
    for path in paths:
        if not path.exists():
            raise InputError(f"{path} does not exist; check the path")
    return chain.from_iterable(_parts_of(path) for path in paths)


def read_part(part: Part, options: ReadOptions) -> Iterator[Item]:
    """Everything in one of the parts; see `read_paths`."""
    if isinstance(part, FileReceipt):
        return iter([part])
    return _read_file(part, _checked(options))


def read_objects(objects: Iterable[object], options: ReadOptions, *, name: str = "request") -> Iterator[Item]:
    """JSON objects in our wire format or any other shape, read as the records of a file are; then a receipt.

    `line` counts from 1. Each object becomes one record or one rejected row. The dataset is `options.source` or
    ``api``.

    Raises:
        UsageError: the mapping names a field that we do not have.
    """
    checked = _checked(options)
    rows = (row_from(item, line) for line, item in enumerate(objects, 1))
    document = Document("json", None, iter([SourceTable("", (), rows)]))
    origin = Origin(name, name, options.source or "api", strict=False)
    return read_document(lambda: document, origin, checked)


def _checked(options: ReadOptions) -> ReadOptions:
    """The options with our fields under their whole names."""
    demanded = tuple(_SHORT_NAMES.get(name, name) for name in options.demanded)
    return replace(options, mapping=_checked_mapping(options), demanded=demanded)


def _checked_mapping(options: ReadOptions) -> dict[str, str]:
    given = {_SHORT_NAMES.get(name, name): column for name, column in options.mapping.items()}
    for name in given:
        if name not in FIELDS:
            raise UsageError(f"there is no field {name!r} to map to; the fields are {', '.join(FIELDS)}")
    return given


def _parts_of(path: Path) -> Iterator[Part]:
    if not path.is_dir():
        yield path
        return
    left_out: list[str] = []
    for file in sorted(path.rglob("*")):
        if not file.is_file():
            continue
        inside = file.relative_to(path)
        if _is_feedback(inside):
            yield file
        elif not any(part.startswith(".") for part in inside.parts):
            left_out.append(inside.as_posix())
    if left_out:
        yield FileReceipt(str(path), "folder", None, {}, notes=(f"left out: {', '.join(left_out)}",))


def _is_feedback(inside: Path) -> bool:
    hidden = any(part.startswith((".", "~$", "__MACOSX")) for part in inside.parts)
    return not (hidden or inside.name.upper().startswith("README") or inside.suffix.lower() == ".md")


def _read_file(path: Path, options: ReadOptions) -> Iterator[Item]:
    """The file, or the files in the archive that it is."""
    if is_in_use(path):
        sentence = f"{path} is a database that is in use, or its log; export the table as CSV"
        yield from _refused(path, "database", RejectedRow(str(path), None, "unknown_format", sentence))
        return
    if not is_archive(path):
        yield from _read_one(path, str(path), options)
        return
    problem: RejectedRow | None = RejectedRow(str(path), None, "empty", f"{path} holds no files; check the archive")
    try:
        for inner, name in unpacked_files(path):
            problem = None
            yield from _read_one(inner, name, options)
    except UnreadableFileError as error:
        problem = RejectedRow(str(path), None, error.reason, str(error))
    except OSError as error:
        sentence = f"{path} can't be unpacked ({error.strerror}); check the disk"
        problem = RejectedRow(str(path), None, "unreadable", sentence)
    if problem is not None:
        yield from _refused(path, "archive", problem)


def _refused(path: Path, form: str, problem: RejectedRow) -> Iterator[Item]:
    """A file that is not read at all."""
    yield problem
    yield FileReceipt(str(path), form, None, {}, read=1, quarantined=1, notes=(problem.sentence,))


def _read_one(path: Path, name: str, options: ReadOptions) -> Iterator[Item]:
    origin = Origin(name, path.stem, options.source or dataset_name(path), as_of=_last_changed(path))
    return read_document(partial(open_file, path, name), origin, options)


def _last_changed(path: Path) -> date | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, CHINA).date()
    except (OSError, ValueError, OverflowError):
        return None
