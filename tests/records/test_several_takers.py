"""Four processes that share limits through the database: never above them, nearly all of them used, the dead hold nothing."""

import multiprocessing
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from assistant.domain.boards import Page
from assistant.domain.engine import Usage
from assistant.domain.pacing import Rate
from assistant.errors import StoreError
from assistant.llm.budget import BudgetExceeded, Most, Spending
from assistant.llm.pace import Pace
from assistant.llm.pricing import Price
from assistant.llm.purse import Purse, Sum
from assistant.records.database import Database
from assistant.records.limit_store import LimitStore, board_of

WORKERS = 4
WINDOW, REQUESTS, TOKENS = 0.8, 40, 3_000
"""A minute of eight tenths of a second, so that three of them do not take three minutes."""
_all: Any = None
"""Where each process waits for the others: a slow start of theirs must not leave one alone."""
BUDGET, MOST = 12_000, Most(100, 60, Price(2.0, 8.0, "CNY"))
DYING = """
import os, signal, sys
from pathlib import Path
from assistant.llm.purse import Purse, Sum
from assistant.records.database import Database
from assistant.records.limit_store import board_of

board = board_of(Database(sys.argv[1], Path(sys.argv[2])))
assert Purse(board, "run job", 100, None).set_aside("dead", Sum(100), lease=float(sys.argv[3])) is None
os.kill(os.getpid(), signal.SIGKILL)
"""


def know(barrier: Any) -> None:
    global _all  # noqa: PLW0603 - how a process of a pool is given a barrier
    _all = barrier


def take_turns(url: str, lock: str, seconds: float) -> list[tuple[float, int]]:
    """The moments, by the database's clock, of the turns that one process gets in so many seconds, and what they took."""
    database = Database(url, Path(lock))
    pace = Pace(Rate(REQUESTS, TOKENS, WINDOW), board_of(database), "turns")
    _all.wait(60)
    got: list[tuple[float, int]] = []
    while not got or got[-1][0] < got[0][0] + seconds:
        turn = pace.turn(60)
        pace.took(turn, 50)
        got.append((turn.at, 50))
    database.close()
    return got


def spend(url: str, lock: str) -> list[int]:
    """What the calls of one process take until the budget that all share is used up."""
    database = Database(url, Path(lock))
    spending = Spending(BUDGET, board=board_of(database))
    _all.wait(60)
    paid: list[int] = []
    with spending.shared("job"):
        while True:
            try:
                reserved = spending.reserve(MOST)
            except BudgetExceeded:
                break
            time.sleep(0.002)
            cost = Usage(1, 90 + len(paid) % 10, 10 + len(paid) % 50)
            spending.settle(reserved, cost)
            paid.append(cost.prompt_tokens + cost.completion_tokens)
    assert sum(paid) == spending.total.prompt_tokens + spending.total.completion_tokens
    database.close()
    return paid


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Four processes."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, spawn, initializer=know, initargs=(spawn.Barrier(WORKERS),)) as made:
        yield made


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    made = Database(database_url, tmp_path / "write.lock")
    yield made
    made.close()


@pytest.fixture
def board(database: Database) -> LimitStore:
    made = board_of(database)
    assert isinstance(made, LimitStore)
    return made


def by_all(pool: ProcessPoolExecutor, work: Callable[..., Any], database: Database, *how: Any) -> list[Any]:
    lock = str(database.folder / "write.lock")
    return [one.result() for one in [pool.submit(work, database.url, lock, *how) for _ in range(WORKERS)]]


def test_in_no_minute_four_processes_have_more_turns_than_the_limit(
    database: Database, pool: ProcessPoolExecutor
) -> None:
    got = sorted(turn for turns in by_all(pool, take_turns, database, 2.5 * WINDOW) for turn in turns)
    moments = [at for at, _ in got]
    most = max(sum(at <= other < at + WINDOW for other in moments) for at in moments)
    assert most <= REQUESTS
    assert most > REQUESTS / 2, "the limit is used, not only kept"
    assert max(sum(took for other, took in got if at <= other < at + WINDOW) for at, _ in got) <= TOKENS


def test_four_processes_spend_the_budget_of_their_job_and_not_a_token_more(
    database: Database, pool: ProcessPoolExecutor
) -> None:
    paid = sum(sum(calls) for calls in by_all(pool, spend, database))
    assert BUDGET - MOST.tokens < paid <= BUDGET


def test_what_a_killed_process_had_set_aside_comes_back(database: Database, board: LimitStore) -> None:
    lock = str(database.folder / "write.lock")
    died = subprocess.run([sys.executable, "-c", DYING, database.url, lock, "1.5"], check=False)
    assert died.returncode == -9
    purse, until = Purse(board, "run job", 100, None), time.monotonic() + 60
    while purse.set_aside("alive", Sum(100)) is not None:
        assert time.monotonic() < until
        time.sleep(0.1)
    page, _ = board.look("run job")
    assert list(page["aside"]) == ["alive"]


def test_a_page_is_one_s_own_and_the_moment_is_when_it_became_so(database: Database, board: LimitStore) -> None:
    other, begun, moments = board_of(database), threading.Event(), list[float]()

    def slow(page: Page, now: float) -> None:
        begun.set()
        time.sleep(0.3)
        page["said"] = "first"
        moments.append(now)

    def then(page: Page, now: float) -> str:
        moments.append(now)
        return str(page["said"])

    board.change("a", lambda page, _: page.update(made=True), 60)
    first = threading.Thread(target=lambda: board.change("a", slow, 60))
    first.start()
    begun.wait(30)
    assert other.change("a", then, 60) == "first"
    first.join()
    assert moments[1] - moments[0] >= 0.29


def test_pages_are_told_apart_forgotten_and_swept_when_they_mean_nothing_any_more(board: LimitStore) -> None:
    for name in ("a", "b"):
        board.change(name, lambda page, _, name=name: page.update(name=name), -1 if name == "b" else 60)  # type: ignore[misc]
    assert [board.look(name)[0] for name in ("a", "b", "c")] == [{"name": "a"}, {"name": "b"}, {}]
    board.change("c", lambda page, _: page.update(name="c"), 60)
    assert board.look("b")[0] == {}, "what is over goes when something new comes"
    board.forget("a")
    assert board.look("a")[0] == {}


def test_work_that_fails_changes_nothing(board: LimitStore) -> None:
    def fail(page: Page, _: float) -> None:
        page["half"] = True
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        board.change("a", fail, 60)
    assert board.look("a")[0] == {}


def test_a_damaged_file_is_said_to_be_so_and_holds_nothing_of_worth(tmp_path: Path) -> None:
    (tmp_path / "limits.db").write_bytes(b"no database" * 1000)
    database = Database(f"sqlite:///{tmp_path / 'voc.db'}", tmp_path / "write.lock")
    with pytest.raises(StoreError, match=r"limits\.db can't be used: it is damaged"):
        board_of(database).look("a")
    database.close()


def test_a_file_that_was_removed_beneath_a_process_is_made_anew(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'voc.db'}", tmp_path / "write.lock")
    board = board_of(database)
    board.change("a", lambda page, _: page.update(before=True), 60)
    (tmp_path / "limits.db").unlink()
    with pytest.raises(StoreError):
        board.change("a", lambda page, _: page.update(lost=True), 60)
    board.change("a", lambda page, _: page.update(after=True), 60)
    assert board_of(database).look("a")[0] == {"after": True}
    database.close()
