"""Several processes on one database at once: nothing twice, nothing left, no chain broken, and one clear sentence when it goes."""

import datetime as dt
import multiprocessing
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, func, insert, select, text, update

from assistant.domain.answers import Answer
from assistant.domain.filters import Filters
from assistant.errors import StoreError
from assistant.records.database import Database
from assistant.records.repository import Repository
from assistant.records.tables import model_calls, readings, stages
from evals.postgres import SAFE, Cluster, MissingError
from tests.records.builders import insight, reading, record

WORKERS, ROWS = 4, 2_000
UNTIL = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).isoformat(timespec="seconds")


def all_here(folder: Path) -> None:
    """Return when as many are here as there are processes: a slow start of the others must not leave one alone."""
    (folder / f"here-{uuid4()}").touch()
    ends = time.monotonic() + 60
    while len(list(folder.glob("here-*"))) < WORKERS and time.monotonic() < ends:
        time.sleep(0.01)


def lease_all(url: str, lock: str, ids: list[str]) -> list[str]:
    """What one process gets of everything, forty at a time; it notes each lease and each tenth call in the books."""
    all_here(Path(lock).parent)
    store, holder = Repository(Database(url, Path(lock))), f"w{os.getpid()}:"
    got: list[str] = []
    for at in range(0, len(ids), 40):
        mine = store.claim(ids[at : at + 40], "rules-1", "rules", holder, UNTIL)
        got += mine
        if mine:
            store.note(holder, "lease", next(iter(mine)), "", len(mine))
            store.access.spend("everybody", len(mine), 0.5)
            time.sleep(0.02)  # what is leased is read, and meanwhile others get their turn
    store.database.close()
    return got


def read_all(url: str, lock: str, ids: list[str]) -> int:
    """Reads the same records as every other process, with needs of its own."""
    store = Repository(Database(url, Path(lock)))
    for at in range(0, len(ids), 5):
        found = [store.record(one) for one in ids[at : at + 5]]
        store.save_readings([reading(one, insight(one), insight(one, aspect="price")) for one in found], "x-1", "rules")
    store.database.close()
    return len(ids)


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Four processes."""
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn")) as made:
        yield made


def at_once(pool: ProcessPoolExecutor, work: Callable[..., Any], store: Repository, ids: list[str]) -> list[Any]:
    """The results of four processes that each do the same; every second one goes the other way round."""
    ways = [ids if n % 2 else ids[::-1] for n in range(WORKERS)]
    lock = str(store.database.folder / "write.lock")
    return [one.result() for one in [pool.submit(work, store.database.url, lock, way) for way in ways]]


def test_of_four_processes_none_leases_what_another_has_and_nothing_is_left(
    store: Repository, pool: ProcessPoolExecutor
) -> None:
    made = [record(f"R-{n}", customer=f"C{n}") for n in range(ROWS)]
    store.save_records([(one, None) for one in made])
    got = at_once(pool, lease_all, store, [one.id for one in made])
    assert sum(len(some) for some in got) == len(set().union(*got)) == ROWS
    assert sum(1 for some in got if some) > 1
    assert store.ledger("rules-1").leased == ROWS
    book = store.verify_book()
    assert book.stands
    assert book.lines == store.count_noted() >= ROWS / 40
    assert store.access.spent() == (ROWS, book.lines * 0.5)


def test_four_processes_that_read_the_same_leave_each_need_once(store: Repository, pool: ProcessPoolExecutor) -> None:
    made = [record(f"R-{n}") for n in range(40)]
    store.save_records([(one, None) for one in made])
    assert at_once(pool, read_all, store, [one.id for one in made]) == [40] * WORKERS
    with store.database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(readings)) == 40
    assert len(store.insights_of([one.id for one in made])) == 80


def test_answers_given_at_once_in_one_talk_stand_one_after_the_other(store: Repository) -> None:
    answers = [Answer(f"an_{n}", f"问题{n}", "答", "rules") for n in range(8)]
    for one in answers:
        store.save_answer(one)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: store.conversations.add("talk", "李雷", one.id), answers))
    kept = store.conversations.answers("talk", "李雷")
    assert sorted(one.id for one in kept) == [one.id for one in answers]


def test_a_writer_has_the_database_for_itself(store: Repository) -> None:
    """Who goes beside others waits for a writer, and a writer for them."""
    seen: list[str] = []

    def beside() -> None:
        store.database.beside(lambda _: seen.append("beside"))

    with store.database.writing():
        other = threading.Thread(target=beside)
        other.start()
        time.sleep(0.2)
        seen.append("writer")
    other.join()
    assert seen == ["writer", "beside"]


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_block_each_other_both_come_through(store: Repository) -> None:
    rows: list[dict[str, Any]] = [{"name": name, "shaped_by": "", "receipt": {}, "at": ""} for name in ("a", "b")]
    with store.database.writing() as connection:
        connection.execute(insert(stages), rows)
    meet, tries = threading.Barrier(2), []

    def cross(first: str, then: str) -> None:
        def work(connection: Connection) -> None:
            tries.append(first)
            for name in (first, then):
                connection.execute(update(stages).where(stages.c.name == name).values(at=stages.c.at + first))
                if len(tries) <= 2 and name == first:
                    meet.wait(60)

        store.database.beside(work)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(cross, "ab", "ba"))
    with store.database.reading() as connection:
        assert {"".join(sorted(at)) for at in connection.scalars(select(stages.c.at))} == {"ab"}
    assert len(tries) == 3


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_fails_for_its_own_sake_fails_once(store: Repository) -> None:
    tries = []

    def wrong(connection: Connection) -> None:
        tries.append(connection.execute(text("SELECT 1")))
        connection.execute(text("SELECT 1/0"))

    with pytest.raises(StoreError, match="the database failed"):
        store.database.beside(wrong)
    assert len(tries) == 1


@pytest.mark.postgres
def test_a_server_that_is_killed_is_told_of_once_and_used_again(tmp_path: Path) -> None:
    try:
        cluster = Cluster(SAFE)
    except MissingError as missing:
        pytest.skip(str(missing))
    try:
        cluster.start()
        store = Repository(Database(cluster.create("voc"), tmp_path / "write.lock"))
        one = record("A-1")
        store.save_records([(one, None)])
        assert store.counting.totals(Filters()).records == 1
        with pytest.raises(StoreError, match="what was finished is kept"):
            _killed_half_way(store, cluster)
        with pytest.raises(StoreError, match="does not answer"):
            store.record(one.id)
        cluster.start()
        assert store.record(one.id).id == one.id
        store.save_records([(replace(one, status="closed"), None)])
        assert store.record(one.id).status == "closed"
        with store.database.reading() as connection:
            assert connection.scalar(select(func.count()).select_from(model_calls)) == 0
        store.database.close()
    finally:
        cluster.close()


@pytest.mark.postgres
def test_a_server_that_is_starting_up_is_waited_for(postgres: Cluster, postgres_url: str, tmp_path: Path) -> None:
    with TemporaryDirectory(dir="/tmp") as folder, socket.socket(socket.AF_UNIX) as rising:
        door = Path(folder) / SOCKET
        rising.bind(str(door))
        rising.listen()
        with ThreadPoolExecutor(1) as pool:
            refused = pool.submit(_refuse_twice, rising, door, postgres.folder / SOCKET)
            database = Database(postgres_url.replace(str(postgres.folder), folder), tmp_path / "write.lock")
            assert refused.result() == 2
        database.check()
        database.close()


SOCKET = ".s.PGSQL.5432"


def _refuse_twice(rising: socket.socket, door: Path, up: Path) -> int:
    """Says that it is starting up, as PostgreSQL says it; when it says so for the second time, the server itself is there."""
    said = b"SFATAL\0C57P03\0Mthe database system is starting up\0\0"
    for n in range(2):
        with rising.accept()[0] as client:
            client.recv(4096)
            if n:
                door.with_name("next").symlink_to(up)
                door.with_name("next").replace(door)
            client.sendall(b"E" + (4 + len(said)).to_bytes(4, "big") + said)
    return 2


def _killed_half_way(store: Repository, cluster: Cluster) -> None:
    with store.database.writing() as connection:
        connection.execute(insert(model_calls).values(_call("half")))
        cluster.kill()
        connection.execute(insert(model_calls).values(_call("other half")))


def _call(key: str) -> dict[str, Any]:
    return {
        "key": key,
        "model": "m",
        "prompt": "p",
        "answer": "{}",
        "prompt_tokens": 1,
        "completion_tokens": 1,
        "at": "",
    }
