"""What an answer was shown is brought from the store once, and is what the store would have given."""

from collections.abc import Sequence

import pytest

from assistant.answering.shelf import Shelf
from assistant.domain.insights import Insight
from assistant.domain.records import Record
from assistant.errors import NotFoundError
from tests.answering.fakes import MemoryStore
from tests.answering.test_verify import STORE


class _Counted(MemoryStore):
    asked = 0

    def records_by_id(self, ids: Sequence[str]) -> dict[str, Record]:
        self.asked += 1
        return super().records_by_id(ids)

    def record(self, any_id: str) -> Record:
        self.asked += 1
        return super().record(any_id)

    def insights_of(self, record_ids: Sequence[str]) -> list[Insight]:
        self.asked += 1
        return super().insights_of(record_ids)


def test_the_store_is_asked_once_for_what_was_shown() -> None:
    store = _Counted(STORE.records, STORE.insights)
    ids = [record.id for record in STORE.records]
    shelf = Shelf(store, ids[:2])
    for _ in range(3):
        assert [shelf.record(one) for one in ids[:2]] == STORE.records[:2]
        assert shelf.insights_of([*ids, ids[0]]) == STORE.insights_of(ids)
    assert store.asked == 2
    assert shelf.record(ids[2]) == STORE.records[2]
    with pytest.raises(NotFoundError):
        shelf.record("nobody")
