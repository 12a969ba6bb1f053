"""Questions in conversations: history out of what was kept, masked ids, and a conversation that can't be kept."""

from collections import defaultdict
from datetime import date
from typing import Any

import pytest

from assistant.answering.compose import AnswerService
from assistant.answering.talking import ANYBODY, Talks
from assistant.domain.answers import Answer
from assistant.errors import BusyError, StoreError
from tests.answering.engines import rules_engine
from tests.answering.fakes import MemoryCounting, MemoryStore, PhoneMasker, WordFinder, ticket

PHONE = "13812345678"
MASKED = "⟦phone:7f3a9c⟧"


class Shelf:
    """Conversations in memory; `failing` is raised where one is to be kept."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.kept: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.failing: Exception | None = None

    def add(self, conversation_id: str, owner: str, answer_id: str) -> None:
        if self.failing is not None:
            raise self.failing
        self.kept[conversation_id, owner].append(answer_id)

    def questions(self, conversation_id: str, owner: str) -> list[str]:
        return [answer.question for answer in self.answers(conversation_id, owner)]

    def answers(self, conversation_id: str, owner: str) -> list[Answer]:
        ids = self.kept.get((conversation_id, owner), [])
        return [answer for answer in self._store.answers if answer.id in ids]

    def page(self, owner: str | None, limit: int | None, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        mine = [{"conversation_id": name, "owner": who} for name, who in self.kept if owner in (None, who)]
        return mine[offset : None if limit is None else offset + limit], len(mine)

    def remove(self, conversation_id: str, owner: str) -> dict[str, int]:
        return {"conversations": 1, "answers": len(self.kept.pop((conversation_id, owner)))}

    def remove_all(self, owner: str) -> dict[str, int]:
        mine = [key for key in self.kept if key[1] == owner]
        return {"conversations": len([self.kept.pop(key) for key in mine])}


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(MemoryStore([ticket(1, "打印机掉线。"), ticket(2, "门锁没电进不去。", product="L3")]))


@pytest.fixture
def talks(shelf: Shelf) -> Talks:
    rules, store = rules_engine(), shelf._store
    service = AnswerService(
        store=store, counting=MemoryCounting(store), finder=WordFinder(store), engine=rules, fallback=rules,
        masker=PhoneMasker(), today=lambda: date(2026, 11, 21),
    )  # fmt: skip
    return Talks(service, shelf, PhoneMasker())


def test_a_follow_up_leans_on_the_conversation_it_is_in(talks: Talks) -> None:
    talks.ask("打印机有多少条反馈", conversation_id="a")
    inside, outside = talks.ask("那门锁呢", conversation_id="a"), talks.ask("那门锁呢", conversation_id="b")
    assert inside.plan is not None
    assert "count" in inside.plan.intents
    assert outside.plan is None or "count" not in outside.plan.intents
    assert [answer.question for answer in talks.answers("a")] == ["打印机有多少条反馈", "那门锁呢"]


def test_without_a_conversation_nothing_is_kept(talks: Talks, shelf: Shelf) -> None:
    talks.ask("打印机有多少条反馈")
    assert shelf.kept == {}


def test_ids_and_owners_are_masked_on_every_way(talks: Talks, shelf: Shelf) -> None:
    talks.ask("打印机有多少条反馈", conversation_id=PHONE, owner=PHONE)
    assert list(shelf.kept) == [(MASKED, MASKED)]
    assert len(talks.answers(PHONE, PHONE)) == len(talks.answers(MASKED, MASKED)) == 1
    assert talks.page(PHONE, None)[1] == talks.page(None, None)[1] == 1
    assert talks.page(ANYBODY, None)[1] == 0
    assert talks.remove(PHONE, PHONE)["answers"] == 1
    talks.ask("打印机有多少条反馈", conversation_id="c", owner=PHONE)
    assert talks.remove_all(PHONE)["conversations"] == 1


@pytest.mark.parametrize("error", [StoreError("full"), BusyError("held")])
def test_an_answer_that_cannot_be_kept_is_given_all_the_same(talks: Talks, shelf: Shelf, error: Exception) -> None:
    shelf.failing = error
    answer = talks.ask("打印机有多少条反馈", conversation_id="a")
    assert not answer.refused
    assert "没有存进对话" in answer.warnings[-1]
