"""Records and files that come over the wire, taken in by the same way as files from a disk."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

from assistant.domain.receipts import IngestReceipt
from assistant.errors import UsageError
from assistant.intake.reading import ReadOptions
from assistant.pipeline.context import Context, Progress, silent
from assistant.pipeline.ingesting import run_ingest
from assistant.pipeline.keepable import masked
from assistant.pipeline.previewing import Preview, preview_file

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
    with closing(Parked(context, "records.jsonl")) as parked:
        lines = (json.dumps(one, ensure_ascii=False) + "\n" for one in records)
        parked.path.write_text("".join(lines), encoding="utf-8")
        options = replace(options, source=options.source or "api")
        return parked.take_in(context, options, dry_run=dry_run, patience=patience)


def receive_file(
    context: Context, name: str, content: BinaryIO, options: ReadOptions, *, dry_run: bool = False, patience: float = 0
) -> IngestReceipt:
    """Take a file in under the name that it was sent with: its dataset is named by it, as on a disk.

    Raises:
        UsageError: it has no name.
        BusyError: another run is at work.
    """
    with closing(Parked(context, name)) as parked:
        with parked.path.open("wb") as file:
            shutil.copyfileobj(content, file)
        return parked.take_in(context, options, dry_run=dry_run, patience=patience)


class Parked:
    """A file that came in and waits for what is to be done with it, unmasked: in a folder of its own, for its owner
    only. The folder goes when it is closed, or, where its process dies, at the next start or with the next file."""

    def __init__(self, context: Context, name: str) -> None:
        """A place for a file of this name; whoever asks for it writes it to `path`.

        Raises:
            UsageError: it has no name.
        """
        plain = Path(name.replace("\\", "/")).name.strip().lstrip(".")[-_NAME:]
        if not plain:
            raise UsageError("the file has no name: send one, such as tickets.csv")
        self._held = ExitStack()
        self._folder = self._held.enter_context(_place(context))
        self.path = self._folder / plain

    def take_in(
        self, context: Context, options: ReadOptions, *, dry_run: bool = False, patience: float = 0,
        progress: Progress = silent,
    ) -> IngestReceipt:  # fmt: skip
        """See `run_ingest`; the receipt names the file as it was sent, and is masked."""
        receipt = run_ingest(context, [self.path], options, dry_run=dry_run, patience=patience, progress=progress)
        named = replace(
            receipt,
            files=tuple(replace(file, path=self._named(file.path)) for file in receipt.files),
            first_problems=tuple(map(self._named, receipt.first_problems)),
        )
        return masked(named, context.masker)

    def preview(self, context: Context, options: ReadOptions) -> Preview:
        """See `preview_file`."""
        return preview_file(context, self.path, options, self._named)

    def close(self) -> None:
        """Remove it. May be called again."""
        self._held.close()

    def _named(self, text: str) -> str:
        return text.replace(f"{self._folder}/", "")


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
