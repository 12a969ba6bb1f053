"""The model engine: answers tied back to their records, failures named, nothing paid for twice."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from assistant.domain.engine import Usage
from assistant.domain.proposals import Asked
from assistant.errors import ModelAccessError, ModelAnswerError, ModelError
from assistant.llm.budget import BudgetExceeded, Spending
from assistant.llm.cache import MemoryCache
from assistant.llm.engine import ModelEngine
from assistant.llm.retry import Stopped
from assistant.settings import Settings
from tests.llm.conftest import MakeEndpoint
from tests.llm.material import ANSWER_MATERIAL, PROPOSAL_MATERIAL, RECORDS, THEME_MATERIAL, VOICES, ticket
from tests.stub_model import StubModel, StubRequest
from tests.stub_model.filler import fill, read_prompt

IDS = [record.id for record in RECORDS]


@pytest.fixture
def engine(settings: Settings, make_endpoint: MakeEndpoint) -> ModelEngine:
    return ModelEngine(settings, make_endpoint(), b"s" * 32)


def good(request: StubRequest) -> dict[str, Any]:
    """The stub's own answer, to be bent."""
    answer: dict[str, Any] = fill(request.schema or {}, read_prompt(request.user))
    return answer


def test_answers_come_back_under_our_ids_in_the_packs_order(stub: StubModel, engine: ModelEngine) -> None:
    stub.handler = lambda request: {"readings": good(request)["readings"][::-1]}
    outcome = engine.read(RECORDS)
    assert [draft.record_id for draft in outcome.drafts] == IDS
    for record, draft in zip(RECORDS, outcome.drafts, strict=True):
        assert draft.insights[0].quote in record.text
    assert len(stub.chats) == 1


@pytest.mark.parametrize("alias", ["R{}", "r{}", "记录 R{}", "{}", " R{} "])
def test_an_alias_may_be_written_loosely(stub: StubModel, engine: ModelEngine, alias: str) -> None:
    def handler(request: StubRequest) -> object:
        return {"readings": [r | {"record_id": alias.format(n)} for n, r in enumerate(good(request)["readings"], 1)]}

    stub.handler = handler
    assert not engine.read(RECORDS).failed
    assert len(stub.chats) == 1


def test_aliases_that_were_not_asked_for_are_ignored_and_the_first_of_two_counts(
    stub: StubModel, engine: ModelEngine
) -> None:
    def handler(request: StubRequest) -> object:
        first, *rest = good(request)["readings"]
        return {
            "readings": [first, first | {"noise": True}, *rest, first | {"record_id": "R9"}, first | {"record_id": "x"}]
        }

    stub.handler = handler
    outcome = engine.read(RECORDS)
    assert [draft.record_id for draft in outcome.drafts] == IDS
    assert not outcome.drafts[0].noise


def test_a_record_left_out_is_asked_once_more_alone(stub: StubModel, engine: ModelEngine) -> None:
    stub.mode("missing_record", times=1)
    outcome = engine.read(RECORDS)
    assert not outcome.failed
    assert [draft.record_id for draft in outcome.drafts] == IDS
    assert [len(read_prompt(request.user).records) for request in stub.chats] == [3, 1]


def test_a_record_left_out_twice_is_named_as_failed(stub: StubModel, engine: ModelEngine) -> None:
    stub.mode("missing_record")
    outcome = engine.read(RECORDS)
    assert outcome.failed == {IDS[0]: "not_answered"}
    assert [draft.record_id for draft in outcome.drafts] == IDS[1:]


def test_a_pack_whose_answer_is_unusable_is_read_record_by_record(stub: StubModel, engine: ModelEngine) -> None:
    stub.handler = lambda request: "不行" if "共 3 条" in request.user else None
    outcome = engine.read(RECORDS)
    assert not outcome.failed
    assert len(outcome.drafts) == 3


def test_only_the_record_that_spoils_the_pack_fails(stub: StubModel, engine: ModelEngine) -> None:
    stub.handler = lambda request: "" if "滤网" in request.user else None
    outcome = engine.read(RECORDS)
    assert outcome.failed == {IDS[2]: "model_answer"}
    assert [draft.record_id for draft in outcome.drafts] == IDS[:2]


@pytest.mark.parametrize(
    ("mode", "reason"),
    [("401", "model_access"), ("500", "model_down"), ("blank", "model_answer"), ("too_long", "model_answer"),
     ("length", "model_answer"), ("other_json", "model_answer")],
)  # fmt: skip
def test_every_record_of_a_failed_pack_carries_the_reason(
    stub: StubModel, engine: ModelEngine, mode: str, reason: str
) -> None:
    engine.name_theme(THEME_MATERIAL)
    stub.mode(mode)
    outcome = engine.read(RECORDS)
    assert outcome.drafts == ()
    assert outcome.failed == dict.fromkeys(IDS, reason)


def test_a_used_up_budget_is_a_reason_of_its_own(
    stub: StubModel, settings: Settings, make_endpoint: MakeEndpoint
) -> None:
    engine = ModelEngine(settings, make_endpoint(), b"s" * 32, spending=Spending(100))
    assert engine.read(RECORDS).failed == dict.fromkeys(IDS, "budget")
    with pytest.raises(BudgetExceeded):
        engine.name_theme(THEME_MATERIAL)
    assert stub.chats == []
    assert engine.usage() == Usage()


def test_what_reading_would_take_is_told_before_anything_is_sent(stub: StubModel, engine: ModelEngine) -> None:
    told = engine.forecast([RECORDS[:2], RECORDS[2:]])
    assert stub.chats == []
    assert told.calls == 2
    assert told.cost is not None
    assert told.most_cost is not None
    assert 0 < told.cost < told.most_cost
    assert (told.currency, "check it" in str(told.price_note)) == ("USD", True)
    engine.read(RECORDS[:2])
    assert engine.usage().cost is not None
    assert engine.forecast([RECORDS[:2]]) == replace(engine.forecast([]), price_note=told.price_note)
    assert engine.forecast([RECORDS[:2], RECORDS[2:]]).calls == 1


def test_a_run_never_costs_more_than_the_forecasts_most(stub: StubModel, engine: ModelEngine) -> None:
    told = engine.forecast([RECORDS])
    engine.read(RECORDS)
    cost = engine.usage().cost
    assert cost is not None
    assert told.most_cost is not None
    assert cost <= told.most_cost


def test_of_a_model_without_a_price_no_cost_is_told(settings: Settings, make_endpoint: MakeEndpoint) -> None:
    nameless = settings.model_copy(update={"chat_model": "my-model"})
    told = ModelEngine(nameless, make_endpoint(chat_model="my-model"), b"s" * 32).forecast([RECORDS])
    assert (told.cost, told.most_cost, told.currency) == (None, None, None)
    assert "prices.toml" in str(told.price_note)


@pytest.mark.parametrize(("mode", "error"), [("401", ModelAccessError), ("blank", ModelAnswerError)])
def test_other_tasks_raise(stub: StubModel, engine: ModelEngine, mode: str, error: type[ModelError]) -> None:
    stub.mode(mode)
    for call in (
        lambda: engine.name_theme(THEME_MATERIAL),
        lambda: engine.suggest_ideas(THEME_MATERIAL),
        lambda: engine.draft_section(Asked("need", PROPOSAL_MATERIAL)),
        lambda: engine.answer(ANSWER_MATERIAL),
    ):
        with pytest.raises((error, Stopped)):
            call()


def test_nothing_is_paid_for_twice(stub: StubModel, settings: Settings, make_endpoint: MakeEndpoint) -> None:
    cache = MemoryCache()
    first = ModelEngine(settings, make_endpoint(), b"s" * 32, cache)
    second = ModelEngine(settings, make_endpoint(), b"s" * 32, cache)
    for engine in (first, second):
        engine.read(RECORDS)
        engine.name_theme(THEME_MATERIAL)
        engine.suggest_ideas(THEME_MATERIAL)
        engine.draft_section(Asked("need", PROPOSAL_MATERIAL))
        engine.answer(ANSWER_MATERIAL)
    assert len(stub.chats) == 5
    assert first.usage().calls == 5
    assert second.usage() == Usage()
    assert second.read(RECORDS) == first.read(RECORDS)


def test_another_model_is_not_answered_from_the_cache(
    stub: StubModel, settings: Settings, make_endpoint: MakeEndpoint
) -> None:
    cache = MemoryCache()
    for model in ("a", "b"):
        ModelEngine(settings, make_endpoint(chat_model=model), b"s" * 32, cache).read(RECORDS)
    assert len(stub.chats) == 2


def test_failures_and_empty_answers_are_not_kept(
    stub: StubModel, settings: Settings, make_endpoint: MakeEndpoint
) -> None:
    cache = MemoryCache()
    engine = ModelEngine(settings, make_endpoint(), b"s" * 32, cache)
    stub.handler = lambda _: {"readings": []}
    assert engine.read(RECORDS[:1]).failed == {IDS[0]: "not_answered"}
    stub.mode("500")
    engine.read(RECORDS[1:])
    assert len(cache) == 0
    stub.reset()
    assert not engine.read(RECORDS[:1]).failed


def test_a_damaged_cache_entry_is_paid_for_again(
    stub: StubModel, settings: Settings, make_endpoint: MakeEndpoint
) -> None:
    class Damaged(MemoryCache):
        def get(self, key: str) -> str | None:
            return None if super().get(key) is None else "{"

    engine = ModelEngine(settings, make_endpoint(), b"s" * 32, Damaged())
    engine.read(RECORDS)
    assert not engine.read(RECORDS).failed
    assert len(stub.chats) == 2


def test_usage_is_whole_under_threads(stub: StubModel, engine: ModelEngine) -> None:
    packs = [[ticket(str(n), f"第{n}次报修,还是漏水")] for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(engine.read, packs))
    assert not any(outcome.failed for outcome in outcomes)
    assert engine.usage().calls == len(stub.chats) == 24
    assert engine.usage().prompt_tokens == sum(len(r.system) + len(r.user) for r in stub.chats)


def test_no_id_of_ours_and_no_customer_reaches_the_model(stub: StubModel, engine: ModelEngine) -> None:
    engine.read(RECORDS)
    engine.answer(ANSWER_MATERIAL)
    sent = json.dumps([request.body for request in stub.chats], ensure_ascii=False)
    assert not any(hidden in sent for hidden in (*IDS, "c_B1", *(v.customer_id for v in VOICES if v.customer_id)))


def test_concurrency_is_the_setting(settings: Settings, make_endpoint: MakeEndpoint) -> None:
    changed = settings.model_copy(update={"llm_concurrency": 33})
    assert ModelEngine(changed, make_endpoint(), b"s" * 32).concurrency == 33
