"""Whose words go to an endpoint: looked at once more before they are sent, and written down as people, not records."""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from sqlalchemy import select

from assistant.errors import EgressError
from assistant.records.database import Database
from assistant.records.record_store import chunks
from assistant.records.tables import records
from vectorstore.passages import content_hash
from vectorstore.tables import passages

_RECORD = "record:"


class Ledger(Protocol):
    """Where it is written down whose words are sent."""

    def note(self, subjects: Iterable[str]) -> None:
        """Note data subjects."""
        ...


class People:
    """A ledger of people: one who is named by a record counts as whom the record counts as."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database, self._ledger = database, ledger

    def note(self, subjects: Iterable[str]) -> None:
        """Note customers by their id, and writers of records as ``record:ID``, or ``u_…`` where the record made them up."""
        given = set(subjects)
        ids = {one: _record_of(one) for one in given if one.startswith((_RECORD, "u_"))}
        found: dict[str, str] = {}
        with self._database.reading() as connection:
            for some in chunks(sorted(ids.values())):
                query = select(records.c.id, records.c.person).where(records.c.id.in_(some))
                found.update(connection.execute(query).all())
        self._ledger.note({found.get(ids[one], ids[one]) if one in ids else one for one in given})


class EmbeddingDoor:
    """What stands before an embedding endpoint. Safe for several threads."""

    def __init__(self, database: Database, check: Callable[[str], None], ledger: Ledger | None) -> None:
        """`check` raises `EgressError` for a text that must not be sent; without a `ledger` nobody is written down."""
        self._database, self._check, self._ledger = database, check, ledger
        self._refused = 0
        self._lock = threading.Lock()

    @property
    def refused(self) -> int:
        """Texts that were not sent, since this door was made."""
        with self._lock:
            return self._refused

    def admitted(self, texts: Sequence[str]) -> list[bool]:
        """Which texts may be sent; whose passages they are is written down."""
        verdicts = [self._may_go(text) for text in texts]
        with self._lock:
            self._refused += verdicts.count(False)
        if self._ledger is not None:
            self.note(self._people([text for text, may in zip(texts, verdicts, strict=True) if may]))
        return verdicts

    def note(self, people: Iterable[str]) -> None:
        """Write down people of whose words other texts are made that are about to be sent."""
        if self._ledger is not None:
            self._ledger.note(people)

    def _may_go(self, text: str) -> bool:
        try:
            self._check(text)
        except EgressError:
            return False
        return True

    def _people(self, texts: Sequence[str]) -> set[str]:
        """Who counts as having said the passages that these texts are."""
        found: set[str] = set()
        joined = select(records.c.person).join(passages, passages.c.document_id == records.c.id)
        with self._database.reading() as connection:
            for some in chunks([content_hash(text) for text in texts]):
                found.update(connection.scalars(joined.where(passages.c.content_hash.in_(some))))
        return found


def _record_of(subject: str) -> str:
    return subject.removeprefix(_RECORD) if subject.startswith(_RECORD) else f"r_{subject.removeprefix('u_')}"
