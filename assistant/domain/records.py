"""A record of the customer's voice: raw as read, and masked as everything after intake knows it."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NewType

from assistant.domain.vocabulary import Channel, PiiType, Segment, Speaker, zh

MaskedText = NewType("MaskedText", str)
"""Text that went through the masker. Only `assistant.intake.privacy` makes it; index, prompts, logs take nothing else."""

_NEIGHBOUR = re.compile(r"^\[[^\]\n]{1,16}\] ")


@dataclass(frozen=True, slots=True)
class RawTurn:
    """One utterance as read, unmasked."""

    speaker: Speaker
    text: str
    at: str | None = None


@dataclass(frozen=True, slots=True)
class RawCustomer:
    """A customer as the source names them, unmasked."""

    id: str | None = None
    name: str | None = None
    phone: str | None = None
    segment: Segment | None = None
    region: str | None = None
    since: str | None = None
    owned: tuple[str, ...] = ()
    bought_service: bool | None = None


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record as read and mapped, unmasked: never stored, never logged, handed to `privacy` and forgotten."""

    source: str
    """Name of the dataset it came from, stable across re-exports (not a path)."""
    external_id: str
    """The id in the source; where the source has none, one made of the content."""
    channel: Channel
    created_at: str | None = None
    """ISO 8601 with offset, or None where the source gives no time."""
    product: str | None = None
    model: str | None = None
    customer: RawCustomer = field(default_factory=RawCustomer)
    rating: float | None = None
    status: str | None = None
    title: str | None = None
    text: str = ""
    turns: tuple[RawTurn, ...] = ()
    metadata: Mapping[str, object] = field(default_factory=dict)
    """Columns and fields nobody recognised: kept, and masked like text."""
    line: int | None = None
    """1-based line, row or element in the file, for messages."""
    made_id: str | None = field(default=None, compare=False)
    """The id that the row would have got of its content if its own had not been given: it may have come so before."""


@dataclass(frozen=True, slots=True)
class MaskedSpan:
    """Where a masked value stands in `Record.text`: ``text[start:end] == "⟦type:pseudonym⟧"``."""

    type: PiiType
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PersonalValue:
    """A raw value that gave way to a pseudonym: for the vault alone, never stored or logged unsealed."""

    type: PiiType
    pseudonym: str
    value: str


@dataclass(frozen=True, slots=True)
class SealedValue:
    """A personal value of a record, encrypted."""

    record_id: str
    type: PiiType
    pseudonym: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Turn:
    """One masked utterance; ``record.text[start:end] == turn.text``."""

    speaker: Speaker
    text: MaskedText
    start: int
    end: int
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """A pseudonymous person or firm."""

    id: str
    segment: Segment | None = None
    region: str | None = None
    since: str | None = None
    owned: tuple[str, ...] = ()
    bought_service: bool | None = None

    @property
    def known(self) -> bool:
        """False for one made up for a single record whose source gives a segment or region, but nobody."""
        return not self.id.startswith("u_")


@dataclass(frozen=True, slots=True)
class Record:
    """One masked record. Made by `assistant.intake.privacy` and read back by `assistant.records` only."""

    id: str
    external_id: str
    source: str
    channel: Channel
    text: MaskedText
    created_at: str | None = None
    product: str | None = None
    model: str | None = None
    customer: Customer | None = None
    rating: float | None = None
    status: str | None = None
    title: MaskedText | None = None
    turns: tuple[Turn, ...] = ()
    masked: tuple[MaskedSpan, ...] = ()
    metadata: Mapping[str, object] = field(default_factory=dict)
    script: str = "hans"
    """``hans``, ``hant`` or ``other``."""
    near_duplicate_of: str | None = None
    noise: bool | None = None
    """None until the record has been analysed."""

    @property
    def day(self) -> str | None:
        """The record's own calendar day, ``YYYY-MM-DD``."""
        return self.created_at[:10] if self.created_at else None


def record_id(source: str, external_id: str) -> str:
    """Our stable id of a record: ``r_`` and 16 hex digits of SHA-256 over source and external id."""
    return "r_" + hashlib.sha256(f"{source}\0{external_id}".encode()).hexdigest()[:16]


def alone_id(record_id: str) -> str:
    """The id of a customer made up for this record alone."""
    return "u_" + record_id.removeprefix("r_")


def turn_prefix(speaker: Speaker) -> str:
    """What stands before an utterance in a conversation's text: ``客户: ``, ``客服: `` or ``系统: ``."""
    return f"{zh(speaker)}: "


def customer_spans(record: Record) -> list[tuple[int, int]]:
    """Where the customer's own words stand in `record.text`, as ``(start, end)`` in order.

    The whole text of a ticket, review or answer; the customer's turns of a conversation, without those in
    which a group thread hands on a neighbour's words (``[name] …``).
    """
    if not record.turns:
        return [(0, len(record.text))]
    return [
        (turn.start, turn.end)
        for turn in record.turns
        if turn.speaker == "customer" and not (record.channel == "group" and _NEIGHBOUR.match(turn.text))
    ]


def customer_text(record: Record) -> str:
    """The customer's own words, joined by newlines."""
    return "\n".join(record.text[start:end] for start, end in customer_spans(record))
