"""Whose turn it is to ask the endpoint: within the rate, whichever process asks, and what one is told all heed."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.domain.boards import LocalBoard, Page, T, Work
from assistant.domain.pacing import Rate
from assistant.errors import ModelDownError, StoreError
from assistant.llm.pace import PATIENCE, Pace


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Away(LocalBoard):
    """A board that can't be reached so many times."""

    def __init__(self, times: int, clock: Time) -> None:
        super().__init__(clock)
        self.times = times

    def change(self, name: str, work: Work[T], keep: float) -> T:
        """See `Board.change`."""
        self._fail()
        return super().change(name, work, keep)

    def look(self, name: str) -> tuple[Page, float]:
        """See `Board.look`."""
        self._fail()
        return super().look(name)

    def _fail(self) -> None:
        self.times -= 1
        if self.times >= 0:
            raise StoreError("the database failed: the server does not answer")


def paced(requests: int | None = None, tokens: int | None = None) -> tuple[Pace, Time]:
    time = Time()
    return Pace(Rate(requests, tokens), LocalBoard(time), sleep=time.sleep), time


def test_as_many_as_the_limit_go_at_once_and_the_next_when_the_first_is_a_minute_old() -> None:
    pace, time = paced(requests=3)
    for _ in range(3):
        pace.turn(1)
    assert time.now == 0
    pace.turn(1)
    assert 60 <= time.now <= 62


def test_what_a_request_really_took_counts() -> None:
    pace, time = paced(tokens=100)
    pace.took(pace.turn(90), 10)
    assert pace.taken == (1, 10)
    pace.turn(90)
    assert time.now == 0
    pace.turn(1)
    assert 60 <= time.now <= 62


def test_a_request_above_the_limit_of_a_minute_is_sent_alone() -> None:
    pace, time = paced(tokens=100)
    pace.turn(50)
    pace.turn(500)
    assert 60 <= time.now <= 62
    pace.turn(1)
    assert 120 <= time.now <= 124


@pytest.mark.parametrize("rate", [Rate(), Rate(10), Rate(None, 1000)])
def test_all_processes_wait_when_the_endpoint_asks_one_for_it_but_nobody_for_an_hour(rate: Rate) -> None:
    time = Time()
    board = LocalBoard(time)
    told, other = (Pace(rate, board, sleep=time.sleep) for _ in range(2))
    told.hold(7)
    told.hold(3)
    other.turn(1)
    assert 7 <= time.now <= 7.1
    told.hold(3600)
    told.turn(1)
    assert 67 <= time.now <= 67.2


def test_processes_share_the_limit_and_who_waits_looks_a_few_times_only() -> None:
    time = Time()
    board, looks = LocalBoard(time), list[float]()

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        time.sleep(seconds)

    one, other = (Pace(Rate(2), board, sleep=sleep) for _ in range(2))
    assert [pace.turn(1).at for pace in (one, other)] == [0, 0]
    assert one.turn(1).at >= 60
    assert len(looks) <= 14


@pytest.mark.parametrize("rate", [Rate(1), Rate()])
def test_somebody_who_waits_is_told_instead(rate: Rate) -> None:
    time = Time()
    pace = Pace(rate, LocalBoard(time), sleep=time.sleep)
    pace.turn(1, quick=True)
    pace.hold(30)
    with pytest.raises(ModelDownError, match="VOC_LLM_RPM"):
        pace.turn(1, quick=True)
    assert time.now == 0


def test_threads_share_the_limit() -> None:
    pace, _ = paced(requests=50)
    with ThreadPoolExecutor(16) as pool:
        turns = list(pool.map(lambda _: pace.turn(1), range(100)))
    assert max(sum(one.at <= other.at < one.at + 60 for other in turns) for one in turns) <= 50


def test_what_can_not_be_counted_is_not_sent_until_it_can() -> None:
    time = Time()
    pace = Pace(Rate(5), Away(4, time), sleep=time.sleep)
    pace.turn(1)
    assert 0 < time.now < PATIENCE


def test_a_board_that_stays_away_is_told_of_and_waited_for_once() -> None:
    time = Time()
    board = Away(10_000, time)
    pace = Pace(Rate(5), board, sleep=time.sleep)
    for _ in range(3):
        with pytest.raises(StoreError):
            pace.turn(1)
    with pytest.raises(ModelDownError, match="limits"):
        pace.turn(1, quick=True)
    assert PATIENCE <= time.now <= PATIENCE + 1
    board.times = 0
    pace.turn(1)
    board.times = 2
    pace.turn(1)


def test_where_there_is_no_limit_nothing_is_waited_for_and_what_can_not_be_told_costs_no_answer() -> None:
    time = Time()
    pace = Pace(Rate(), Away(10_000, time), sleep=time.sleep)
    pace.hold(5)
    pace.took(pace.turn(1), 5)
    assert time.now == 0
