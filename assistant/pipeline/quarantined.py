"""Rows of somebody's that stand in quarantine files: found, and taken out."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from assistant.records.traces import Traces


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
