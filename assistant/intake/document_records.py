"""One opened document turned into its records and rejected rows, and in the end its receipt."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice

from assistant.domain.receipts import FileReceipt
from assistant.domain.records import RawRecord
from assistant.errors import UsageError
from assistant.intake.channels import guess_channel
from assistant.intake.columns import recognise
from assistant.intake.grouping import gather, message_columns
from assistant.intake.naming import MadeIds
from assistant.intake.record_maker import SAMPLE, RecordMaker
from assistant.intake.remembering import header_key, name_key, said_before
from assistant.intake.shapes import (
    BadRow,
    Document,
    ReadOptions,
    RejectedRow,
    SourceRow,
    SourceTable,
    UnreadableFileError,
)
from assistant.intake.values import filled

_FEW = 10
_ONE_TABLE = frozenset({"csv", "tsv"})
"""Formats whose document is one table with a header."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document comes from.

    `name` is what messages and the receipt call it, `stem` its own name without folder and extension, `source` the
    name of the dataset. In a `strict` document a table without any text is refused whole, else row by row.
    """

    name: str
    stem: str
    source: str
    strict: bool = True
    as_of: date | None = None
    """The day the file was last changed: times without a year or a day are counted back from it."""


@dataclass
class _Tally:
    read: int = 0
    quarantined: int = 0
    mapping: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    taught: dict[str, dict[str, str]] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)

    def learn(self, given: Mapping[str, str], columns: Sequence[str], name: str) -> None:
        """Note what was said of a table, as far as it has those columns."""
        said = {key: column for key, column in given.items() if not column or column in columns}
        if any(said.values()):
            self.taught |= {name_key(name): said, header_key(columns): said}

    def count(self, item: RawRecord | RejectedRow) -> None:
        self.read += 1
        self.quarantined += isinstance(item, RejectedRow)


def read_document(
    opened: Callable[[], Document], origin: Origin, options: ReadOptions
) -> Iterator[RawRecord | RejectedRow | FileReceipt]:
    """The records and rejected rows of what `opened` returns, then the receipt; no error of the file leaves here.

    `options.mapping` must be checked already.

    Raises:
        UsageError: a field that is demanded was given a column that no table of the document has.
    """
    tally = _Tally()
    document: Document | None = None
    problem: RejectedRow | None = None
    try:
        document = opened()
        ids = MadeIds()
        for table in document.tables:
            for item in _read_table(table, origin, options, ids, tally, alone=document.format in _ONE_TABLE):
                tally.count(item)
                yield item
        if not tally.read:
            problem = RejectedRow(origin.name, None, "empty", f"{origin.name} has no rows; check the export")
    except UnreadableFileError as error:
        problem = RejectedRow(origin.name, None, error.reason, str(error))
    except OSError as error:
        sentence = f"{origin.name} can't be read to its end ({error.strerror}); check the file and read it again"
        problem = RejectedRow(origin.name, None, "unreadable", sentence)
    if problem is not None:
        tally.count(problem)
        tally.notes.append(problem.sentence)
        yield problem
    elif absent := [field for field in options.demanded if field not in tally.mapping]:
        raise _absent(origin.name, absent, options.mapping, tally.columns)
    yield FileReceipt(
        path=origin.name,
        format=document.format if document else "unknown",
        encoding=document.encoding if document else None,
        mapping=tally.mapping,
        read=tally.read,
        quarantined=tally.quarantined,
        notes=(*(document.notes if document else ()), *tally.notes),
        taught=tally.taught,
    )


def _read_table(
    table: SourceTable, origin: Origin, options: ReadOptions, ids: MadeIds, tally: _Tally, *, alone: bool
) -> Iterator[RawRecord | RejectedRow]:
    head = list(islice(table.rows, SAMPLE))
    sample = [row for row in head if isinstance(row, SourceRow)]
    columns = tuple(dict.fromkeys(chain(table.columns, *(row.fields for row in sample))))
    given = options.mapping or said_before(options.remembered, columns, origin.name)
    if options.mapping:
        tally.learn(options.mapping, columns, origin.name)
    elif given:
        shown = ", ".join(f"{key}={name or 'none'}" for key, name in given.items())
        tally.notes.append(f"read with the columns named for such a file before: {shown}; name others with --map")
    mapping = recognise(columns, [row.fields for row in sample], given, headed=table.headed)
    tally.notes += [
        f"there is no column {name!r} for {key}" for key, name in given.items() if name and name not in columns
    ]
    tally.columns += columns
    if alone and (absent := [field for field in options.demanded if given.get(field) not in columns]):
        raise _absent(origin.name, absent, given, columns)
    if origin.strict and sample and not _has_text(mapping, sample):
        raise UnreadableFileError("no_text_column", _no_text_sentence(origin.name, columns))
    rows: Iterator[SourceRow | BadRow] = chain(head, table.rows)
    if messages := message_columns(columns, mapping, sample):
        rows = gather(rows, messages)
    elif "id" in mapping and "id" not in given and _repeats_too_much(mapping["id"], sample):
        tally.notes.append(f"{mapping.pop('id')!r} holds the same values again and again and was not taken for the id")
    maker = RecordMaker(
        origin.name, source=origin.source, product=options.product, mapping=mapping, columns=columns, ids=ids,
        channel=options.channel or guess_channel([origin.stem, table.name], columns, mapping, sample),
        fixed=options.channel is not None, as_of=origin.as_of, sample=sample,
        barred=frozenset(key for key, name in given.items() if not name),
    )  # fmt: skip
    for row in rows:
        yield from maker.make(row)
    tally.mapping |= maker.mapping
    tally.notes += maker.notes()


def _has_text(mapping: dict[str, str], sample: Sequence[SourceRow]) -> bool:
    return bool({"text", "turns", "title"} & mapping.keys()) or any(row.turns for row in sample)


def _repeats_too_much(column: str, sample: Sequence[SourceRow]) -> bool:
    """True for an id column that would make most records overwrite one another."""
    values = [text for row in sample if (text := filled(row.fields.get(column)))]
    return len(values) >= _FEW and len(set(values)) * 2 < len(values)


def _absent(name: str, fields: Sequence[str], given: Mapping[str, str], columns: Sequence[str]) -> UsageError:
    named = ", ".join(f"{given[field]!r} ({field})" for field in fields)
    return UsageError(f"{name} has no column {named}; its columns are {_listed(columns)}")


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(columns[:40]) + (" …" if len(columns) > 40 else "")


def _no_text_sentence(name: str, columns: Sequence[str]) -> str:
    shown = _listed(columns)
    return f"{name}: no column with the customers' words found among {shown}; name it with --map text=COLUMN"
