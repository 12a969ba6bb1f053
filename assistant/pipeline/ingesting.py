"""The ingest stage: files in, masked records stored, what can't be used set aside with its reason."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from assistant.domain.receipts import FileReceipt, IngestReceipt
from assistant.domain.records import RawRecord, Record, SealedValue
from assistant.intake.duplicates import NearDuplicates, signature_of
from assistant.intake.privacy import known_values
from assistant.intake.reading import ReadOptions, RejectedRow, read_paths
from assistant.pipeline.context import Context, Progress, silent
from assistant.pipeline.sampling import Samples
from assistant.records.record_store import Saved

BATCH = 500
TOLD = 5
"""Sentences about rows set aside that the receipt itself holds; all of them are in the quarantine file."""


class _Quarantine:
    """The file of rows that could not be used: made only when there is one, cells masked."""

    def __init__(self, context: Context) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        self.path = context.data_dir / "quarantine" / f"ingest-{stamp}.jsonl"
        self.masker = context.masker
        self.count = 0

    def add(self, row: RejectedRow) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        known = known_values(row.customer)
        told = {"path": row.path, "line": row.line, "reason": row.reason, "sentence": row.sentence}
        masked = {name: self.masker.mask_text(v, known)[0] if isinstance(v, str) else v for name, v in told.items()}
        item = {**masked, "cells": self.masker.mask_fields(row.cells, known)}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(item, ensure_ascii=False) + "\n")
        self.count += 1


class _Intake:
    """One run: masks, links near-duplicates, stores in batches, counts."""

    def __init__(self, context: Context, dry_run: bool) -> None:
        self.context, self.dry_run = context, dry_run
        self.quarantine = _Quarantine(context)
        self.samples = Samples(context.masker)
        self.repeats = _Repeats([] if dry_run else context.store.signatures(), context.data_dir)
        self.batch: list[tuple[Record, bytes | None]] = []
        self.sealed: list[SealedValue] = []
        self.saved = Saved()
        self.masked: Counter[str] = Counter()
        self.why: Counter[str] = Counter()
        self.problems: list[str] = []
        self.files: list[FileReceipt] = []
        self.read = 0

    def take(self, item: RawRecord | RejectedRow | FileReceipt) -> None:
        if isinstance(item, FileReceipt):
            self.files.append(self.samples.into(item))
            return
        self.read += 1
        if isinstance(item, RejectedRow):
            self.why[item.reason] += 1
            if len(self.problems) < TOLD:
                self.problems.append(item.sentence)
            if self.dry_run:
                self.quarantine.count += 1
            else:
                self.quarantine.add(item)
            return
        record = self._mask(item)
        self.masked.update(span.type for span in record.masked)
        if self.dry_run:
            self.samples.see(item, record)
            return
        self.batch.append(self.repeats.link(record))
        if len(self.batch) >= BATCH:
            self.flush()

    def _mask(self, item: RawRecord) -> Record:
        vault = self.context.vault
        if vault is None or self.dry_run:
            return self.context.masker.mask(item)
        record, values = self.context.masker.mask_noting(item)
        self.sealed += [SealedValue(record.id, v.type, v.pseudonym, vault.seal(v.value)) for v in values]
        return record

    def flush(self) -> None:
        if self.batch:
            self.saved += self.context.store.save_records(self.batch)
            self.context.store.save_sealed(self.sealed)
            self.batch, self.sealed = [], []

    def receipt(self) -> IngestReceipt:
        made = self.quarantine.count and not self.dry_run
        return IngestReceipt(
            read=self.read,
            added=self.saved.added,
            updated=self.saved.updated,
            unchanged=self.saved.unchanged,
            duplicates=self.saved.duplicates,
            quarantined=self.quarantine.count,
            masked=dict(sorted(self.masked.items())),
            quarantined_why=dict(self.why),
            first_problems=tuple(self.problems),
            quarantine_file=str(self.quarantine.path) if made else None,
            files=tuple(self.files),
            dry_run=self.dry_run,
        )


class _Repeats:
    """Links each record to the first of those that it nearly repeats, over all that is stored and all that comes in.

    A repeat of a repeat is linked to the first as well, so that however an import was cut up, the same records count
    as one customer.
    """

    def __init__(self, known: Iterable[tuple[str, bytes, str | None]], folder: Path) -> None:
        self.index = NearDuplicates(folder)
        self.first: dict[str, str] = {}
        for record_id, signature, near in known:
            self.index.add(record_id, signature)
            if near is not None:
                self.first[record_id] = near

    def link(self, record: Record) -> tuple[Record, bytes]:
        """The record with its link, and its signature; a record known before links only to those before it."""
        signature = signature_of(record)
        near = self.index.meet(record.id, signature)
        near = self.first.get(near, near) if near is not None else None
        if near is None or near == record.id:
            self.first.pop(record.id, None)
            return record.with_near_duplicate(None), signature
        self.first[record.id] = near
        return record.with_near_duplicate(near), signature


def run_ingest(
    context: Context,
    paths: Sequence[Path],
    options: ReadOptions,
    *,
    dry_run: bool = False,
    progress: Progress = silent,
) -> IngestReceipt:
    """Read, mask and store files and folders; safe to repeat, whatever was stored before it was stopped is kept.

    Raises:
        InputError: a path does not exist (nothing is read then).
    """
    with context.exclusive():
        intake = _Intake(context, dry_run)
        for item in read_paths(paths, options):
            intake.take(item)
            if not isinstance(item, FileReceipt):
                progress("ingest", intake.read, None)
        intake.flush()
    return intake.receipt()
