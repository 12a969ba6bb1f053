"""How every fault of an endpoint ends: what is tried again, how long is waited, and when it is given up."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.domain.boards import LocalBoard
from assistant.domain.drafts import ThemeDraft
from assistant.domain.pacing import Rate
from assistant.errors import ModelAccessError, ModelAnswerError, ModelDownError, ModelError
from assistant.llm.capabilities import LADDER
from assistant.llm.pace import Pace
from assistant.llm.retry import CircuitBreaker, Stopped
from tests.llm.asking import PROMPT
from tests.llm.conftest import MakeEndpoint
from tests.stub_model import StubModel
from tests.stub_model.faults import ECHO


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

    class Noting(Pace):
        def hold(self, seconds: float) -> None:
            held.append(seconds)

    stub.mode("429", times=1, retry_after=3)
    make_endpoint(pace=Noting(Rate())).complete(PROMPT, ThemeDraft)
    assert held == [3.0]


def test_the_next_request_waits_its_turn(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    endpoint = make_endpoint(pace=Pace(Rate(2), LocalBoard(lambda: now[0]), sleep=sleep))
    for _ in range(4):
        endpoint.complete(PROMPT, ThemeDraft)
    assert 60 <= sum(slept) <= 62
