"""Plain search over the records: understood, narrowed in SQL, near-duplicates folded, newest first where it is wished."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from assistant.answering.lexicon import Names
from assistant.answering.ports import Hit, Store
from assistant.answering.understanding import Understood, catalogue_of, understand
from assistant.domain.filters import Filters
from assistant.domain.records import Record

RECENCY = 0.15
"""What the newest of the passages found gains over the oldest, of a best score of 1."""
_SHOWN = 400
"""Characters of a record that was not searched for but listed."""
_SPARE = 3
"""So many times the hits wanted are looked at, since some fold and some are moved by their age."""


class KindHit(Hit, Protocol):
    """A hit that knows whether it is a piece of the record or what was read out of it."""

    @property
    def kind(self) -> str:
        """``record``, or what else was indexed."""
        ...


class Finder(Protocol):
    """Hybrid search over masked passages."""

    def search(self, query: str, *, allowed: Collection[str] | None, limit: int) -> Sequence[KindHit]:
        """The nearest passages, best first."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """Hits as rows of the public contract, best first, and how the query was read."""

    hits: list[dict[str, Any]]
    understood: Understood


class Lookup:
    """Searches the records as staff ask for them.

    Args:
        store: the records.
        finder: hybrid search over their passages.
        names: what people call the stored words; those shipped where None.
        today: the day that relative dates count from.
    """

    def __init__(
        self, store: Store, finder: Finder, names: Names | None = None, today: Callable[[], date] = date.today
    ) -> None:
        self._store, self._finder, self._names, self._today = store, finder, names, today

    @property
    def today(self) -> date:
        """The day that relative dates count from now."""
        return self._today()

    def search(self, query: str, given: Filters, limit: int, *, literally: bool = False, recent: bool = False) -> Found:
        """The passages that are about a query, at most `limit`, one for each record.

        Args:
            query: any text, masked.
            given: filters of the caller; they are never loosened.
            limit: hits at most.
            literally: look for the words as they are, and read no filters out of them. Otherwise filters read out of
                the query are dropped, saying so, where they leave nothing; where the query names nothing else, the
                newest records that they leave are listed.
            recent: put the newer of what is about equally near first.
        """
        if literally:
            asked = Understood(query, given)
        else:
            asked = understand(query, given, catalogue_of(self._store, self._names), self._today())
        hits = self._hits(asked, limit, recent)
        if not hits and asked.scope_alone:
            return Found(self._newest(asked.filters, limit), asked)
        if not hits and asked.filters != given and not asked.foreign:
            wider = replace(
                asked, query=query, filters=given, named=(), notes=(*asked.notes, "按所述范围没有找到，已放宽范围")
            )
            if hits := self._hits(wider, limit, recent):
                asked = wider
        return Found(hits, asked)

    def _hits(self, asked: Understood, limit: int, recent: bool) -> list[dict[str, Any]]:
        allowed = self._store.record_ids(asked.filters)
        hits = self._finder.search(asked.query, allowed=allowed, limit=_SPARE * limit)
        records = self._store.records_by_id([hit.document_id for hit in hits])
        if recent:
            hits = newer_first(hits, records)
        found = [_row(hit, records[hit.document_id]) for hit in hits if hit.document_id in records]
        if asked.foreign:  # of somebody else's goods only what customers say of them beside ours
            found = [row for row in found if any(name in records[row["record_id"]].text for name in asked.foreign)]
        return _folded(found)[:limit]

    def _newest(self, filters: Filters, limit: int) -> list[dict[str, Any]]:
        """The last records of a scope, for a query that names nothing else; none of them is nearer than another."""
        _, total = self._store.list_records(filters, 0)
        records, _ = self._store.list_records(filters, None, max(0, total - _SPARE * limit))
        return _folded([_row(_Listed(record), record) for record in reversed(records)])[:limit]


@dataclass(frozen=True, slots=True)
class _Listed:
    """A record that was not searched for, as a hit."""

    record: Record
    kind: str = "record"
    score: float = 0.0
    start: int = 0

    @property
    def document_id(self) -> str:
        return self.record.id

    @property
    def end(self) -> int:
        return min(len(self.record.text), _SHOWN)

    @property
    def text(self) -> str:
        return self.record.text[: self.end]


def newer_first(hits: Sequence[KindHit], records: dict[str, Record]) -> list[KindHit]:
    """Hits by score and age: the newest record among them gains `RECENCY`, undated ones nothing."""
    days = sorted({r.created_at for r in records.values() if r.created_at})
    place = {day: (n + 1) / len(days) for n, day in enumerate(days)}

    def worth(hit: KindHit) -> float:
        record = records.get(hit.document_id)
        return hit.score + RECENCY * (place[record.created_at] if record and record.created_at else 0.0)

    return sorted(hits, key=worth, reverse=True)


def _row(hit: KindHit, record: Record) -> dict[str, Any]:
    shown = hit.text if hit.kind == "record" else record.text[hit.start : hit.end]
    return {
        "record_id": record.id, "external_id": record.external_id, "score": round(hit.score, 6), "text": shown,
        "channel": record.channel, "product": record.product, "created_at": record.created_at,
        "start": hit.start, "end": hit.end, "original": record.near_duplicate_of or record.id,
    }  # fmt: skip


def _folded(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row for records that nearly repeat each other; the others' ids are kept under ``repeats``."""
    kept: dict[str, dict[str, Any]] = {}
    for row in rows:
        original = row.pop("original")
        if original in kept:
            kept[original]["repeats"].append(row["external_id"])
        else:
            kept[original] = {**row, "repeats": []}
    return list(kept.values())
