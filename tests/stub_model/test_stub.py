"""The stub speaks the wire format as the official client understands it."""

import json
from collections.abc import Iterator

import openai
import pytest

from assistant.domain.drafts import ReadingsDraft
from assistant.domain.records import customer_text
from assistant.llm.fence import Fence
from assistant.llm.rendering import record_variables
from prompts import load
from tests.llm.material import RECORDS
from tests.stub_model import StubModel
from tests.stub_model.filler import fill, read_prompt


@pytest.fixture(scope="module")
def server() -> Iterator[StubModel]:
    with StubModel() as stub:
        yield stub


@pytest.fixture
def client(server: StubModel) -> Iterator[openai.OpenAI]:
    server.reset()
    with openai.OpenAI(base_url=server.base_url, api_key="k", max_retries=0) as client:
        yield client


def test_plain_chat(server: StubModel, client: openai.OpenAI) -> None:
    server.handler = lambda request: f"你说:{request.user}"
    answer = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "好"}])
    assert answer.choices[0].message.content == "你说:好"
    assert answer.usage is not None
    assert answer.usage.total_tokens == 1 + len("你说:好")


def test_streamed_chat_with_usage(server: StubModel, client: openai.OpenAI) -> None:
    server.handler = lambda _: "水" * 40
    chunks = list(
        client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "好"}], stream=True, stream_options={"include_usage": True}
        )
    )
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "水" * 40
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 40


def test_embeddings(server: StubModel, client: openai.OpenAI) -> None:
    found = client.embeddings.create(model="e", input=["热水忽冷忽热", "热水忽冷忽热", "发票"]).data
    assert [row.index for row in found] == [0, 1, 2]
    assert found[0].embedding == found[1].embedding != found[2].embedding
    assert sum(part * part for part in found[2].embedding) == pytest.approx(1, abs=1e-5)
    server.embedding_limit = 2
    with pytest.raises(openai.BadRequestError):
        client.embeddings.create(model="e", input=["a", "b", "c"])
    with pytest.raises(openai.BadRequestError):
        client.embeddings.create(model="e", input=[""])


def test_models(server: StubModel, client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["stub-model"]
    assert server.requests[-1].path == "/v1/models"


def test_a_counted_mode_ends_by_itself(server: StubModel, client: openai.OpenAI) -> None:
    server.mode("429", times=1, retry_after=3)
    with pytest.raises(openai.RateLimitError) as caught:
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "好"}])
    assert caught.value.response.headers["retry-after"] == "3"
    client.chat.completions.create(model="m", messages=[{"role": "user", "content": "好"}])
    assert len(server.chats) == 2


def test_an_unknown_mode_is_a_mistake_of_the_test(server: StubModel) -> None:
    with pytest.raises(AssertionError, match="unknown modes"):
        server.mode("418")


def test_the_filler_answers_every_record_with_the_customers_real_words() -> None:
    user = load("extract_insights").render(**record_variables(RECORDS, Fence(b"s" * 32)), company="无").user
    content = read_prompt(user)
    assert list(content.records) == ["R1", "R2", "R3"]
    draft = ReadingsDraft.model_validate(json.loads(json.dumps(fill(ReadingsDraft.model_json_schema(), content))))
    for record, reading in zip(RECORDS, draft.readings, strict=True):
        assert reading.insights[0].quote in customer_text(record)
