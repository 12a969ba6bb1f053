"""The model as a reranker: its order holds, what it makes up does not, and its failure is the index's own."""

from collections.abc import Sequence

import pytest

from assistant.llm.engine import ModelEngine
from assistant.llm.reranking import MOST, ModelReranker
from assistant.settings import Settings
from tests.llm.conftest import MakeEndpoint
from tests.stub_model import StubModel
from vectorstore.errors import EmbedderError
from vectorstore.passages import Hit
from vectorstore.reranking import reranked

TEXTS = ["打印机升级后掉线", "粉盒太贵", "掉线误了开会", "包装破了"]


def every(texts: Sequence[str]) -> list[bool]:
    return [True] * len(texts)


@pytest.fixture
def engine(settings: Settings, make_endpoint: MakeEndpoint) -> ModelEngine:
    return ModelEngine(settings, make_endpoint(), b"s" * 32)


def ranked(scores: Sequence[float]) -> list[int]:
    return sorted(range(len(scores)), key=lambda at: -scores[at])


@pytest.mark.parametrize(
    ("said", "order"),
    [
        ([3, 1], [2, 0, 1, 3]),
        ([3, 3, 99, 0, -1, 1], [2, 0, 1, 3]),
        ([4, 3, 2, 1], [3, 2, 1, 0]),
    ],
)
def test_the_models_order_and_nothing_made_up(
    stub: StubModel, engine: ModelEngine, said: list[int], order: list[int]
) -> None:
    stub.handler = lambda _request: {"order": said}
    scores = ModelReranker(engine, every).scores("掉线怎么办", TEXTS)
    assert ranked(scores) == order
    assert all(0 < score <= 1 for score in scores)
    assert "[3] 掉线误了开会" in stub.chats[0].user


def test_hits_come_back_in_the_models_order(stub: StubModel, engine: ModelEngine) -> None:
    stub.handler = lambda _request: {"order": [2]}
    hits = [Hit(f"d{n}", f"d{n}:record:0", "record", 0, 2, text, 1 - n / 10) for n, text in enumerate(TEXTS)]
    found = reranked("贵不贵", hits, ModelReranker(engine, every))
    assert [hit.document_id for hit in found] == ["d1", "d0", "d2", "d3"]


@pytest.mark.parametrize(("fault", "kind"), [("401", "access"), ("500", "down"), ("blank", "answer")])
def test_failures_are_told_as_the_index_tells_them(stub: StubModel, engine: ModelEngine, fault: str, kind: str) -> None:
    stub.mode(fault)
    with pytest.raises(EmbedderError) as caught:
        ModelReranker(engine, every).scores("掉线", TEXTS)
    assert caught.value.kind == kind


@pytest.mark.parametrize("order", [[], [99]])
def test_an_order_of_nothing_is_a_failure(stub: StubModel, engine: ModelEngine, order: list[int]) -> None:
    stub.handler = lambda _request: {"order": order}
    with pytest.raises(EmbedderError, match="named none"):
        ModelReranker(engine, every).scores("掉线", TEXTS)


def test_what_may_not_leave_is_not_sent(stub: StubModel, engine: ModelEngine) -> None:
    with pytest.raises(EmbedderError, match="may not be sent"):
        ModelReranker(engine, lambda texts: [False] * len(texts)).scores("掉线", TEXTS)
    assert not stub.chats
    assert ModelReranker(engine, every).scores("掉线", []) == []


def test_only_the_best_are_shown_and_the_same_question_is_paid_for_once(stub: StubModel, engine: ModelEngine) -> None:
    stub.handler = lambda _request: {"order": [MOST]}
    many = [f"第{n}条 掉线" for n in range(MOST + 5)]
    asking = ModelReranker(engine, every)
    first = asking.scores("掉线", many)
    assert ranked(first)[0] == MOST - 1
    assert ranked(first)[-5:] == list(range(MOST, MOST + 5))
    assert asking.scores("掉线", many) == first
    assert len(stub.chats) == 1
    assert f"[{MOST + 1}]" not in stub.chats[0].user
