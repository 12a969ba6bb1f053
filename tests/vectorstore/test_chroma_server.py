"""A generation on a real Chroma server is written on: bit by bit, by several, mended, and done without while it is down."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from evals.postgres import Cluster
from tests.vectorstore.bench import SOME, TEXTS, Bench, Counting, level, running
from tests.vectorstore.building import new_engine, on, put
from vectorstore import chroma
from vectorstore.errors import IndexUnusableError
from vectorstore.index import PassageIndex
from vectorstore.serving import ChromaNeighbours, StoredNeighbours
from vectorstore.vectors import picture


def _wait(question: Callable[[], bool]) -> bool:
    """True as soon as it is; False after a while."""
    until = time.monotonic() + 60
    while not question() and time.monotonic() < until:
        time.sleep(0.2)
    return question()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Bench]:
    """A bench on a server whose vectors are too many to be held in memory instead."""
    with running(tmp_path / "server") as server:
        bench = Bench(None, new_engine(tmp_path), Counting(), tmp_path / "index", server)  # type: ignore[arg-type]
        bench.index = bench.again(stand_in_numbers=0)
        yield level(bench)


def test_where_the_server_is_killed_full_text_finds_until_it_is_back(
    served: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    assert served.server is not None
    served.index.search("热水器忽冷忽热")
    whole, few = served.index.neighbours, SOME[:4]
    served.server.stop()
    assert served.index.search("热水器忽冷忽热")
    assert {hit.document_id for hit in served.index.search("热水器忽冷忽热", allowed=few)} <= set(few)
    with served.engine.connect() as connection:
        assert isinstance(whole(connection), StoredNeighbours)
    assert served.index.health().serving == "full text"
    assert "the vectors in the database serve instead" in caplog.text
    served.server.start()

    def recovered() -> bool:
        with served.engine.connect() as connection:
            return isinstance(whole(connection), ChromaNeighbours)

    assert _wait(recovered), "the same process asks the server again"
    assert served.right(served.index)
    assert "serves again" in caplog.text


def test_a_server_is_written_to_bit_by_bit(served: Bench) -> None:
    generation = served.index.health().generation
    for at in range(3):
        put(served.index, served.engine, {f"n{at}-{i}": f"遥控器失灵,第{i}次,第{at}台" for i in range(90)})
        with served.engine.begin() as connection:
            served.index.remove(connection, [f"d{each}" for each in range(at * 20, at * 20 + 20)])
        served.index.bring_level()
        health = served.index.health()
        assert (health.generation, health.delta, health.damaged) == (generation, 0, None)
        assert health.generation_passages == health.passages == len(TEXTS) + 70 * (at + 1)
        assert served.right(served.index)


def _collection(bench: Bench) -> chroma.Collection:
    assert bench.server is not None
    (name,) = chroma.list_remote(bench.server.url)
    return chroma.open_remote(bench.server.url, name)


def test_missing_and_surplus_vectors_are_mended(served: Bench) -> None:
    collection, generation = _collection(served), served.index.health().generation
    held = collection.rows()
    collection.take_out(held[:3])
    collection.put(np.array([100_000, 100_001]), np.eye(2, 64, dtype=np.float32))
    strays = np.array([max(held) + 5])
    collection.put(strays, np.eye(1, 64, dtype=np.float32))
    put(served.index, served.engine, {f"n{at}": f"遥控器失灵,第{at}次" for at in range(9)})
    with served.engine.begin() as connection:
        served.index.remove(connection, ["n3", "n4", "n5", "n6", "d9"])
    served.index.bring_level()
    assert served.index.health().generation == generation
    with served.engine.connect() as connection:
        there = picture(connection, served.embedder.identity).rows
    assert np.array_equal(np.setdiff1d(collection.rows(), [100_000, 100_001]), there)
    assert served.right(served.index)


def test_two_writers_keep_one_collection_up(served: Bench) -> None:
    _written_by_two(served)


@pytest.mark.postgres
def test_two_writers_on_a_server_of_the_database_too(postgres: Cluster, tmp_path: Path) -> None:
    with on(postgres), running(tmp_path / "server") as server:
        bench = Bench(None, new_engine(tmp_path), Counting(), tmp_path / "index", server)  # type: ignore[arg-type]
        bench.index = bench.again(stand_in_numbers=0)
        _written_by_two(level(bench))


def _written_by_two(served: Bench) -> None:
    paid, other = served.embedder.paid, served.again()
    generation = served.index.health().generation

    def write(index: PassageIndex, name: str) -> None:
        for at in range(4):
            put(index, served.engine, {f"{name}{at}-{i}": f"{name}遥控器失灵,第{i}次,第{at}台" for i in range(20)})
            with suppress(IndexUnusableError):  # another is at it, and takes these in or leaves them to the next
                index.bring_level()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, (served.index, other), "ab"))
    served.index.bring_level()
    health = served.again().health()
    assert (health.generation, health.delta, health.damaged) == (generation, 0, None)
    assert health.generation_passages == health.passages == len(TEXTS) + 160
    assert served.embedder.paid == paid + 160, "every text is embedded once"
    assert served.right(served.again())
