"""How often somebody may come, at two services on one database: never above the limit, and the database is asked seldom."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.limits import SHARE, Buckets
from assistant.domain.boards import LocalBoard, T, Work
from assistant.errors import StoreError
from assistant.records.database import Database
from assistant.records.limit_store import LimitStore, board_of


class Clock:
    """A clock that is put where one likes."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Counting(LocalBoard):
    """A board that counts how often it is asked, and may be away."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.asked, self.away = 0, False

    def change(self, name: str, work: Work[T], keep: float) -> T:
        """See `Board.change`."""
        self.asked += 1
        if self.away:
            raise StoreError("the database failed: the server does not answer")
        return super().change(name, work, keep)


def two(clock: Clock) -> tuple[list[Buckets], Counting]:
    board = Counting(clock)
    return [Buckets(board, clock) for _ in range(2)], board


@settings(deadline=None)
@given(st.integers(1, 400), st.lists(st.tuples(st.booleans(), st.floats(0, 2)), min_size=1, max_size=400))
def test_in_no_minute_are_more_let_in_than_the_limit(most: int, comings: list[tuple[bool, float]]) -> None:
    clock = Clock()
    (one, other), _ = two(clock)
    let_in: list[float] = []
    for at_one, later in comings:
        clock.now += later
        if (one if at_one else other).take("key", most) <= 0:
            let_in.append(clock.now)
    assert max((sum(at <= then < at + 60 for then in let_in) for at in let_in), default=0) <= most


@pytest.mark.parametrize("most", [1, 5, 60, 600])
def test_of_two_busy_services_together_nearly_all_get_in(most: int) -> None:
    clock = Clock()
    services, _ = two(clock)
    let_in = 0
    for n in range(20 * most):
        clock.now += 6 / most  # ten times as many as may
        let_in += services[n % 2].take("key", most) <= 0
    minutes = 20 * 6 / 60
    assert most * minutes * (1 - 3 / SHARE) <= let_in <= most * (minutes + 1)


def test_a_busy_key_s_requests_ask_the_database_seldom() -> None:
    clock = Clock()
    (one, _), board = two(clock)
    for _ in range(500):
        clock.now += 0.01
        assert one.take("key", 600) == 0
    assert board.asked <= 500 / 20


def test_who_is_turned_away_again_and_again_does_not_ask_the_database_each_time() -> None:
    clock = Clock()
    (one, _), board = two(clock)
    one.take("key", 1)
    waits = []
    for _ in range(100):
        clock.now += 0.001
        waits.append(one.take("key", 1))
    assert all(59 <= wait <= 62 for wait in waits)
    assert board.asked <= 3


def test_what_a_service_did_not_use_is_there_for_others() -> None:
    clock = Clock()
    (one, other), _ = two(clock)
    for _ in range(2):
        assert one.take("key", 60) == 0
    clock.now += 4
    one.take("key", 60)
    assert sum(other.take("key", 60) <= 0 for _ in range(60)) >= 54


def test_names_are_apart_and_stand_nowhere() -> None:
    clock = Clock()
    (one, _), board = two(clock)
    assert [one.take(name, 1) > 0 for name in ("name 李雷", "name 韩梅梅", "name 李雷")] == [False, False, True]
    assert board.look("often name 李雷")[0] == {}


def test_while_the_database_is_away_each_service_counts_alone() -> None:
    clock = Clock()
    (one, other), board = two(clock)
    board.away = True
    assert [service.take("key", 1) > 0 for service in (one, one, other, other)] == [False, True, False, True]


@pytest.fixture
def board(tmp_path: Path) -> Iterator[LimitStore]:
    database = Database(f"sqlite:///{tmp_path / 'voc.db'}", tmp_path / "write.lock")
    made = board_of(database)
    assert isinstance(made, LimitStore)
    yield made
    database.close()


def test_two_services_on_one_data_directory_share_the_limit(board: LimitStore) -> None:
    services = [Buckets(board), Buckets(board)]
    assert [services[n % 2].take("key", 5) <= 0 for n in range(7)] == [True] * 5 + [False] * 2
