"""The ingest stage: files in, masked records stored, what can't be used set aside with its reason."""

import errno
import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

from assistant.domain.receipts import FileReceipt, IngestReceipt
from assistant.domain.records import Record, SealedValue
from assistant.errors import BusyError, StoreError, UsageError
from assistant.intake.duplicates import signatures_of
from assistant.intake.linking import Linker
from assistant.intake.preparing import Item, Prepared, prepared
from assistant.intake.reading import ReadOptions, RejectedRow
from assistant.intake.remembering import FOLDER, remember, with_memory
from assistant.llm.replaying import only_the_sample
from assistant.pipeline.admitting import Gate
from assistant.pipeline.context import Context, Progress, silent
from assistant.pipeline.met_again import as_stored, demand_new
from assistant.pipeline.sampling import Samples
from assistant.pipeline.setting_aside import Quarantine
from assistant.records.saving import Linked, Saved

BATCH = 500
TOLD = 5
"""Sentences about rows set aside that the receipt itself holds; all of them are in the quarantine file."""
_TOLD_EVERY = 100
"""Records between two words about how far it is."""
_NOTHING = (
    "there is nothing to read in {}: name files of customers' voices, or a folder that holds some (hidden files, README "
    "and *.md are left out)"
)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class _Intake:
    """One run: links near-duplicates, stores in batches, counts."""

    def __init__(self, context: Context, dry_run: bool) -> None:
        self.context, self.dry_run = context, dry_run
        self.quarantine = Quarantine(context.data_dir, context.masker)
        self.samples = Samples(context.masker)
        self.gate = Gate(context)
        self.linker = Linker(() if dry_run else context.store.signatures(), context.data_dir)
        self.batch: list[Record] = []
        self.signed: dict[int, bytes] = {}
        """Signatures that came with records of the batch, by where these stand in memory."""
        self.sealed: list[SealedValue] = []
        self.contacts: dict[tuple[str, str], None] = {}
        self.saved = Saved()
        self.masked: Counter[str] = Counter()
        self.why: Counter[str] = Counter()
        self.problems: list[str] = []
        self.files: list[FileReceipt] = []
        self.first: dict[str, str] = {}
        """Record id → that of its row before an id of its own was known, for rows of the batch."""
        self.looked_at: set[str] = set()
        """Sources of which was looked whether their rows are stored under other ids."""
        self.taught: dict[str, Mapping[str, str]] = {}
        """What was said of the columns of files, to be remembered."""
        self.read = 0

    def items(self, paths: Sequence[Path], options: ReadOptions) -> Generator[Item, None, None]:
        """All there is in the files, masked."""
        masker = self.context.masker
        if self.dry_run:
            return prepared(paths, options, masker)
        return self.context.crew.prepared(paths, options, masker, self.context.vault)

    def take(self, item: Item) -> None:
        if isinstance(item, FileReceipt):
            self.taught |= item.taught
            self.files.append(replace(self.samples.into(self.gate.into(item)), taught={}))
            return
        self.read += 1
        if isinstance(item, RejectedRow):
            self._set_aside(self.gate.looked_at(item))
            return
        record = item.record
        if (refusal := self.gate.refusal(record, item.line, item.first_id)) is not None:
            self._set_aside(refusal)
            return
        self.masked.update(span.type for span in record.masked)
        if item.first_id is not None:
            self.first[record.id] = item.first_id
        if self.dry_run:
            self._show(item)
            return
        self.sealed += item.sealed
        if item.contact is not None:
            self.contacts[item.contact] = None
        if item.signature is not None:
            self.signed[id(record)] = item.signature
        self.batch.append(record)
        if len(self.batch) >= BATCH:
            self.flush()

    def _set_aside(self, row: RejectedRow) -> None:
        self.why[row.reason] += 1
        if len(self.problems) < TOLD:
            self.problems.append(row.sentence)
        if self.dry_run:
            self.quarantine.count += 1
        else:
            self.quarantine.add(row)

    def _show(self, item: Prepared) -> None:
        assert item.raw is not None  # a dry run prepares by itself
        self.samples.see(item.raw, item.record)
        if len(self.batch) < BATCH:
            self.batch.append(item.record)
            if len(self.batch) == BATCH:
                self._known_before()

    def _link(self, records: Sequence[Record]) -> Linked:
        signatures = self._signatures(records)
        links = self.linker.link([(record.id, one) for record, one in zip(records, signatures, strict=True)])
        return Linked(signatures, links.joined, links.heads)

    def _signatures(self, records: Sequence[Record]) -> list[bytes]:
        if not self.signed:
            return signatures_of(records)
        return [self.signed[id(record)] for record in records]

    def _known_before(self) -> None:
        """Rows of the batch that came before without their id keep their place in the store.

        Raises:
            UsageError: nearly all of a dataset's rows stand there word for word under ids of another column.
        """
        self.batch, renamed = as_stored(self.context.store, self.batch, self.first)
        self.signed = {id(new): self.signed[old] for old, new in renamed.values() if old in self.signed} | self.signed
        names = {one: new.id for one, (_, new) in renamed.items()}
        self.sealed = [replace(one, record_id=names.get(one.record_id, one.record_id)) for one in self.sealed]
        self.first = {}
        sources = {record.source for record in self.batch}
        if not sources <= self.looked_at:
            demand_new(self.context.store, self.batch, self.saved.total)
        self.looked_at |= sources

    def end(self) -> None:
        """Store what is left; of a dry run, look whether the rows are stored already."""
        if not self.dry_run:
            self.flush()
        elif len(self.batch) < BATCH:
            self._known_before()

    def flush(self) -> None:
        if self.batch:
            self._known_before()
            self.saved += self.context.store.take_in(self.batch, self._link)
            self.context.store.save_sealed(self.sealed)
            self.saved += Saved(joined=self.context.store.save_contacts(self.contacts))
            self.batch, self.signed, self.sealed, self.contacts = [], {}, [], {}

    def receipt(self, *, stopped: bool = False) -> IngestReceipt:
        """What was done; of a run that was stopped, only what is stored counts as read."""
        return IngestReceipt(
            read=self.saved.total + self.quarantine.count if stopped else self.read,
            added=self.saved.added,
            updated=self.saved.updated,
            unchanged=self.saved.unchanged,
            duplicates=self.saved.duplicates,
            joined=self.saved.joined,
            quarantined=self.quarantine.count,
            masked=dict(sorted(self.masked.items())),
            quarantined_why=dict(self.why),
            first_problems=tuple(self.problems),
            quarantine_file=str(self.quarantine.path) if self.quarantine.path and not self.dry_run else None,
            files=tuple(self.files),
            dry_run=self.dry_run,
            stopped=stopped,
        )


def run_ingest(
    context: Context,
    paths: Sequence[Path],
    options: ReadOptions,
    *,
    dry_run: bool = False,
    patience: float = 0,
    progress: Progress = silent,
) -> IngestReceipt:
    """Read, mask and store files and folders; safe to repeat, whatever was stored before it was stopped is kept.

    An interrupt (Ctrl-C) ends it with a receipt of what is stored, marked as stopped. `patience` is for how many
    seconds it waits where another run is at work.

    Raises:
        InputError: a path does not exist (nothing is read then).
        BusyError: another run is still at work.
        StoreError: the database fails or the disk is full; what was stored is kept.
        UsageError: the directory holds the sample, whose masking key is known to everybody, see `only_the_sample`; or
            nearly all rows stand in the store under other ids, see `demand_new`; or there is nothing to read.
    """
    if not dry_run:
        only_the_sample(context.data_dir, paths)
    if len(paths) != 1 or paths[0].is_dir():  # files of several kinds: each has its own columns
        options = replace(options, demanded=())
    with _turn(context, patience, progress):
        intake = _Intake(context, dry_run)
        options = with_memory(options, context.data_dir / FOLDER)
        try:
            with closing(intake.items(paths, options)) as items:
                for item in items:
                    intake.take(item)
                    if intake.read % _TOLD_EVERY == 0:
                        progress("ingest", intake.read, None)
            intake.end()
            if not intake.read:
                raise UsageError(_NOTHING.format(", ".join(map(str, paths))))
        except KeyboardInterrupt:
            intake.quarantine.close(whole=False)
            return intake.receipt(stopped=True)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            told = f"{intake.saved.total:,} records are stored; make room and run the same command again"
            raise StoreError(f"the disk is full: {told}, it goes on from there") from error
        progress("ingest", intake.read, intake.read)
        if not dry_run:
            intake.quarantine.close(whole=True, read={file.path for file in intake.files})
            remember(context.data_dir / FOLDER, intake.taught)
    return intake.receipt()


@contextmanager
def _turn(context: Context, patience: float, progress: Progress) -> Iterator[None]:
    """The data directory for this run alone, after waiting for another one to end."""
    begun = time.monotonic()
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(context.exclusive())
                break
            except BusyError:
                if (waited := time.monotonic() - begun) >= patience:
                    raise
                progress("waiting for another run (seconds)", int(waited), int(patience))
            time.sleep(min(0.5, patience))
        yield
