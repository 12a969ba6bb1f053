"""Rows that stand in quarantine files: shown, and those of somebody found and taken out."""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from assistant.errors import NotFoundError
from assistant.records.traces import Traces


@dataclass(frozen=True, slots=True)
class QuarantineFile:
    """The rows that one import set aside."""

    name: str
    at: str
    """When it was last written, ISO 8601 in UTC."""
    rows: int
    finished: bool
    """False where the import was stopped."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """One of them, as it is kept: masked."""

    path: str
    line: int | None
    reason: str
    sentence: str
    cells: Mapping[str, Any] = field(default_factory=dict)


def quarantine_files(data_dir: Path) -> list[QuarantineFile]:
    """All there are, the latest first."""
    return sorted((_described(path) for path in _files(data_dir)), key=lambda one: (one.at, one.name), reverse=True)


def set_aside_rows(data_dir: Path, name: str, most: int | None = None) -> list[SetAside]:
    """The rows of one file, the first `most` of them; a row that was cut off when a disk was full is left out.

    Raises:
        NotFoundError: there is no such file.
    """
    path = next((one for one in _files(data_dir) if one.name == name), None)
    if path is None:
        raise NotFoundError(f"there is no quarantine file {name[:80]!r} any more")
    return list(islice(_rows(path), most))


def _described(path: Path) -> QuarantineFile:
    at = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).isoformat(timespec="seconds")
    with path.open("rb") as file:
        rows = sum(1 for _ in file)
    return QuarantineFile(path.name, at, rows, not path.name.endswith(".unfinished.jsonl"))


def _rows(path: Path) -> Iterator[SetAside]:
    for line in _lines(path):
        try:
            yield SetAside(**json.loads(line))
        except (ValueError, TypeError):
            continue


def names_customer(data_dir: Path, customer_id: str) -> bool:
    """Whether any quarantined row has this id in a cell."""
    return any(_has_cell(line, customer_id) for path in _files(data_dir) for line in _lines(path))


def take_out(data_dir: Path, customer_id: str | None, traces: Traces) -> int:
    """Take out the rows with this id in a cell, and those that hold any of the traces; returns how many."""
    for part in (data_dir / "quarantine").glob("*.part"):  # of an attempt that was stopped
        part.unlink()
    return sum(_without(path, lambda line: _is_theirs(line, customer_id, traces)) for path in _files(data_dir))


def _files(data_dir: Path) -> list[Path]:
    return sorted((data_dir / "quarantine").glob("*.jsonl"))


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="replace") as file:
        yield from file


def _without(path: Path, is_theirs: Callable[[str], bool]) -> int:
    lines = list(_lines(path))
    kept = [line for line in lines if not is_theirs(line)]
    if len(kept) < len(lines):
        _rewrite(path, kept)
    return len(lines) - len(kept)


def _is_theirs(line: str, customer_id: str | None, traces: Traces) -> bool:
    if customer_id is not None and _has_cell(line, customer_id):
        return True
    try:
        return traces.within(json.loads(line))
    except ValueError:  # cut off when a disk was full
        return traces.stand_in(line)


def _has_cell(line: str, customer_id: str) -> bool:
    try:
        row = json.loads(line)
    except ValueError:
        return False
    cells = row.get("cells") if isinstance(row, dict) else None
    return isinstance(cells, dict) and customer_id in cells.values()


def _rewrite(path: Path, lines: Sequence[str]) -> None:
    if not lines:
        path.unlink()
        return
    part = path.with_suffix(".part")
    part.write_text("".join(lines), encoding="utf-8")
    part.replace(path)
