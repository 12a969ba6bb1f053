"""Knows when what was read is written: paid readings with their call, others many at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol

from assistant.domain.engine import Engine
from assistant.domain.insights import Reading
from assistant.errors import ModelAccessError, ModelDownError
from assistant.insight.extract import Read, Unread
from assistant.records.reading_store import ReadingStore

FLUSH_RECORDS = 200
FLUSH_SECONDS = 2.0
"""Readings that cost nothing are written at the latest after so many records or seconds; paid ones with their call."""

NOTHING_SAID, ELSEWHERE, IN_BATCH, HALTED = "nothing_said", "elsewhere", "in_batch", "halted"
LEFT = frozenset({"budget", "stopped", IN_BATCH, NOTHING_SAID, ELSEWHERE, HALTED})
"""Reasons for which a record was never tried: skipped, not failed. The budget is used up; the endpoint kept failing in
the same way, so that the run ended; a batch file with it is under way; the customer says nothing in it; another run has
it; somebody stopped the run. All but those who say nothing are pending again."""

PASSING = frozenset({ModelDownError.kind, ModelAccessError.kind})
"""Failures of the endpoint, not of the record: counted, but they don't use up the record's tries."""


class Held(Protocol):
    """Records that somebody has leased to be read."""

    @property
    def keys(self) -> Mapping[str, str]:
        """Record id → ledger key, of what is not settled yet."""
        ...

    def settled(self, record_ids: Sequence[str]) -> None:
        """Their results are saved."""
        ...

    def renew_if_due(self) -> None:
        """Keep the leases while the run lives."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What records are read with, and where readings are kept."""

    engine: Engine
    store: ReadingStore
    identity: str
    """The engine's for the task ``extract``."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What came of one record."""

    record_id: str
    insights: int | None = None
    """How many are kept; None: it was not read."""
    refused: Mapping[str, int] = field(default_factory=dict)
    reason: str = ""
    """Why it was not read, as receipts count it …"""
    problem: str | None = None
    """… and as a sentence for a person, where there is one."""


def fate_of(result: Read | Unread) -> Fate:
    """What is told of a record without its words."""
    if isinstance(result, Read):
        return Fate(result.record.id, len(result.reading.insights), result.reading.refused)
    return Fate(result.record.id, reason=result.reason, problem=result.problem)


class Writer:
    """Collects readings and failures and writes them in small transactions. Used by one thread."""

    def __init__(self, desk: Desk, held: Held) -> None:
        self._desk, self._held = desk, held
        self._done: list[Reading] = []
        self._failed: list[tuple[str, str]] = []
        self._since = monotonic()

    def add(self, result: Read | Unread) -> None:
        """What came of one record; what is to be tried again anyway leaves no trace."""
        if isinstance(result, Read):
            self._done.append(result.reading)
        elif result.reason not in LEFT | PASSING:
            self._failed.append((result.record.id, result.reason))

    def flush_if_due(self) -> None:
        """Write what a paid call brought at once: a kill costs the calls in flight and no more."""
        paid = self._desk.engine.name == "llm"
        if paid or len(self._done) + len(self._failed) >= FLUSH_RECORDS or monotonic() - self._since > FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what there is."""
        store, identity, name, keys = self._desk.store, self._desk.identity, self._desk.engine.name, self._held.keys
        if self._done:
            store.save_readings(self._done, identity, name, keys)
        if self._failed:
            store.save_failures(self._failed, identity, name, keys)
        self._held.settled([reading.record_id for reading in self._done] + [one for one, _ in self._failed])
        self._held.renew_if_due()
        self._done, self._failed, self._since = [], [], monotonic()
