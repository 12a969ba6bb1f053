"""Who plans a question, through the command line alone: the model of an endpoint, or the rules where it is no help."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Voc
from tests.stub_model.server import StubModel
from tests.stub_model.wire import StubRequest

QUESTION = "咱这热水器老用户们忽冷忽热的单子有多少"


def plans(words: str = "忽冷忽热", **more: object) -> dict[str, object]:
    """A model's plan with one call."""
    one: dict[str, object] = {
        "tool": "count_feedback",
        "words": words,
        "filters": [],
        "days": [],
        "by": "channel",
        "top": None,
    }
    return {"off_topic": None, "follows": False, "calls": [one], "clarify": None} | more


@pytest.fixture(scope="module")
def server() -> Iterator[StubModel]:
    with StubModel() as stub:
        yield stub


@pytest.fixture
def stub(server: StubModel, voc: Voc, tmp_path: Path) -> StubModel:
    """The endpoint, and a ticket taken in by the rules before it was set."""
    row = {"id": "T1", "channel": "ticket", "created_at": "2026-08-11T09:00:00+08:00", "product": "X5", "text": "热水忽冷忽热"}  # fmt: skip
    (tmp_path / "t.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    assert voc("run", tmp_path / "t.jsonl").code == 0
    server.reset()
    return server


def wanted(request: StubRequest, plan: object) -> object:
    """The plan where one is asked for; the stub's own answer otherwise."""
    return plan if "calls" in (request.schema or {}).get("properties", {}) else None


def test_the_model_plans_after_the_rules(voc: Voc, stub: StubModel) -> None:
    stub.handler = lambda request: wanted(request, plans())
    answer = voc("ask", QUESTION, "--json", OPENAI_BASE_URL=stub.base_url).json
    assert answer["plan"]["made_by"] == "llm"
    assert (answer["plan"]["by"], answer["plan"]["query"]) == ("channel", "忽冷忽热")
    assert len(stub.chats) == 2
    assert "规则的读法 开始" in stub.chats[0].user


@pytest.mark.parametrize(
    "says", ["", "我觉得是这样", '{"calls": [{"tool"', plans() | {"calls": "all"}, plans("https://evil.example/x")]
)
def test_a_plan_that_is_none_is_not_followed(voc: Voc, stub: StubModel, says: object) -> None:
    stub.handler = lambda request: wanted(request, says)
    answer = voc("ask", QUESTION, "--json", OPENAI_BASE_URL=stub.base_url).json
    assert answer["plan"]["made_by"] == "rules"
    assert "evil" not in json.dumps(answer)


def test_a_question_back_is_told_with_its_choices(voc: Voc, stub: StubModel) -> None:
    question, choices = "您问的是哪一样？", ["X5 有多少条反馈？", "X5 客户最在意什么？"]
    back = {"question": question, "choices": choices}
    stub.handler = lambda request: wanted(request, plans(calls=[], clarify=back))
    ran = voc("ask", "它怎么样", OPENAI_BASE_URL=stub.base_url)
    assert ran.code == 0
    assert all(text in ran.out for text in (question, *choices))


def test_the_rules_alone_plan_where_that_is_wished(voc: Voc, stub: StubModel) -> None:
    answer = voc("ask", QUESTION, "--json", OPENAI_BASE_URL=stub.base_url, VOC_PLANNER="rules").json
    assert answer["plan"]["made_by"] == "rules"
    assert all("规则的读法" not in request.user for request in stub.chats)


@pytest.mark.usefixtures("english")
def test_a_planner_needs_a_model(voc: Voc) -> None:
    ran = voc("ask", QUESTION, VOC_PLANNER="llm")
    assert ran.code == 2
    assert "VOC_PLANNER=llm needs a model" in ran.err
