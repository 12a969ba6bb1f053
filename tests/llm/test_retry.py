"""How long retries wait, and when the circuit opens and closes."""

from collections.abc import Callable

import pytest

from assistant.errors import ModelAccessError, ModelAnswerError, ModelDownError, ModelError
from assistant.llm.faults import CallFault, Cause, retry_after
from assistant.llm.retry import COLD, PATIENT, QUICK, CircuitBreaker, RetryPolicy, Stopped


def failing(cause: Cause, seconds: float | None = None, calls: list[int] | None = None) -> Callable[[], str]:
    def request() -> str:
        if calls is not None:
            calls.append(1)
        raise CallFault(ModelDownError("x"), cause=cause, retry_after=seconds)

    return request


def test_waits_grow_and_stay_within_their_bounds() -> None:
    waits: list[float] = []
    with pytest.raises(CallFault):
        RetryPolicy(tries={"failing": 6}, first_wait=1, longest_wait=9, sleep=waits.append).run(failing("failing"))
    assert len(waits) == 5
    for wait, low in zip(waits, (1, 2, 4, 8, 9), strict=True):
        assert low <= wait <= min(2 * low, 9)


def test_a_server_that_asks_for_an_hour_is_not_waited_for_that_long() -> None:
    waits: list[float] = []
    with pytest.raises(CallFault):
        RetryPolicy(tries={"busy": 2}, sleep=waits.append).run(failing("busy", 3600))
    assert waits == [60.0]


@pytest.mark.parametrize("cause", PATIENT)
@pytest.mark.parametrize(
    ("how", "table"), [({}, PATIENT), ({"cold": True}, COLD), ({"quick": True}, QUICK), ({"quick": True, "cold": True}, QUICK)]
)  # fmt: skip
def test_the_class_of_a_fault_decides_how_often_it_is_worth_trying(
    cause: Cause, how: dict[str, bool], table: dict[Cause, int]
) -> None:
    calls: list[int] = []
    with pytest.raises(CallFault):
        RetryPolicy(sleep=lambda _: None).run(failing(cause, calls=calls), **how)
    assert len(calls) == table[cause]


def test_somebody_who_waits_is_not_kept_by_a_server_that_asks_for_time() -> None:
    waits: list[float] = []
    with pytest.raises(CallFault):
        RetryPolicy(sleep=waits.append).run(failing("busy", 5), quick=True)
    with pytest.raises(CallFault):
        RetryPolicy(sleep=waits.append).run(failing("away"), quick=True)
    assert sum(waits) < 1


def test_other_errors_pass_at_once() -> None:
    def request() -> str:
        raise LookupError

    with pytest.raises(LookupError):
        RetryPolicy(sleep=lambda _: None).run(request)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
    ],
)
def test_retry_after_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def open_after(breaker: CircuitBreaker, errors: list[ModelError | None]) -> bool:
    for error in errors:
        breaker.note(error)
    try:
        breaker.check()
    except Stopped:
        return True
    return False


DOWN, OTHER, KEY, BAD = (
    ModelDownError("down"),
    ModelDownError("other"),
    ModelAccessError("key"),
    ModelAnswerError("bad"),
)


@pytest.mark.parametrize(
    ("errors", "opens"),
    [
        ([], False),
        ([DOWN, DOWN], False),
        ([DOWN, DOWN, DOWN], True),
        ([KEY, KEY, KEY], True),
        ([DOWN, DOWN, None, DOWN], False),
        ([DOWN, KEY, DOWN, KEY], False),
        ([DOWN, OTHER, DOWN], False),
        ([BAD, BAD, BAD], False),
        ([BAD, ModelAnswerError("bad otherwise")] * 4, True),
    ],
)
def test_the_circuit_opens_for_equal_failures_in_a_row(errors: list[ModelError | None], opens: bool) -> None:
    assert open_after(CircuitBreaker(limit=3, answer_limit=8), errors) is opens


def test_an_open_circuit_lets_one_call_through_after_its_pause() -> None:
    clock = Clock()
    breaker = CircuitBreaker(limit=2, pause=30, clock=clock)
    breaker.note(DOWN)
    breaker.note(DOWN)
    clock.now = 29
    with pytest.raises(Stopped, match=r"stopped asking.*down"):
        breaker.check()
    clock.now = 31
    breaker.check()
    with pytest.raises(Stopped):
        breaker.check()
    breaker.note(None)
    breaker.check()


def test_a_circuit_given_up_is_open_at_once() -> None:
    breaker = CircuitBreaker()
    breaker.give_up(BAD)
    with pytest.raises(Stopped):
        breaker.check()
