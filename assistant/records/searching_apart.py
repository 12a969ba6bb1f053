"""Searches the bytes of files in a process of its own, so that no descriptor of an open database is closed in this one.

POSIX takes all of a process's locks on a file away when it closes any descriptor of that file. A service that read its
own database as a plain file would stand without locks: the next process that closes the database deletes the log that the
service goes on writing to (sqlite.org/howtocorrupt.html, 2.2). What is looked for is personal and goes through the pipe only.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import StoreError
from assistant.records.byte_search import ByteSearch
from assistant.records.traces import spellings


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking into one file."""

    found: int
    """How many spellings of fragments stand in it."""
    bytes: int
    gone: bool = False
    refused: str = ""
    """Why the system gave no sight of it, in its own words."""


def look_into(paths: Sequence[Path], fragments: Iterable[str]) -> list[Looked]:
    """One result a path, in order: which of them hold any of the fragments, in any spelling of `spellings`.

    Raises:
        StoreError: the searching process can't be started or ended before its time, so nothing is known.
    """
    if not paths:
        return []
    asked = json.dumps({"paths": [str(path) for path in paths], "fragments": list(fragments)}).encode()
    command = [sys.executable, "-P", "-m", __name__]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OPENBLAS_NUM_THREADS": "1"}
    try:
        ran = subprocess.run(  # noqa: S603 - ourselves
            command, input=asked, capture_output=True, env=environment, check=False
        )
    except OSError as error:
        raise StoreError(_FAILED.format(error.strerror)) from None
    told = _understood(ran.stdout) if ran.returncode == 0 else []
    if len(told) != len(paths):
        raise StoreError(_FAILED.format(f"it ended with {ran.returncode}"))
    return told


def _understood(said: bytes) -> list[Looked]:
    try:
        return [Looked(**one) for one in json.loads(said)]
    except (ValueError, TypeError):
        return []


_FAILED = (
    "the process that searches the files failed ({}), so that the erasing is not proved: make sure that there is memory "
    "enough and run the same command again"
)


def _looked(search: ByteSearch, path: Path) -> dict[str, object]:
    try:
        found, read = search.found_in(path)
    except FileNotFoundError:
        return {"found": 0, "bytes": 0, "gone": True}
    except OSError as error:
        return {"found": 0, "bytes": 0, "refused": error.strerror or type(error).__name__}
    return {"found": len(found), "bytes": read}


def main() -> None:
    """Search what is named on the standard input, tell what came of it on the standard output."""
    asked = json.load(sys.stdin.buffer)
    search = ByteSearch(spellings(asked["fragments"]))
    json.dump([_looked(search, Path(path)) for path in asked["paths"]], sys.stdout)


if __name__ == "__main__":
    main()
