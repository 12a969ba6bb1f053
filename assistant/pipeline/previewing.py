"""How a file would be read, before anything of it is kept: its columns, its first rows and what is wrong, all masked."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.domain.receipts import FileReceipt
from assistant.domain.records import RawRecord, Record
from assistant.intake.privacy import known_values
from assistant.intake.reading import ReadOptions, RejectedRow, read_paths
from assistant.intake.remembering import FOLDER, with_memory
from assistant.pipeline.admitting import Gate
from assistant.pipeline.context import Context
from assistant.pipeline.keepable import masked_file
from assistant.pipeline.sampling import SAMPLES, Samples, short

LOOKED_AT = 200
"""Records that are masked and looked at; the others are only counted."""
ROWS, PROBLEMS = 8, 20
"""First records and first rows set aside that are shown."""
HEAD = 8_000_000
"""Bytes of a big file of lines that are read."""
_LINES = frozenset({".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".log"})


@dataclass(frozen=True, slots=True)
class Column:
    """One of their columns: raw name to map it by, the name as it may be shown, the field it becomes, masked values."""

    name: str
    shown: str
    field: str | None
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One row that will be set aside, as the quarantine file would have it: masked."""

    line: int | None
    reason: str
    sentence: str
    cells: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preview:
    """What is known of a file before it is taken in."""

    files: tuple[FileReceipt, ...]
    """One, or those in an archive."""
    columns: tuple[Column, ...]
    rows: tuple[Record, ...]
    read: int
    why: Mapping[str, int]
    """Reason → rows that will be set aside."""
    problems: tuple[Problem, ...]
    masked: Mapping[str, int]
    """Type → personal values masked in the first records …"""
    looked_at: int
    """… which are so many."""
    whole: bool
    """False where only the beginning of the file was read."""

    @property
    def quarantined(self) -> int:
        """Rows that will be set aside."""
        return sum(self.why.values())


def preview_file(context: Context, path: Path, options: ReadOptions, named: Callable[[str], str]) -> Preview:
    """Read a file and keep nothing; `named` makes of a path in a sentence the name that the file is called by.

    Runs beside other work on the same data.

    Raises:
        InputError: the file does not exist.
        UsageError: the mapping names a field that we do not have.
    """
    with _head(path) as (head, whole):
        look = _Look(context, named)
        for item in read_paths([head], with_memory(options, context.data_dir / FOLDER)):
            look.take(item)
    return look.seen(whole)


@contextmanager
def _head(path: Path) -> Iterator[tuple[Path, bool]]:
    """The file, or of a big one of lines its beginning under the same name in a folder beside it; and whether it is whole."""
    if path.suffix.lower() not in _LINES or path.stat().st_size <= HEAD:
        yield path, True
        return
    with path.open("rb") as file:
        begun = file.read(HEAD)
    folder = path.parent / "head"
    folder.mkdir(mode=0o700, exist_ok=True)
    part = folder / path.name
    part.write_bytes(begun[: begun.rfind(b"\n") + 1] or begun)
    try:
        yield part, False
    finally:
        part.unlink()


class _Look:
    """Goes through a file once."""

    def __init__(self, context: Context, named: Callable[[str], str]) -> None:
        self._context, self._named = context, named
        self._gate, self._samples = Gate(context), Samples(context.masker)
        self._files: list[FileReceipt] = []
        self._rows: list[Record] = []
        self._problems: list[Problem] = []
        self._why: Counter[str] = Counter()
        self._masked: Counter[str] = Counter()
        self._beside: dict[str, list[str]] = {}
        self._mapped: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._read = self._looked_at = 0

    def take(self, item: RawRecord | RejectedRow | FileReceipt) -> None:
        """One thing that was read."""
        if isinstance(item, FileReceipt):
            self._end(self._gate.into(item))
            return
        self._read += 1
        if isinstance(item, RejectedRow):
            self._set_aside(self._gate.looked_at(item))
        elif self._looked_at < LOOKED_AT:
            self._looked_at += 1
            self._show(item)

    def seen(self, whole: bool) -> Preview:
        """Everything that was seen."""
        return Preview(
            files=tuple(self._files), columns=tuple(self._columns()), rows=tuple(self._rows), read=self._read,
            why=dict(self._why), problems=tuple(self._problems), masked=dict(sorted(self._masked.items())),
            looked_at=self._looked_at, whole=whole,
        )  # fmt: skip

    def _show(self, raw: RawRecord) -> None:
        record = self._context.masker.mask(raw)
        if (refusal := self._gate.refusal(record, raw.line)) is not None:
            self._set_aside(refusal)
            return
        self._samples.see(raw, record)
        self._masked.update(span.type for span in record.masked)
        if len(self._rows) < ROWS:
            self._rows.append(record)
        if len(raw.metadata) == len(record.metadata):
            for column, value in zip(raw.metadata, record.metadata.values(), strict=True):
                self._note(column, str(value))

    def _note(self, column: str, value: str) -> None:
        known = self._beside.setdefault(column, [])
        if len(known) < SAMPLES and (word := short(" ".join(value.split()))) and word not in known:
            known.append(word)

    def _set_aside(self, row: RejectedRow) -> None:
        self._why[row.reason] += 1
        if len(self._problems) < PROBLEMS:
            known = known_values(row.customer)
            sentence = self._context.masker.mask_text(self._named(row.sentence), known)[0]
            cells = self._context.masker.mask_fields(row.cells, known)
            self._problems.append(Problem(row.line, row.reason, str(sentence), cells))

    def _end(self, file: FileReceipt) -> None:
        samples = self._samples.into(file).samples
        for name, column in file.mapping.items():
            self._mapped.setdefault(column, (name, samples.get(name, ())))
        file = replace(file, path=self._named(file.path), notes=tuple(map(self._named, file.notes)))
        self._files.append(masked_file(file, self._context.masker))

    def _columns(self) -> Iterator[Column]:
        """Those that became a field, in the order of the fields; then those kept beside."""
        for column, (name, samples) in self._mapped.items():
            yield self._column(column, name, samples or tuple(self._beside.get(column, ())))
        for column, values in self._beside.items():
            if column not in self._mapped:
                yield self._column(column, None, tuple(values))

    def _column(self, name: str, field_name: str | None, samples: Sequence[str]) -> Column:
        return Column(name, self._context.mask(name), field_name, tuple(samples))
