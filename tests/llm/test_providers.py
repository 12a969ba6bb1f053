"""Profiles are data; what an endpoint shows counts for more, and never changes what was read before."""

from pathlib import Path

import pytest

from assistant.domain.drafts import ThemeDraft
from assistant.llm.capabilities import CapabilityStore
from assistant.llm.knowledge import Knowledge
from assistant.llm.probe import probe
from assistant.llm.providers import find_profile
from tests.llm.conftest import MakeEndpoint
from tests.stub_model import StubModel, StubRequest


@pytest.mark.parametrize(
    ("endpoint", "model", "name", "first", "body"),
    [
        ("https://api.openai.com/v1", "gpt-4.1-mini", "OpenAI", "json_schema", {}),
        ("https://api.openai.com/v1", "gpt-5-mini", "OpenAI", "json_schema", {"reasoning_effort": "minimal"}),
        ("https://api.openai.com/v1", "gpt-5.1", "OpenAI", "json_schema", {"reasoning_effort": "none"}),
        ("https://api.deepseek.com", "deepseek-chat", "DeepSeek", "function_calling", {"thinking": {"type": "disabled"}}),
        ("https://api.deepseek.com/v1", "deepseek-reasoner", "DeepSeek", "json_object", {}),
        ("https://dashscope.aliyuncs.com/compatible-mode/v1", "qwen-plus", "DashScope (Qwen)", "json_schema",
         {"enable_thinking": False}),
        ("https://api.moonshot.cn/v1", "kimi-latest", "Moonshot (Kimi)", "json_schema", {}),
        ("http://localhost:11434/v1", "qwen3:8b", "Ollama", "json_schema", {"reasoning_effort": "none"}),
        ("http://10.0.0.7:8000/v1", "Qwen/Qwen3-32B", "unknown", "json_schema", {}),
        ("https://api.deepseek.com.evil.example/v1", "x", "unknown", "json_schema", {}),
    ],
)  # fmt: skip
def test_a_host_has_a_profile(endpoint: str, model: str, name: str, first: str, body: dict[str, object]) -> None:
    profile = find_profile(endpoint, model)
    assert (profile.name, profile.ladder[0], dict(profile.body)) == (name, first, body)


@pytest.mark.parametrize(
    ("owner", "name"), [("vllm", "vLLM"), ("library", "Ollama"), ("else", "unknown"), (None, "unknown")]
)
def test_a_server_of_ones_own_is_known_by_its_list_of_models(owner: str | None, name: str) -> None:
    assert find_profile("http://10.0.0.7:8000/v1", "m", owner).name == name


def test_embedding_batches_and_traps_are_told() -> None:
    profile = find_profile("https://dashscope.aliyuncs.com/compatible-mode/v1", "qwen-plus")
    assert (profile.embeddings, profile.batch, profile.batch_price) == (10, True, 0.5)
    assert any("thinking" in trap for trap in profile.traps)


def test_what_was_only_learnt_does_not_shape_keys() -> None:
    store = CapabilityStore()
    knowledge = Knowledge("http://10.0.0.7:8000/v1", "m", store)
    before = knowledge.shaping
    knowledge.learn(owner="vllm", extras=False, temperature=False)
    assert knowledge.shaping == before == {}
    assert Knowledge("https://api.deepseek.com", "deepseek-chat").shaping != {}


def good(request: StubRequest) -> object:
    if request.schema is None:
        return "PELICAN"
    return {"colour": "green", "letters": 5}


def test_a_probe_finds_out_all_and_another_process_knows_it(
    stub: StubModel, make_endpoint: MakeEndpoint, tmp_path: Path
) -> None:
    stub.handler, stub.embedding_limit = good, 10
    path = tmp_path / "capabilities.json"
    found = probe(make_endpoint(CapabilityStore(path)), "text-embedding")
    assert (found.stream_usage, found.reads_long, found.embeddings, found.thinks) == (True, True, 10, False)
    again = Knowledge(stub.base_url, "gpt-4.1-mini", CapabilityStore(path)).seen
    assert (again.rung, again.reads_long, again.embeddings, again.owner) == ("json_schema", True, 10, "tests")


def test_a_server_that_cuts_prompts_in_silence_is_found_out(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    stub.handler = lambda request: good(request) if request.schema else "I don't know"
    found = probe(make_endpoint())
    assert found.reads_long is False
    assert any("forgets the beginning" in trap for trap in found.traps)


def test_a_model_that_thinks_is_found_out(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    stub.handler = good
    stub.mode("thinking")
    found = probe(make_endpoint())
    assert found.thinks
    assert any("thoughts are paid for" in trap for trap in found.traps)


def test_a_field_of_the_profile_that_is_refused_is_left_out_from_then_on(
    stub: StubModel, make_endpoint: MakeEndpoint
) -> None:
    stub.handler = good
    stub.mode("no_extras")
    endpoint = make_endpoint()
    endpoint.knowledge.learn(owner="library")
    for _ in range(2):
        endpoint.send("plain", [("user", "hello")], ThemeDraft)
    assert ["reasoning_effort" in request.body for request in stub.chats] == [True, False, False]
