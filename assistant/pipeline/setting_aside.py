"""Rows that could not be used: kept in a file of their run, masked, each with its place and reason."""

import json
import os
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path

from assistant.intake.privacy import Masker, known_values
from assistant.intake.reading import RejectedRow

_UNFINISHED = ".unfinished.jsonl"


class Quarantine:
    """One run's file in the folder ``quarantine``, made only when there is a row for it.

    Until the run is over it is called ``….unfinished.jsonl``. Such a file of a run that was stopped is cleared by the
    next run that reads the same files to their end, because that one sets the same rows aside again.
    """

    def __init__(self, data_dir: Path, masker: Masker) -> None:
        self._folder = data_dir / "quarantine"
        self._path = self._folder / f"ingest-{datetime.now(UTC).strftime('%Y%m%dT%H%M%S%f')}{_UNFINISHED}"
        self._masker = masker
        self._file: int | None = None
        self.count = 0

    @property
    def path(self) -> Path | None:
        """The file, or None where there was no row for it."""
        return self._path if self.count else None

    def add(self, row: RejectedRow) -> None:
        """Keep a row; half of one never stands in the file.

        Raises:
            OSError: the disk refuses.
        """
        line = self._line(row)
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        before = os.fstat(self._file).st_size
        try:
            while line:  # less than all is written where the disk fills up on the way; then the next byte says so
                line = line[os.write(self._file, line) :]
        except OSError:
            os.ftruncate(self._file, before)
            raise
        self.count += 1

    def close(self, *, whole: bool, read: Collection[str] = ()) -> None:
        """End the file; of a `whole` run, take its last name and clear what stopped runs left of the paths `read`.

        A file that says the same as one before it is not kept: the one before it stands for both.
        """
        if self._file is not None:
            os.close(self._file)
            self._file = None
        if not whole:
            return
        here = set(self._path.read_bytes().splitlines()) if self.count else set()
        self._clear({self._masker.mask_text(path)[0] for path in read}, here)
        if self.count:
            self._path = self._path.replace(self._path.with_name(self._path.name.replace(_UNFINISHED, ".jsonl")))
            if (same := self._same()) is not None:
                self._path.unlink()
                self._path = same

    def _line(self, row: RejectedRow) -> bytes:
        known = known_values(row.customer)
        told = {"path": row.path, "line": row.line, "reason": row.reason, "sentence": row.sentence}
        masked = {name: self._masker.mask_text(v, known)[0] if isinstance(v, str) else v for name, v in told.items()}
        item = {**masked, "cells": self._masker.mask_fields(row.cells, known)}
        return (json.dumps(item, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")

    def _clear(self, paths: Collection[str], here: Collection[bytes]) -> None:
        for file in self._folder.glob(f"ingest-*{_UNFINISHED}"):
            if file == self._path:
                continue
            lines = file.read_bytes().splitlines(keepends=True)
            kept = [line for line in lines if line.rstrip(b"\n") not in here and _path_in(line) not in paths]
            if not kept:
                file.unlink()
            elif len(kept) < len(lines):
                part = file.with_suffix(".part")
                part.write_bytes(b"".join(kept))
                part.replace(file)

    def _same(self) -> Path | None:
        size = self._path.stat().st_size
        return next((file for file in self._others() if file.stat().st_size == size and self._is_as(file)), None)

    def _others(self) -> Iterator[Path]:
        yield from (file for file in sorted(self._folder.glob("ingest-*.jsonl")) if file != self._path)

    def _is_as(self, other: Path) -> bool:
        return self._path.read_bytes() == other.read_bytes()


def _path_in(line: bytes) -> str | None:
    try:
        row = json.loads(line)
    except ValueError:  # cut off when the machine went down
        return None
    return row.get("path") if isinstance(row, dict) else None
