"""One suite over both places of generations: directories of this machine and a real Chroma server.

Whatever happens to a place, searching it gives what exact search over the vectors in the database gives, the next
`bring_level` mends it, and no text is embedded again.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.vectorstore.bench import TEXTS, Bench, Counting, level, running
from tests.vectorstore.building import new_engine, put
from vectorstore import chroma
from vectorstore.index import PassageIndex


@pytest.fixture(params=["directories", "server"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    embedder, engine = Counting(), new_engine(tmp_path)
    if request.param == "directories":
        index = PassageIndex(engine, tmp_path / "index", embedder, exact_numbers=0, exact_allowed=10)
        yield level(Bench(index, engine, embedder, tmp_path / "index", None))
        return
    with running(tmp_path / "server") as server:
        index = PassageIndex(
            engine, tmp_path / "index", embedder, chroma_url=server.url, exact_numbers=0, exact_allowed=10
        )
        yield level(Bench(index, engine, embedder, tmp_path / "index", server))


def test_added_changed_and_deleted(bench: Bench) -> None:
    assert bench.right(bench.index)
    put(bench.index, bench.engine, {"new": "热水器忽冷忽热,水温不稳", "d3": "遥控器失灵"})
    with bench.engine.begin() as connection:
        bench.index.remove(connection, ["d0", "d1"])
    bench.index.bring_level()
    assert bench.right(bench.index)
    assert bench.right(bench.again())
    assert {hit.document_id for hit in bench.index.search("热水器忽冷忽热", limit=50)} & {"new", "d0", "d1"} == {"new"}
    first = bench.index.health().generation
    put(bench.index, bench.engine, {f"x{at}": f"遥控器失灵,第{at}次" for at in range(90)})
    assert (bench.index.bring_level().generation == first) == (bench.server is not None), "a server's is written on"
    assert bench.right(bench.index)
    assert bench.index.remains() == [bench.index.health().generation], "what is not used is removed"


def _lost(bench: Bench) -> None:
    """The place is empty: the directory deleted, the server's disk wiped."""
    if bench.server is None:
        shutil.rmtree(bench.directory)
        return
    bench.server.stop()
    shutil.rmtree(bench.server.folder)
    bench.server.start()


def _others(bench: Bench) -> None:
    """As many vectors as before, under the same rows, but somebody else's."""
    name = bench.index.remains()[0]
    rows = np.arange(1, len(TEXTS) + 1)
    strange = np.random.default_rng(3).normal(size=(len(TEXTS), 64)).astype(np.float32)
    if bench.server is None:
        collection = chroma.create_collection(bench.directory / "strange", 10)
    else:
        full = next(each for each in chroma.list_remote(bench.server.url) if each.endswith(name))
        chroma.delete_remote(bench.server.url, full)
        collection = chroma.create_remote(bench.server.url, full, 10)
    collection.add(rows, strange)
    collection.close()
    if bench.server is None:
        shutil.rmtree(bench.directory / "generations" / name)
        (bench.directory / "strange").rename(bench.directory / "generations" / name)


@pytest.mark.parametrize("harm", [_lost, _others])
@pytest.mark.parametrize("while_open", [True, False])
def test_harm_is_seen_survived_and_mended(bench: Bench, harm: Callable[[Bench], None], while_open: bool) -> None:
    paid, before = bench.embedder.paid, bench.index.health().generation
    if while_open:
        assert bench.right(bench.index)
    harm(bench)
    if not (while_open and harm is _others):  # what is open and swapped under the hand is seen by the next process
        assert bench.right(bench.index)
    other = bench.again()
    assert bench.right(other)
    assert other.health().damaged
    assert other.bring_level().generation != before
    assert bench.embedder.paid == paid, "vectors are kept in the database: nothing is paid for twice"
    health = other.health()
    assert (health.damaged, health.serving) == (None, "chroma")
    assert any(before in event and "built anew" in event for event in health.events if before)
    assert bench.right(other)


def test_a_server_that_is_down_and_comes_back(bench: Bench) -> None:
    if bench.server is None:
        pytest.skip("a directory is never down")
    assert bench.right(bench.index)
    generation = bench.index.health().generation
    bench.server.stop()
    assert bench.right(bench.index)
    assert bench.right(bench.again())
    assert bench.again().health().damaged
    bench.server.start()
    other = bench.again()
    assert (other.health().damaged, other.health().serving) == (None, "chroma")
    assert other.bring_level().generation == generation
    assert bench.right(other)
