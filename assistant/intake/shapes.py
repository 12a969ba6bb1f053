"""What readers hand on before anything is mapped: documents, tables, rows and utterances as the file has them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from assistant.domain.records import RawCustomer
from assistant.domain.vocabulary import Channel
from assistant.errors import InputError


class UnreadableFileError(InputError):
    """A file as a whole can't be read; `reason` is the short stable word that is counted."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason

    def __reduce__(self) -> tuple[type["UnreadableFileError"], tuple[str, str]]:
        """By both arguments, so that it can come from another process."""
        return type(self), (self.reason, str(self))


@dataclass(frozen=True)
class ReadOptions:
    """What the caller knows better than the file.

    `mapping` goes from our field (``text``, ``created_at``, ``customer.phone`` …) to their column, header or JSON
    path and overrides recognition, and to ``""`` where a field is to have no column; `product` stands in where a record names none; `source` names the dataset.
    `remembered` holds what was said of tables of some headers before; it counts where `mapping` says nothing. The fields
    that are `demanded` must have the column that `mapping` names, in one of the file's tables.
    """

    channel: Channel | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    product: str | None = None
    source: str | None = None
    remembered: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    demanded: Sequence[str] = ()


@dataclass(frozen=True)
class RejectedRow:
    """A row, or with `line` None a whole file, that could not become a record.

    `reason` is a short stable word for counting, `sentence` says what, where and what to do and holds nothing of the
    customer; `cells` are raw: the caller masks them before it writes them anywhere.
    """

    path: str
    line: int | None
    reason: str
    sentence: str
    cells: Mapping[str, str] = field(default_factory=dict)
    customer: RawCustomer = field(default_factory=RawCustomer)
    """Whose row it is, raw too, so that the name in a cell of its own can be masked."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who speaks, as the source tells people apart: by an id, a name or both."""

    id: str | None = None
    name: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict, compare=False)
    """What else the source says of them: our field (``customer.phone`` …) → its value."""

    @property
    def key(self) -> str:
        """What tells this person from others."""
        return self.id or self.name or ""


@dataclass(frozen=True, slots=True)
class SourceTurn:
    """One utterance as the file has it; `speaker` is their word or a person's name, `at` their time.

    `who` is the person behind a speaker, where the source names one beside the role.
    """

    speaker: str
    text: str
    at: str | None = None
    who: Person | None = None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One record as the file has it: their field names and values, and its utterances if it is a conversation."""

    line: int | None
    fields: Mapping[str, object]
    turns: tuple[SourceTurn, ...] = ()


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that can't be read at all; `why` ends a sentence that begins with the place."""

    line: int | None
    reason: str
    why: str
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass
class SourceTable:
    """Rows that share their columns: a CSV file, a sheet, a list in a JSON export, the blocks of a transcript."""

    name: str
    columns: tuple[str, ...]
    rows: Iterator[SourceRow | BadRow]
    headed: bool = True
    """False where the columns were named by us because the table has no header."""


@dataclass
class Document:
    """One opened file. Readers append to `notes` while their rows are taken."""

    format: str
    encoding: str | None
    tables: Iterator[SourceTable]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Head:
    """The beginning of a file, by which a reader tells whether the file is its own.

    `name` is what messages call it. `text` is the decoded beginning, ``""`` where the bytes are no text; `encoding` is then None.
    """

    path: Path
    name: str
    data: bytes
    size: int
    encoding: str | None
    text: str


class Reader(Protocol):
    """One file format; a module of `assistant.intake.readers` fulfils this."""

    def recognises(self, head: Head) -> bool:
        """True if the file is in this format, judged by its content alone."""
        ...

    def open_document(self, head: Head) -> Document:
        """The file opened for reading.

        Raises:
            UnreadableFileError: one sentence if the file as a whole can't be read.
        """
        ...
