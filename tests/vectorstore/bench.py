"""An index at a place, on a real Chroma server too, beside what knows the truth."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.vectorstore.building import put, texts
from tests.vectorstore.nearness import alike
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

    def again(self, **options: Any) -> PassageIndex:
        """As another process would open it."""
        url = self.server.url if self.server else None
        return PassageIndex(
            self.engine, self.directory, self.embedder, chroma_url=url, exact_numbers=0, exact_allowed=10, **options
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


def level(bench: Bench) -> Bench:
    """All texts put in and brought level."""
    put(bench.index, bench.engine, TEXTS)
    bench.index.bring_level()
    assert bench.index.health().serving == "chroma"
    return bench
