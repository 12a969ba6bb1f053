"""A probe learns what an endpoint can do, and says clearly when it can do nothing."""

import pytest

from assistant.errors import ModelAccessError, ModelDownError
from assistant.llm.probe import probe
from tests.llm.conftest import MakeEndpoint
from tests.stub_model import StubModel, StubRequest


def answer(_: StubRequest) -> object:
    return {"colour": "green", "letters": 5}


def test_all_works(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    stub.handler = answer
    result = probe(make_endpoint())
    assert set(result.rungs.values()) == {"works"}
    assert (result.rung, result.tells_usage, result.model) == ("json_schema", True, "gpt-4.1-mini")


def test_the_best_that_works_is_remembered_afresh(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    stub.handler = answer
    endpoint = make_endpoint()
    endpoint.knowledge.learn(rung="plain")
    stub.mode("no_json_schema", "no_usage")
    result = probe(endpoint)
    assert result.rungs == {
        "json_schema": "refused",
        "function_calling": "works",
        "json_object": "works",
        "plain": "works",
    }
    assert not result.tells_usage
    assert endpoint.knowledge.rung == result.rung == "function_calling"


def test_a_rung_that_answers_nonsense_does_not_count(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    stub.handler = lambda request: "green" if request.rung in ("json_schema", "json_object") else answer(request)
    result = probe(make_endpoint())
    assert result.rungs["json_schema"] == result.rungs["json_object"] == "unusable answer"
    assert result.rung == "function_calling"


def test_nothing_works(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    stub.mode("prose")
    endpoint = make_endpoint()
    assert probe(endpoint).rung is None
    assert endpoint.knowledge.rung is None


@pytest.mark.parametrize(("mode", "error"), [("401", ModelAccessError), ("503", ModelDownError)])
def test_no_access_is_an_error(stub: StubModel, make_endpoint: MakeEndpoint, mode: str, error: type[Exception]) -> None:
    stub.mode(mode)
    with pytest.raises(error):
        probe(make_endpoint())
