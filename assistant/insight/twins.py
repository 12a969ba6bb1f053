"""Knows which records are the same to a reader: read once, and kept for all who wrote those very words."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from assistant.domain.insights import Reading, insight_id
from assistant.domain.records import Record


def likeness(record: Record) -> bytes:
    """A digest of all that a reader is shown but the date: 16 bytes, the same for records that read the same."""
    customer = record.customer
    shown = (
        record.channel, record.product, record.model, customer.segment if customer else None, record.rating,
        record.title, record.text, [(turn.speaker, turn.start, turn.end) for turn in record.turns],
    )  # fmt: skip
    return hashlib.sha256(json.dumps(shown, ensure_ascii=False).encode("utf-8", "surrogatepass")).digest()[:16]


class Twins:
    """Lets the first of records that read the same pass, and remembers who its twins are."""

    def __init__(self) -> None:
        self._first: dict[bytes, str] = {}
        self.of: dict[str, str] = {}
        """Id of a twin → id of the record that is read for it, in the order met."""

    def firsts(self, records: Iterable[Record]) -> Iterator[Record]:
        """The records, but of those that read the same only the first."""
        for record in records:
            first = self._first.setdefault(likeness(record), record.id)
            if first == record.id:
                yield record
            else:
                self.of[record.id] = first


def reading_for(twin_id: str, reading: Reading) -> Reading:
    """The reading of a record as that of its twin: the same words at the same places, under the twin's ids."""
    insights = tuple(
        replace(
            insight,
            id=insight_id(twin_id, insight.start, insight.end, insight.aspect, insight.deep_category),
            record_id=twin_id,
            theme_id=None,
        )
        for insight in reading.insights
    )
    return replace(reading, record_id=twin_id, insights=insights)
