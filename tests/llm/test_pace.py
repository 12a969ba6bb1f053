"""In no stretch of sixty seconds more requests or tokens than the limits, and as fast as they allow."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ModelDownError
from assistant.llm.pace import LocalPace


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def paced(requests: int | None = None, tokens: int | None = None) -> tuple[LocalPace, Time]:
    time = Time()
    return LocalPace(requests, tokens, time, time.sleep), time


def most_in_a_minute(sent: list[tuple[float, int]], count: Callable[[tuple[float, int]], int]) -> int:
    return max(sum(count(other) for other in sent if at <= other[0] < at + 60) for at, _ in sent)


@given(st.integers(1, 20), st.integers(10, 200), st.lists(st.integers(1, 50), min_size=1, max_size=60))
def test_no_minute_holds_more_than_the_limits(requests: int, tokens: int, sizes: list[int]) -> None:
    pace, time = paced(requests, tokens)
    sent = []
    for size in sizes:
        pace.turn(size)
        sent.append((time.now, size))
    assert most_in_a_minute(sent, lambda _: 1) <= requests
    heaviest = max(size for _, size in sent)
    assert most_in_a_minute(sent, lambda one: one[1]) <= max(tokens, heaviest)


def test_as_many_as_the_limit_go_at_once_and_the_next_when_the_first_is_a_minute_old() -> None:
    pace, time = paced(requests=3)
    for _ in range(3):
        pace.turn(1)
    assert time.now == 0
    pace.turn(1)
    assert time.now == 60


def test_what_a_request_really_took_counts() -> None:
    pace, time = paced(tokens=100)
    pace.took(pace.turn(90), 10)
    pace.turn(90)
    assert time.now == 0
    pace.turn(1)
    assert time.now == 60


def test_a_request_above_the_limit_of_a_minute_is_sent_alone() -> None:
    pace, time = paced(tokens=100)
    pace.turn(50)
    pace.turn(500)
    assert time.now == 60
    pace.turn(1)
    assert time.now == 120


def test_everybody_waits_when_the_endpoint_asks_for_it_but_nobody_for_an_hour() -> None:
    pace, time = paced()
    pace.hold(7)
    pace.hold(3)
    pace.turn(1)
    assert time.now == 7
    pace.hold(3600)
    pace.turn(1)
    assert time.now == 67


def test_somebody_who_waits_is_told_instead() -> None:
    pace, time = paced(requests=1)
    pace.turn(1, quick=True)
    with pytest.raises(ModelDownError, match="VOC_LLM_RPM"):
        pace.turn(1, quick=True)
    assert time.now == 0


def test_threads_share_the_limit() -> None:
    pace, _ = paced(requests=50)
    with ThreadPoolExecutor(16) as pool:
        turns = list(pool.map(lambda _: pace.turn(1), range(100)))
    assert most_in_a_minute([(turn.at, 1) for turn in turns], lambda _: 1) <= 50
