"""A process that is killed by itself (SIGKILL) at a named point while it brings an index level: DATABASE DIRECTORY POINT."""

import os
import signal
import sys
from pathlib import Path

from sqlalchemy import create_engine

from vectorstore import chroma, levelling
from vectorstore.embedders.base import Vectors
from vectorstore.embedders.hashing import HashingEmbedder
from vectorstore.generations import Generations
from vectorstore.places import Directories
from vectorstore.vectors import Picture

DIM = 64


def end() -> None:
    """As `kill -9` does it: nothing is tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)


class DyingEmbedder(HashingEmbedder):
    """Ends the process before its second batch where that is the point."""

    def __init__(self, point: str) -> None:
        super().__init__(DIM)
        self.left = 1 if point == "embedding" else 10_000

    def embed_documents(self, texts: list[str]) -> Vectors:
        if self.left == 0:
            end()
        self.left -= 1
        return super().embed_documents(texts)


class DyingPlace(Directories):
    """Directories that end the process at a point."""

    def __init__(self, root: Path, point: str) -> None:
        super().__init__(root)
        self.point = point

    def create(self, name: str, expected: int) -> chroma.Collection:
        made = super().create(name, expected)
        self.at("created")
        return made

    def put_aside(self, name: str, part: Picture) -> None:
        super().put_aside(name, part)
        self.at("filling")

    def seal(self, name: str) -> str:
        self.at("filled")
        manifest = super().seal(name)
        self.at("sealed")
        return manifest

    def names(self) -> list[str]:
        self.at("serving")
        return super().names()

    def at(self, point: str) -> None:
        if point == self.point:
            end()


if __name__ == "__main__":
    engine, folder, named = create_engine(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    generations = Generations(engine, DyingPlace(folder / "index" / "generations", named))
    levelling.bring_level(engine, generations, DyingEmbedder(named), None)
