"""The records that an answer was shown, brought from the store once: every sentence is held to them again."""

from collections.abc import Sequence
from typing import Protocol

from assistant.domain.insights import Insight
from assistant.domain.records import Record


class Held(Protocol):
    """Where records and what was read out of them are found."""

    def record(self, any_id: str) -> Record:
        """The record of an id.

        Raises:
            NotFoundError: where there is none.
        """
        ...

    def insights_of(self, record_ids: Sequence[str]) -> list[Insight]:
        """All insights of some records, in the order of the records."""
        ...


class Whole(Held, Protocol):
    """Where several of them are found at once."""

    def records_by_id(self, ids: Sequence[str]) -> dict[str, Record]:
        """The records of some of our ids; those that are not there are left out."""
        ...


class Shelf:
    """Some records and their insights as they are now; what is not among them is asked of the store."""

    def __init__(self, store: Whole, ids: Sequence[str]) -> None:
        self._store = store
        self._records = store.records_by_id(ids) if ids else {}
        self._insights: dict[str, list[Insight]] = {}

    def record(self, any_id: str) -> Record:
        """The record of an id, ours or its own.

        Raises:
            NotFoundError: where there is none.
        """
        return self._records.get(any_id) or self._store.record(any_id)

    def insights_of(self, record_ids: Sequence[str]) -> list[Insight]:
        """All insights of some records, in the order of the records."""
        wanted = list(dict.fromkeys(record_ids))
        if lacking := [one for one in wanted if one not in self._insights]:
            found = self._store.insights_of(lacking)
            self._insights |= {one: [i for i in found if i.record_id == one] for one in lacking}
        return [insight for one in wanted for insight in self._insights[one]]
