"""Knows which batches are under way, durably: a kill at any moment neither loses a batch nor hands one in twice."""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from assistant.errors import StoreError

BATCHES = "batches"
"""The book's folder in the data directory."""


@dataclass(frozen=True, slots=True)
class Booked:
    """One batch: handed in where `batch_id` is known, else about to be."""

    token: str
    endpoint: str
    model: str
    identity: str
    packs: Mapping[str, Sequence[str]]
    """Call key → marks of the records in the pack, in order: hashes, no id of a record."""
    batch_id: str | None = None

    def mark(self, record_id: str) -> str:
        """What stands for a record in this book."""
        return hashlib.sha256(f"{self.token}\0{record_id}".encode()).hexdigest()[:16]


class BatchBook:
    """The batches under way, a small file each. For one process at a time, which holds the run lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open_batches(self) -> list[Booked]:
        """All batches under way, the oldest first; a damaged file is passed over."""
        found = []
        for path in sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime):
            try:
                found.append(Booked(**json.loads(path.read_text(encoding="utf-8"))))
            except (OSError, ValueError, TypeError):
                continue
        return found

    def intend(self, endpoint: str, model: str, identity: str, packs: Mapping[str, Sequence[str]]) -> Booked:
        """Write down, before anything is sent, what is about to be handed in; `packs` of record ids.

        Raises:
            StoreError: the disk refuses.
        """
        plan = Booked(secrets.token_hex(8), endpoint, model, identity, {})
        booked = replace(plan, packs={key: [plan.mark(one) for one in ids] for key, ids in packs.items()})
        self._write(booked)
        return booked

    def handed_in(self, booked: Booked, batch_id: str) -> Booked:
        """Write down the id that the endpoint gave."""
        done = replace(booked, batch_id=batch_id)
        self._write(done)
        return done

    def forget(self, record_ids: Sequence[str]) -> int:
        """Take every pack with one of these records out of the book, so that its answer is not kept; how many.

        Raises:
            StoreError: the disk refuses.
        """
        gone = 0
        for booked in self.open_batches():
            marks = {booked.mark(one) for one in record_ids}
            kept = {key: pack for key, pack in booked.packs.items() if marks.isdisjoint(pack)}
            if len(kept) < len(booked.packs):
                gone += len(booked.packs) - len(kept)
                self._write(replace(booked, packs=kept))
        return gone

    def close(self, booked: Booked) -> None:
        """Forget a batch that is collected, or was never handed in."""
        self._path(booked).unlink(missing_ok=True)

    def _write(self, booked: Booked) -> None:
        path = self._path(booked)
        draft = path.with_suffix(".tmp")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with draft.open("w", encoding="utf-8") as file:
                json.dump(asdict(booked), file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            raise StoreError(f"{path} can't be written ({error.strerror}): nothing was handed in") from None

    def _path(self, booked: Booked) -> Path:
        return self._folder / f"{booked.token}.json"
