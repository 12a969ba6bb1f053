"""The ladder of ways to ask, the repair try, and what is sent to an endpoint."""

import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.domain.drafts import ReadingsDraft, ThemeDraft
from assistant.errors import ModelAnswerError
from assistant.llm.budget import Spending
from assistant.llm.capabilities import LADDER, CapabilityStore
from tests.llm.asking import PROMPT, THEME, rungs
from tests.llm.conftest import MakeEndpoint
from tests.stub_model import StubModel


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


def test_a_refused_temperature_is_left_out_from_then_on(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    stub.mode("no_temperature")
    endpoint = make_endpoint()
    endpoint.complete(PROMPT, ThemeDraft)
    endpoint.complete(PROMPT, ThemeDraft)
    assert ["temperature" in request.body for request in stub.chats] == [True, False, False]
    assert set(rungs(stub)) == {"json_schema"}


def test_one_call_finds_the_way_of_asking_and_the_others_use_it(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    endpoint = make_endpoint()
    stub.mode("no_json_schema", "no_tools")
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: endpoint.complete(PROMPT, ThemeDraft), range(16)))
    assert Counter(rungs(stub)) == {"json_schema": 1, "function_calling": 1, "json_object": 16}


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
