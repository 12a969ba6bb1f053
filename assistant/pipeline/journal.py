"""What is being erased, kept beside the data until the proof holds, so that a stopped erasing can be taken up again."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from assistant.errors import StoreError
from assistant.records.traces import Traces

FOLDER = "erasing"


@dataclass(frozen=True, slots=True)
class Noted:
    """What an attempt noted before it began."""

    traces: Traces = field(default_factory=Traces)
    since: str | None = None
    """When the first of the records came in; None where that is not known."""
    masks: frozenset[str] = frozenset()
    """Masks that tell of them, to say in which records of others they still stand."""


class Journal:
    """One file for one erasing, readable by its owner only; it goes when the proof holds."""

    def __init__(self, data_dir: Path, what: str) -> None:
        self.folder = data_dir / FOLDER
        self._path = self.folder / f"{hashlib.sha256(what.encode()).hexdigest()[:16]}.json"

    @property
    def begun(self) -> bool:
        """Whether an erasing of this was begun and not proved."""
        return self._path.exists()

    def read(self) -> Noted:
        """What an earlier attempt noted; nothing where there was none.

        Raises:
            StoreError: the file is damaged.
        """
        if not self.begun:
            return Noted()
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            traces = Traces(frozenset(kept["windows"]), frozenset(kept["words"]), kept["shared"])
            return Noted(traces, kept.get("since"), frozenset(kept.get("masks", ())))
        except (ValueError, KeyError, TypeError):
            raise StoreError(f"{self._path} is damaged: remove it and run the same command again") from None

    def write(self, noted: Noted) -> None:
        """Note what to look for, before anything is erased."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        traces = noted.traces
        kept = {"windows": sorted(traces.windows), "words": sorted(traces.words), "shared": traces.shared}
        descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({**kept, "since": noted.since, "masks": sorted(noted.masks)}, file)
            file.flush()
            os.fsync(file.fileno())
        self._part.replace(self._path)

    def close(self) -> None:
        """Forget it, with what a stopped attempt left half written."""
        self._part.unlink(missing_ok=True)
        self._path.unlink(missing_ok=True)
        if self.folder.exists() and not any(self.folder.iterdir()):
            self.folder.rmdir()

    @property
    def _part(self) -> Path:
        return self._path.with_suffix(".part")


def unfinished(data_dir: Path) -> int:
    """How many erasings were begun and are not proved."""
    return len(list((data_dir / FOLDER).glob("*.json")))
