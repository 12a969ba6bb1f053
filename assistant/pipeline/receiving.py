"""Records and files that come over the wire, taken in by the same way as files from a disk."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

from assistant.domain.receipts import FileReceipt, IngestReceipt
from assistant.errors import UsageError
from assistant.intake.reading import ReadOptions
from assistant.pipeline.context import Context
from assistant.pipeline.ingesting import run_ingest
from assistant.pipeline.keepable import masked

FOLDER = "incoming"
MOST_RECORDS = 1000
_NAME = 120
_LOCK = ".lock"
"""In each folder that somebody fills and reads: the system lets go of it when its process dies, however that dies."""


def receive_records(
    context: Context, records: Sequence[Any], options: ReadOptions, *, dry_run: bool = False, patience: float = 0
) -> IngestReceipt:
    """Take JSON objects in; the dataset is ``options.source`` or ``api``.

    Raises:
        UsageError: there are none, or more than 1,000.
        BusyError: another run is at work.
    """
    if not 0 < len(records) <= MOST_RECORDS:
        raise UsageError(f"{len(records)} records: send 1 to {MOST_RECORDS:,} at once")
    with _place(context) as folder:
        path = folder / "records.jsonl"
        path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), encoding="utf-8")
        options = replace(options, source=options.source or "api")
        return _taken(context, folder, path, options, dry_run=dry_run, patience=patience)


def receive_file(
    context: Context, name: str, content: BinaryIO, options: ReadOptions, *, dry_run: bool = False, patience: float = 0
) -> IngestReceipt:
    """Take a file in under the name that it was sent with: its dataset is named by it, as on a disk.

    Raises:
        UsageError: it has no name.
        BusyError: another run is at work.
    """
    plain = Path(name.replace("\\", "/")).name.strip().lstrip(".")[-_NAME:]
    if not plain:
        raise UsageError("the file has no name: send one, such as tickets.csv")
    with _place(context) as folder:
        path = folder / plain
        with path.open("wb") as file:
            shutil.copyfileobj(content, file)
        return _taken(context, folder, path, options, dry_run=dry_run, patience=patience)


def sweep(data_dir: Path) -> None:
    """Remove what killed processes left of files that came in: all that no living one holds."""
    with _guard(data_dir):
        for left in (data_dir / FOLDER).glob("*/"):
            with suppress(Timeout), _lock(left):
                shutil.rmtree(left, ignore_errors=True)


def _guard(data_dir: Path) -> FileLock:
    """Held for a moment by who makes or sweeps folders, so that none is swept before it is locked."""
    return FileLock(str(data_dir / f"{FOLDER}.lock"))


def _lock(folder: Path) -> FileLock:
    return FileLock(str(folder / _LOCK), timeout=0, thread_local=False)


@contextmanager
def _place(context: Context) -> Iterator[Path]:
    """A folder of its own, for its owner only, gone afterwards with all that is in it: what comes in is not masked."""
    inbox = context.data_dir / FOLDER
    inbox.mkdir(mode=0o700, exist_ok=True)
    sweep(context.data_dir)
    with _guard(context.data_dir):
        folder = Path(tempfile.mkdtemp(dir=inbox))
        lock = _lock(folder)
        lock.acquire()
    try:
        yield folder
    finally:
        with _guard(context.data_dir):
            lock.release()
            shutil.rmtree(folder)


def _taken(
    context: Context, folder: Path, path: Path, options: ReadOptions, *, dry_run: bool, patience: float
) -> IngestReceipt:
    receipt = run_ingest(context, [path], options, dry_run=dry_run, patience=patience)
    named = replace(
        receipt,
        files=tuple(_named(file, folder) for file in receipt.files),
        first_problems=tuple(sentence.replace(f"{folder}/", "") for sentence in receipt.first_problems),
    )
    return masked(named, context.masker)


def _named(file: FileReceipt, folder: Path) -> FileReceipt:
    return replace(file, path=file.path.replace(f"{folder}/", ""))
