"""Long records are read whole in windows, quotes that do not stand are asked for once more, packs share their beginning."""

import json
from typing import Any

import pytest

from assistant.domain.records import Record
from assistant.insight.accepting import accept, misquotes
from assistant.llm.budget import BudgetExceeded, Spending
from assistant.llm.engine import ModelEngine
from assistant.llm.packing import pack_records
from assistant.llm.windows import windows_of
from assistant.settings import Settings
from tests.llm.conftest import MakeEndpoint
from tests.llm.material import RECORDS, chat, ticket
from tests.stub_model import StubModel, StubRequest
from tests.stub_model.filler import fill, read_prompt

FIRST, SECOND, LAST = "锅炉三天两头熄火没人管", "师傅约了又不来白等一天", "发票拖了两个月还没开出来"


def long_call() -> Record:
    """A call of some 20,000 letters with a need at its beginning, in the middle and at its end."""
    padding = [("agent", "嗯，您请讲。" * 15), ("customer", "这个怎么说呢，我想想啊。" * 12)] * 40
    lines = [("customer", FIRST), *padding, ("customer", SECOND), *padding, ("customer", LAST)]
    return chat("long", *lines)  # type: ignore[arg-type]


def reading_of(request: StubRequest, *quotes: str, **changes: Any) -> dict[str, Any]:
    """The stub's answer for the one record of a request, with these quotes as its needs."""
    (answer,) = fill(request.schema or {}, read_prompt(request.user))["readings"]
    need = answer["insights"][0] if answer["insights"] else {}
    insights = [need | {"quote": q, "surface": q} | changes for q in quotes]
    return {**answer, "insights": insights}


@pytest.fixture
def engine(settings: Settings, make_endpoint: MakeEndpoint) -> ModelEngine:
    return ModelEngine(settings, make_endpoint(), b"s" * 32, company="公司：测试", proof=misquotes)


def test_a_long_call_is_read_whole_and_its_needs_stand_in_the_whole_record(
    stub: StubModel, engine: ModelEngine
) -> None:
    record = long_call()

    def handler(request: StubRequest) -> object:
        heard = [q for q in (FIRST, SECOND, LAST) if q in read_prompt(request.user).records["R1"]]
        return {"readings": [reading_of(request, *heard)]}

    stub.handler = handler
    outcome = engine.read([record])
    assert len(stub.chats) == len(windows_of(record)) > 2
    assert [f"第 {n}/{len(stub.chats)} 段" in r.user for n, r in enumerate(stub.chats, 1)] == [True] * len(stub.chats)
    assert f"前几段已读出的需求 1: {FIRST}" in stub.chats[1].user
    assert "前几段" not in stub.chats[0].user.partition("<<<")[2]
    insights = accept(record, outcome.drafts[0], "llm").insights
    assert [i.quote for i in insights] == [FIRST, SECOND, LAST]
    assert all(record.text[i.start : i.end] == i.quote for i in insights)


def test_the_same_need_in_two_windows_is_one_with_the_graver_words(stub: StubModel, engine: ModelEngine) -> None:
    record = long_call()

    def handler(request: StubRequest) -> object:
        heard = [q for q in (FIRST, LAST) if q in read_prompt(request.user).records["R1"]]
        return {"readings": [reading_of(request, *heard, surface="锅炉总熄火", severity=4 if LAST in heard else 3)]}

    stub.handler = handler
    (insight,) = accept(record, engine.read([record]).drafts[0], "llm").insights
    assert (insight.quote, [q.quote for q in insight.more_quotes], insight.severity) == (LAST, [FIRST], 4)


def test_half_a_call_read_is_not_a_call_read(stub: StubModel, engine: ModelEngine) -> None:
    record = long_call()
    stub.handler = lambda request: {"readings": []} if "第 2/" in request.user else {"readings": [reading_of(request)]}
    outcome = engine.read([record])
    assert (outcome.drafts, outcome.failed) == ((), {record.id: "not_answered"})


def test_quotes_that_do_not_stand_are_asked_for_once_and_only_those(stub: StubModel, engine: ModelEngine) -> None:
    def handler(request: StubRequest) -> object:
        if "待补的引文" in request.user:
            return {"quotes": [{"id": "Q1", "quote": "修了三次还是漏"}, {"id": "Q2", "quote": "还是没说过的话"}]}
        answer = fill(request.schema or {}, read_prompt(request.user))
        answer["readings"][1]["insights"][0]["quote"] = "修过三回依旧漏水"
        answer["readings"][2]["insights"][0]["quote"] = "没说过的话"
        return answer

    stub.handler = handler
    outcome = engine.read(RECORDS)
    assert (outcome.requoted, outcome.mended) == (2, 1)
    assert len(stub.chats) == 2
    asked = read_prompt(stub.chats[1].user).records
    assert len(asked) == 2
    assert "早高峰机器停在那儿" not in stub.chats[1].user
    readings = [accept(r, d, "llm") for r, d in zip(RECORDS, outcome.drafts, strict=True)]
    assert [reading.refused for reading in readings] == [{}, {}, {"quote_not_found": 1}]
    assert readings[1].insights[0].quote == "修了三次还是漏"


class OneCall(Spending):
    """A budget that is used up by the first call."""

    def reserve(self, *needed: Any, **how: Any) -> Any:
        if self.total.calls:
            raise BudgetExceeded("used up")
        return super().reserve(*needed, **how)


@pytest.mark.parametrize("mode", ["blank", "budget"])
def test_where_the_question_for_quotes_fails_the_drafts_stay(
    stub: StubModel, settings: Settings, make_endpoint: MakeEndpoint, mode: str
) -> None:
    def handler(request: StubRequest) -> object:
        if "待补的引文" in request.user:
            return ""
        answer = fill(request.schema or {}, read_prompt(request.user))
        answer["readings"][0]["insights"][0]["quote"] = "没说过的话"
        return answer

    stub.handler = handler
    spending = OneCall() if mode == "budget" else Spending()
    engine = ModelEngine(settings, make_endpoint(), b"s" * 32, spending=spending, proof=misquotes)
    outcome = engine.read(RECORDS[:1])
    assert (len(outcome.drafts), outcome.failed, outcome.requoted, outcome.mended) == (1, {}, 1, 0)


def test_readings_that_belong_to_no_record_are_counted(stub: StubModel, engine: ModelEngine) -> None:
    def handler(request: StubRequest) -> object:
        readings = fill(request.schema or {}, read_prompt(request.user))["readings"]
        return {"readings": [*readings, readings[0], readings[0] | {"record_id": "R9"}]}

    stub.handler = handler
    assert engine.read(RECORDS).strays == {"answered_twice": 1, "unknown_record": 1}


def test_two_packs_share_their_whole_beginning(engine: ModelEngine) -> None:
    records = [ticket(str(n), f"第{n}台机器漏水了,修了又漏") for n in range(16)]
    first, second = (next(engine.reading_prompts(pack)) for pack in pack_records(iter(records)))
    assert first.system == second.system
    assert "公司：测试" in first.system
    assert first.user != second.user


def test_what_is_shown_is_what_is_sent(stub: StubModel, engine: ModelEngine) -> None:
    engine.read(RECORDS)
    (prompt,) = engine.reading_prompts(RECORDS)
    assert (stub.chats[0].system, stub.chats[0].user) == (prompt.system, prompt.user)


def test_no_request_of_reading_offers_a_tool_but_the_answers_own_form(stub: StubModel, engine: ModelEngine) -> None:
    engine.read(RECORDS)
    body = json.dumps(stub.chats[0].body)
    assert '"tools"' not in body
    assert '"additionalProperties": false' in body


def test_in_english_the_prompt_is_english_and_the_records_are_as_they_are(
    stub: StubModel, settings: Settings, make_endpoint: MakeEndpoint
) -> None:
    changed = settings.model_copy(update={"language": "en"})
    outcome = ModelEngine(changed, make_endpoint(), b"s" * 32).read(RECORDS)
    assert not outcome.failed
    assert "You are a needs analyst" in stub.chats[0].system
    assert RECORDS[0].text in stub.chats[0].user
