"""How long retries wait, and when the circuit opens and closes."""

from collections.abc import Callable

import pytest

from assistant.errors import ModelAccessError, ModelAnswerError, ModelDownError, ModelError
from assistant.llm.retry import CircuitBreaker, RetryPolicy
from assistant.llm.vendor import CallFault


def failing(fault: CallFault) -> Callable[[], str]:
    def request() -> str:
        raise fault

    return request


def test_waits_grow_and_stay_within_their_bounds() -> None:
    waits: list[float] = []
    with pytest.raises(CallFault):
        RetryPolicy(tries=6, first_wait=1, longest_wait=9, sleep=waits.append).run(
            failing(CallFault(ModelDownError("x"), again=True))
        )
    assert len(waits) == 5
    for wait, low in zip(waits, (1, 2, 4, 8, 9), strict=True):
        assert low <= wait <= min(2 * low, 9)


def test_a_server_that_asks_for_an_hour_is_not_waited_for_that_long() -> None:
    waits: list[float] = []
    with pytest.raises(CallFault):
        RetryPolicy(tries=2, sleep=waits.append).run(
            failing(CallFault(ModelDownError("x"), again=True, retry_after=3600))
        )
    assert waits == [60.0]


@pytest.mark.parametrize(
    ("fault", "tries"), [({"again": False}, 1), ({"again": True}, 4), ({"again": True, "tries": 2}, 2)]
)
def test_a_fault_says_how_often_it_is_worth_trying(fault: dict[str, int], tries: int) -> None:
    calls: list[int] = []

    def request() -> str:
        calls.append(1)
        raise CallFault(ModelDownError("x"), **fault)  # type: ignore[arg-type]

    with pytest.raises(CallFault):
        RetryPolicy(sleep=lambda _: None).run(request)
    assert len(calls) == tries


def test_other_errors_pass_at_once() -> None:
    def request() -> str:
        raise LookupError

    with pytest.raises(LookupError):
        RetryPolicy(sleep=lambda _: None).run(request)


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
    except ModelError:
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
        ([BAD, ModelAnswerError("bad otherwise")] * 6, True),
    ],
)
def test_the_circuit_opens_for_equal_failures_in_a_row(errors: list[ModelError | None], opens: bool) -> None:
    assert open_after(CircuitBreaker(limit=3, answer_limit=12), errors) is opens


def test_an_open_circuit_lets_one_call_through_after_its_pause() -> None:
    clock = Clock()
    breaker = CircuitBreaker(limit=2, pause=30, clock=clock)
    breaker.note(DOWN)
    breaker.note(DOWN)
    clock.now = 29
    with pytest.raises(ModelDownError, match="down"):
        breaker.check()
    clock.now = 31
    breaker.check()
    with pytest.raises(ModelDownError):
        breaker.check()
    breaker.note(None)
    breaker.check()


def test_a_call_never_made_is_not_held_against_its_prompt() -> None:
    breaker = CircuitBreaker(answer_limit=2)
    breaker.note(BAD)
    breaker.note(BAD)
    with pytest.raises(ModelDownError, match="2 times in a row"):
        breaker.check()
