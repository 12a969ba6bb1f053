"""One suite over both places of generations: directories of this machine and a real Chroma server.

Whatever happens to a place, searching it gives what exact search over the vectors in the database gives, the next
`bring_level` mends it, and no text is embedded again.
"""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine

from tests.vectorstore.building import new_engine, put, texts
from tests.vectorstore.nearness import alike
from vectorstore import chroma
from vectorstore.embedders.base import Vectors
from vectorstore.embedders.hashing import HashingEmbedder
from vectorstore.index import PassageIndex

TEXTS = texts()
QUERIES = ["热水器忽冷忽热", "门锁没电老人进不去", "师傅改时间 安装费"]
SOME = [f"d{at}" for at in range(0, 320, 3)]


class Counting(HashingEmbedder):
    """Counts the texts that it is paid for."""

    def __init__(self) -> None:
        super().__init__(64)
        self.paid = 0

    def embed_documents(self, texts: list[str]) -> Vectors:
        self.paid += len(texts)
        return super().embed_documents(texts)

    def embed_query(self, text: str) -> Vectors:
        vector: Vectors = HashingEmbedder(64).embed_documents([text])[0]
        return vector


@dataclass
class ChromaProgram:
    """The Chroma server (Rust) as it comes with the package, on loopback; may be stopped, wiped and started again."""

    folder: Path
    port: int
    running: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> bool:
        program = shutil.which("chroma", path=str(Path(sys.executable).parent))
        if program is None:
            return False
        command = [program, "run", "--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self.running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return True
            if self.running.poll() is not None:
                return False
            time.sleep(0.1)
        return False

    def stop(self) -> None:
        if self.running is not None:
            self.running.kill()
            self.running.wait()


@contextmanager
def running(folder: Path) -> Iterator[ChromaProgram]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        program = ChromaProgram(folder, probe.getsockname()[1])
    try:
        if not program.start():
            pytest.skip("the chroma server does not start here")
        yield program
    finally:
        program.stop()


@dataclass
class Bench:
    """An index at a place, and what knows the truth."""

    index: PassageIndex
    engine: Engine
    embedder: Counting
    directory: Path
    server: ChromaProgram | None

    def again(self) -> PassageIndex:
        """As another process would open it."""
        url = self.server.url if self.server else None
        return PassageIndex(
            self.engine, self.directory, self.embedder, chroma_url=url, exact_numbers=0, exact_allowed=10
        )

    def right(self, index: PassageIndex) -> bool:
        """True where all searches answer as exact search does."""
        plain = PassageIndex(self.engine, self.directory.parent / "elsewhere", self.embedder)
        found = [self.answers(one) for one in (index, plain)]
        assert all(found[1]), "the questions match something"
        return all(alike(one, other) for one, other in zip(*found, strict=True))

    @staticmethod
    def answers(index: PassageIndex) -> list[dict[str, float]]:
        asked = [(query, allowed) for query in QUERIES for allowed in (None, SOME)]
        found = [index.search(query, allowed=allowed, limit=12) for query, allowed in asked]
        return [{hit.document_id: hit.score for hit in hits} for hits in found]


@pytest.fixture(params=["directories", "server"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    embedder, engine = Counting(), new_engine(tmp_path)
    if request.param == "directories":
        index = PassageIndex(engine, tmp_path / "index", embedder, exact_numbers=0, exact_allowed=10)
        yield _filled(Bench(index, engine, embedder, tmp_path / "index", None))
        return
    with running(tmp_path / "server") as server:
        index = PassageIndex(
            engine, tmp_path / "index", embedder, chroma_url=server.url, exact_numbers=0, exact_allowed=10
        )
        yield _filled(Bench(index, engine, embedder, tmp_path / "index", server))


def _filled(bench: Bench) -> Bench:
    put(bench.index, bench.engine, TEXTS)
    bench.index.bring_level()
    assert bench.index.health().serving == "chroma"
    return bench


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
    assert bench.index.bring_level().generation != first
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
        collection = chroma.create_collection(bench.directory / "strange")
    else:
        full = next(each for each in chroma.list_remote(bench.server.url) if each.endswith(name))
        chroma.delete_remote(bench.server.url, full)
        collection = chroma.create_remote(bench.server.url, full)
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
