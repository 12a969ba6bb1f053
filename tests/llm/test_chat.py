"""The ladder, the repair try, and how every fault of an endpoint ends."""

import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.domain.drafts import ReadingsDraft, ThemeDraft
from assistant.domain.engine import Usage
from assistant.errors import ModelAccessError, ModelAnswerError, ModelDownError, ModelError
from assistant.llm.budget import BudgetExceeded, Most, Spending
from assistant.llm.capabilities import LADDER, CapabilityStore
from assistant.llm.pace import LocalPace
from assistant.llm.retry import CircuitBreaker, Stopped
from prompts import RenderedPrompt
from tests.llm.conftest import MakeEndpoint
from tests.stub_model import StubModel
from tests.stub_model.faults import ECHO

PROMPT = RenderedPrompt("system text", "user text", "d", "test.v1")
THEME = dict.fromkeys(("title", "definition", "surface", "secondary", "deep"), "x") | {
    "deep_category": "trust",
    "misfits": [],
}


def rungs(stub: StubModel) -> list[str]:
    return [request.rung for request in stub.chats]


def test_the_schema_is_sent_whole_and_strict(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    make_endpoint().complete(PROMPT, ReadingsDraft)
    (request,) = stub.chats
    sent = request.body["response_format"]["json_schema"]
    assert sent["strict"] is True
    objects = [part for part in (sent["schema"], *sent["schema"]["$defs"].values()) if part["type"] == "object"]
    assert len(objects) == 6
    for part in objects:
        assert part["additionalProperties"] is False
        assert set(part["required"]) == set(part["properties"])
    assert request.body["temperature"] == 0
    assert [message["role"] for message in request.messages] == ["system", "user"]
    assert (request.system, request.user) == (PROMPT.system, PROMPT.user)


def test_the_schema_keeps_a_field_called_title(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    make_endpoint().complete(PROMPT, ThemeDraft)
    assert "title" in stub.chats[0].asks_for


@pytest.mark.parametrize(
    ("refused", "rung"),
    [
        ((), "json_schema"),
        (("no_json_schema",), "function_calling"),
        (("no_json_schema", "no_tools"), "json_object"),
        (("no_json_schema", "no_tools", "no_json_object"), "plain"),
    ],
)
def test_the_ladder_goes_down_to_what_the_endpoint_can_do_and_remembers_it(
    stub: StubModel, make_endpoint: MakeEndpoint, tmp_path: Path, refused: tuple[str, ...], rung: str
) -> None:
    stub.mode(*refused)
    path = tmp_path / "capabilities.json"
    stub.handler = lambda _: THEME
    draft, usage = make_endpoint(CapabilityStore(path)).complete(PROMPT, ThemeDraft)
    assert draft == ThemeDraft.model_validate(THEME)
    assert rungs(stub) == list(LADDER[: len(refused) + 1])
    assert usage.calls == 1
    stub.requests.clear()
    make_endpoint(CapabilityStore(path)).complete(PROMPT, ThemeDraft)
    assert rungs(stub) == [rung]


def test_what_was_learnt_holds_for_that_model_only(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    store = CapabilityStore()
    stub.mode("no_json_schema")
    make_endpoint(store).complete(PROMPT, ThemeDraft)
    stub.requests.clear()
    make_endpoint(store, chat_model="other").complete(PROMPT, ThemeDraft)
    assert rungs(stub)[0] == "json_schema"


def test_where_the_request_cannot_carry_the_schema_the_system_text_does(
    stub: StubModel, make_endpoint: MakeEndpoint
) -> None:
    stub.mode("no_json_schema", "no_tools")
    make_endpoint().complete(PROMPT, ThemeDraft)
    assert "# JSON Schema" in stub.chats[-1].system
    assert all("# JSON Schema" not in request.system for request in stub.chats[:2])


def test_an_endpoint_that_ignores_the_schema_is_taken_down_the_ladder(
    stub: StubModel, make_endpoint: MakeEndpoint
) -> None:
    stub.handler = lambda request: THEME if "# JSON Schema" in request.system else "好的,我想想。"
    make_endpoint().complete(PROMPT, ThemeDraft)
    assert rungs(stub) == ["json_schema"] * 2 + ["function_calling"] * 2 + ["json_object"]


@pytest.mark.parametrize("mode", ["fenced", "thinking", "no_usage"])
def test_wrapped_answers_are_read(stub: StubModel, make_endpoint: MakeEndpoint, mode: str) -> None:
    stub.mode(mode)
    _, usage = make_endpoint().complete(PROMPT, ThemeDraft)
    assert len(stub.chats) == 1
    assert usage.prompt_tokens > 0
    assert usage.completion_tokens > 0


@pytest.mark.parametrize("mode", ["blank", "truncated", "other_json", "prose"])
def test_a_bad_answer_gets_one_repair_try_that_shows_the_error(
    stub: StubModel, make_endpoint: MakeEndpoint, mode: str
) -> None:
    stub.mode(mode, times=1)
    _, usage = make_endpoint().complete(PROMPT, ThemeDraft)
    assert [request.repairing for request in stub.chats] == [False, True]
    assert "上一次的输出不能用" in str(stub.chats[1].messages[-1]["content"])
    assert usage.calls == 2


@pytest.mark.parametrize("mode", ["blank", "truncated", "other_json", "prose"])
def test_a_rung_that_has_worked_is_not_doubted_for_a_bad_answer(
    stub: StubModel, make_endpoint: MakeEndpoint, mode: str
) -> None:
    endpoint = make_endpoint()
    endpoint.complete(PROMPT, ThemeDraft)
    stub.requests.clear()
    stub.mode(mode)
    with pytest.raises(ModelAnswerError, match="no usable answer"):
        endpoint.complete(PROMPT, ThemeDraft)
    assert rungs(stub) == ["json_schema"] * 2


def test_an_answer_cut_off_is_not_asked_again_in_the_same_way(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    stub.mode("length")
    spending = Spending()
    with pytest.raises(ModelAnswerError, match="cut off"):
        make_endpoint().complete(PROMPT, ThemeDraft, spending=spending)
    assert len(stub.chats) == 1
    assert spending.total.completion_tokens > 0


@pytest.mark.parametrize(
    ("mode", "kind", "tries", "says"),
    [
        ("401", ModelAccessError, 1, "OPENAI_API_KEY"),
        ("402", ModelAccessError, 1, "out of credit"),
        ("403", ModelAccessError, 1, "may not use"),
        ("404", ModelAccessError, 1, "VOC_CHAT_MODEL"),
        ("no_credit", ModelAccessError, 1, "out of credit"),
        ("400", ModelAccessError, 4, "refuses our requests"),
        ("429", ModelDownError, 8, "VOC_LLM_CONCURRENCY"),
        ("500", ModelDownError, 4, "failing"),
        ("503", ModelDownError, 4, "HTTP 503"),
        ("html", ModelAccessError, 2, "OPENAI_BASE_URL"),
        ("too_long", ModelAnswerError, 1, "longer than"),
        ("filtered", ModelAnswerError, 1, "content filter"),
    ],
)
def test_every_fault_ends_as_the_right_error_with_a_clear_sentence_and_no_customer_text(
    stub: StubModel, make_endpoint: MakeEndpoint, mode: str, kind: type[ModelError], tries: int, says: str
) -> None:
    stub.mode(mode)
    with pytest.raises(kind, match=says) as caught:
        make_endpoint().complete(PROMPT, ThemeDraft)
    assert type(caught.value) is kind
    assert len(stub.chats) == tries
    assert "\n" not in str(caught.value)
    assert not any(piece in str(caught.value) for piece in (ECHO, "客户", "⟦"))
    assert caught.value.__cause__ is None


def test_a_server_that_is_not_there_is_down(make_endpoint: MakeEndpoint, waits: list[float]) -> None:
    endpoint = make_endpoint(openai_base_url="http://127.0.0.1:9/v1")
    with pytest.raises(ModelDownError, match="can't be reached"):
        endpoint.complete(PROMPT, ThemeDraft)
    assert len(waits) == 2


def test_a_time_out_is_tried_once_more_only(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    stub.mode("slow", seconds=0.5)
    with pytest.raises(ModelDownError, match="VOC_LLM_TIMEOUT"):
        make_endpoint(llm_timeout=0.05).complete(PROMPT, ThemeDraft)
    assert len(stub.chats) == 2


@pytest.mark.parametrize(("mode", "times"), [("429", 7), ("500", 3), ("503", 3), ("html", 1)])
def test_a_passing_fault_is_waited_out(stub: StubModel, make_endpoint: MakeEndpoint, mode: str, times: int) -> None:
    stub.mode(mode, times=times)
    _, usage = make_endpoint().complete(PROMPT, ThemeDraft)
    assert len(stub.chats) == times + 1
    assert usage.calls == 1


def test_the_wait_is_as_long_as_the_server_asks(
    stub: StubModel, make_endpoint: MakeEndpoint, waits: list[float]
) -> None:
    stub.mode("429", times=1, retry_after=7)
    make_endpoint().complete(PROMPT, ThemeDraft)
    assert len(waits) == 1
    assert 7 <= waits[0] <= 8


def test_a_refused_temperature_is_left_out_from_then_on(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    stub.mode("no_temperature")
    endpoint = make_endpoint()
    endpoint.complete(PROMPT, ThemeDraft)
    endpoint.complete(PROMPT, ThemeDraft)
    assert ["temperature" in request.body for request in stub.chats] == [True, False, False]
    assert set(rungs(stub)) == {"json_schema"}


def test_the_circuit_opens_after_equal_failures(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    endpoint = make_endpoint(breaker=CircuitBreaker(limit=3))
    stub.mode("401")
    for error in [ModelAccessError] * 3 + [Stopped] * 7:
        with pytest.raises(error, match="OPENAI_API_KEY"):
            endpoint.complete(PROMPT, ThemeDraft)
    assert len(stub.chats) == 3


def test_a_model_that_answers_rubbish_in_every_way_is_given_up_after_two_prompts(
    stub: StubModel, make_endpoint: MakeEndpoint
) -> None:
    endpoint = make_endpoint()
    stub.mode("prose")

    def attempt(_: int) -> str:
        with pytest.raises(ModelError) as caught:
            endpoint.complete(PROMPT, ThemeDraft)
        return caught.value.kind

    with ThreadPoolExecutor(16) as pool:
        kinds = Counter(pool.map(attempt, range(50)))
    assert kinds == {"model_answer": 2, "stopped": 48}
    assert len(stub.chats) == 2 * 2 * len(LADDER)


def test_one_call_finds_the_way_of_asking_and_the_others_use_it(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    endpoint = make_endpoint()
    stub.mode("no_json_schema", "no_tools")
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: endpoint.complete(PROMPT, ThemeDraft), range(16)))
    assert Counter(rungs(stub)) == {"json_schema": 1, "function_calling": 1, "json_object": 16}


def test_an_endpoint_that_has_answered_is_waited_for_longer(
    stub: StubModel, make_endpoint: MakeEndpoint, waits: list[float]
) -> None:
    endpoint = make_endpoint()
    stub.mode("503")
    with pytest.raises(ModelDownError):
        endpoint.complete(PROMPT, ThemeDraft)
    assert len(waits) == 3
    stub.mode()
    endpoint.complete(PROMPT, ThemeDraft)
    waits.clear()
    stub.mode("503")
    with pytest.raises(ModelDownError):
        endpoint.complete(PROMPT, ThemeDraft)
    assert len(waits) == 6
    assert sum(waits) > 30


def test_somebody_who_waits_is_told_within_two_seconds_that_the_endpoint_is_down(
    make_endpoint: MakeEndpoint, waits: list[float]
) -> None:
    endpoint = make_endpoint(openai_base_url="http://127.0.0.1:9/v1")
    with pytest.raises(ModelDownError, match="can't be reached"):
        endpoint.complete(PROMPT, ThemeDraft, quick=True)
    assert sum(waits) <= 0.3


def test_all_wait_when_one_is_asked_to(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    held: list[float] = []

    class Pace(LocalPace):
        def hold(self, seconds: float) -> None:
            held.append(seconds)

    stub.mode("429", times=1, retry_after=3)
    make_endpoint(pace=Pace()).complete(PROMPT, ThemeDraft)
    assert held == [3.0]


def test_the_next_request_waits_its_turn(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    endpoint = make_endpoint(pace=LocalPace(2, None, lambda: now[0], sleep))
    for _ in range(4):
        endpoint.complete(PROMPT, ThemeDraft)
    assert slept == [60.0]


def test_a_call_whose_answer_is_lost_stays_on_the_budget(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    stub.mode("slow", seconds=0.5)
    spending = Spending(10**6)
    with pytest.raises(ModelDownError):
        make_endpoint(llm_timeout=0.05).complete(PROMPT, ThemeDraft, spending=spending)
    assert spending.total == Usage()
    with pytest.raises(BudgetExceeded):
        spending.reserve(Most(10**6 - 1, 0))


def test_under_a_budget_the_answer_is_limited_to_what_was_set_aside(
    stub: StubModel, make_endpoint: MakeEndpoint
) -> None:
    endpoint = make_endpoint()
    endpoint.complete(PROMPT, ThemeDraft)
    endpoint.complete(PROMPT, ThemeDraft, spending=Spending(10**6), expected=800)
    assert ["max_tokens" in request.body for request in stub.chats] == [False, True]
    assert stub.chats[1].body["max_tokens"] == 2100


def test_a_limit_by_another_name_is_learnt(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    stub.mode("no_max_tokens")
    endpoint = make_endpoint()
    for _ in range(2):
        endpoint.complete(PROMPT, ThemeDraft, spending=Spending(10**6))
    assert ["max_tokens" in request.body for request in stub.chats] == [True, False, False]
    assert "max_completion_tokens" in stub.chats[-1].body


def test_a_price_that_is_not_known_makes_no_cost(make_endpoint: MakeEndpoint) -> None:
    _, usage = make_endpoint(chat_model="my-model").complete(PROMPT, ThemeDraft)
    assert (usage.calls, usage.cost, usage.currency) == (1, None, None)


def test_usage_and_cost_are_counted(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    spending = Spending()
    _, usage = make_endpoint().complete(PROMPT, ThemeDraft, spending=spending)
    assert usage.calls == 1
    assert usage.prompt_tokens == len(PROMPT.system) + len(PROMPT.user)
    assert usage.cost == pytest.approx((usage.prompt_tokens * 0.4 + usage.completion_tokens * 1.6) / 1e6)
    assert spending.total == usage


def test_a_call_over_the_budget_is_not_made(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    with pytest.raises(BudgetExceeded) as caught:
        make_endpoint().complete(PROMPT, ThemeDraft, spending=Spending(2000), expected=800)
    assert caught.value.kind == "budget"
    assert stub.chats == []


def test_failed_calls_give_their_reservation_back(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    spending, endpoint = Spending(5000), make_endpoint()
    stub.mode("500", times=4)
    with pytest.raises(ModelDownError):
        endpoint.complete(PROMPT, ThemeDraft, spending=spending)
    assert spending.total == Usage()
    endpoint.complete(PROMPT, ThemeDraft, spending=spending)
    assert spending.total.calls == 1


def test_the_key_is_sent(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    stub.key = "k"
    make_endpoint().complete(PROMPT, ThemeDraft)
    assert stub.chats[0].headers["authorization"] == "Bearer k"


CALL = """
from assistant.domain.drafts import ThemeDraft
from assistant.llm.chat import ChatEndpoint
from assistant.settings import load_settings
from langchain_core.tracers.langchain import wait_for_all_tracers
from prompts import RenderedPrompt
ChatEndpoint(load_settings()).complete(RenderedPrompt("s", "u", "d", "n"), ThemeDraft)
wait_for_all_tracers()
"""


def test_a_tracing_service_in_the_environment_gets_nothing(stub: StubModel, tmp_path: Path) -> None:
    """In a process of its own, since the tracer reads the environment but once."""
    elsewhere = stub.base_url.removesuffix("/v1")
    tracing = {"LANGSMITH_TRACING": "true", "LANGSMITH_API_KEY": "x", "LANGSMITH_ENDPOINT": elsewhere}
    environment = tracing | {
        "OPENAI_BASE_URL": stub.base_url,
        "VOC_DATA_DIR": str(tmp_path),
        "PATH": os.environ["PATH"],
    }
    subprocess.run([sys.executable, "-c", CALL], env=environment, cwd=tmp_path, check=True, timeout=60)
    assert {request.path for request in stub.requests} == {"/v1/chat/completions"}
