"""In no stretch of a minute more than the rate, whoever takes it, nearly all of it used, and first come first served."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain.boards import Board, LocalBoard, Page
from assistant.domain.pacing import PARTS, Minute, Rate

MINUTE = 60.0


class Clock:
    """A clock that is put where one likes."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def ask(board: Board, rate: Rate, tokens: int = 0, who: str | None = None) -> float:
    """Take a turn where it is free; 0, or for how long to wait, with a wish that stands meanwhile."""

    def work(page: Page, now: float) -> float:
        minute = Minute(page, now, rate.seconds)
        wait = minute.wait(rate, tokens, who)
        if wait <= 0:
            minute.take(1, tokens, who)
        elif who is not None:
            minute.wish(who, tokens, now + wait + 5)
        minute.write()
        return wait

    return board.change("a", work, MINUTE)


def most_in_a_minute(sent: list[tuple[float, int]], count: Callable[[tuple[float, int]], int]) -> int:
    return max(sum(count(other) for other in sent if at <= other[0] < at + MINUTE) for at, _ in sent)


@settings(deadline=None)
@given(
    st.integers(1, 20), st.integers(10, 200),
    st.lists(st.tuples(st.integers(1, 50), st.floats(0, 20)), min_size=1, max_size=60),
)  # fmt: skip
def test_no_minute_holds_more_than_the_rate(requests: int, tokens: int, wishes: list[tuple[int, float]]) -> None:
    clock, rate, sent = Clock(), Rate(requests, tokens), list[tuple[float, int]]()
    board = LocalBoard(clock)
    for size, later in wishes:
        clock.now += later
        while (wait := ask(board, rate, size)) > 0:
            clock.now += wait
        sent.append((clock.now, size))
    assert most_in_a_minute(sent, lambda _: 1) <= requests
    assert most_in_a_minute(sent, lambda one: one[1]) <= max(tokens, *(size for _, size in sent))


@pytest.mark.parametrize("rate", [Rate(60), Rate(7), Rate(None, 700)])
def test_who_always_asks_gets_nearly_all_of_it(rate: Rate) -> None:
    clock = Clock()
    board, turns = LocalBoard(clock), 20 * (rate.requests or 7)
    for _ in range(turns):
        while (wait := ask(board, rate, 100)) > 0:
            clock.now += wait
    assert clock.now <= 19 * MINUTE * (1 + 1.1 / PARTS)


def test_who_waits_longer_goes_first_and_who_died_waiting_holds_nobody_up() -> None:
    clock, rate = Clock(), Rate(1)
    board = LocalBoard(clock)
    assert ask(board, rate, who="first") == 0
    clock.now = 1.0
    wait = ask(board, rate, who="second")
    assert 59 <= wait <= 61
    clock.now = 2.0
    assert ask(board, rate, who="third") > 50
    clock.now = 1.0 + wait
    assert ask(board, rate, who="third") > 0, "the second was here before"
    assert ask(board, rate, who="second") == 0
    clock.now += 62
    assert ask(board, rate, who="third") == 0, "the wish of who was not heard of again has gone"


def test_somebody_with_people_waiting_goes_before_those_who_can_wait() -> None:
    clock, rate = Clock(), Rate(1)
    board = LocalBoard(clock)
    ask(board, rate)
    wait = ask(board, rate, who="patient")
    clock.now += wait
    assert ask(board, rate, who=None) == 0


def test_a_clock_that_is_put_back_stops_nobody_for_long() -> None:
    clock, rate = Clock(), Rate(1)
    board = LocalBoard(clock)
    clock.now = 1e6
    ask(board, rate)
    clock.now = 1000.0
    assert ask(board, rate) <= 2 * MINUTE + 2


def test_a_clock_that_is_put_back_forgets_nothing_that_was_taken() -> None:
    page: Page = {}
    for now in (1000.0, 1010.0, 1020.0):
        minute = Minute(page, now)
        minute.take(2, 50)
        minute.write()
    assert Minute(page, 1000.0 - 7 * MINUTE).taken == (6, 150)
