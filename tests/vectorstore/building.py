"""A small corpus and an index over it, for the tests of finding."""

import itertools
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine

from evals.postgres import Cluster
from vectorstore import tables
from vectorstore.embedders.base import Embedder, TrainableEmbedder
from vectorstore.embedders.hashing import HashingEmbedder
from vectorstore.index import Passage, PassageIndex

_numbers = itertools.count(1)
PARTS: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "corpus.toml").read_text(encoding="utf-8"))


def texts() -> dict[str, str]:
    """Document id → text, 320 of them."""
    combined = itertools.product(PARTS["products"], PARTS["faults"], PARTS["moods"])
    return {f"d{at}": f"{product}{fault},{mood}。" for at, (product, fault, mood) in enumerate(combined)}


_made: ContextVar[Callable[[], Engine] | None] = ContextVar("made", default=None)


@contextmanager
def on(cluster: Cluster) -> Iterator[None]:
    """While the block runs `new_engine` makes databases of this server; they go at the end."""
    engines: list[Engine] = []

    def make() -> Engine:
        engines.append(create_engine(cluster.create(f"index_{next(_numbers)}")))
        return engines[-1]

    token = _made.set(make)
    try:
        yield
    finally:
        _made.reset(token)
        for engine in engines:
            engine.dispose()
            cluster.drop(str(engine.url.database))


def new_engine(directory: Path) -> Engine:
    """A fresh database with the index's tables, on SQLite or where `on` says."""
    made = _made.get()
    engine = create_engine(f"sqlite:///{directory / 'voc.db'}") if made is None else made()
    with engine.begin() as connection:
        tables.metadata.create_all(connection)
        tables.create_full_text(connection)
    return engine


def put(index: PassageIndex, engine: Engine, documents: Mapping[str, str]) -> None:
    """Each document as one passage."""
    passages = {key: [Passage(key, 0, 0, len(body), body)] for key, body in documents.items()}
    with engine.begin() as connection:
        index.replace(connection, passages, "record")


def filled(
    directory: Path, documents: Mapping[str, str], embedder: Embedder | TrainableEmbedder | None = None, **options: Any
) -> tuple[PassageIndex, Engine]:
    """An index over these documents, brought level."""
    engine = new_engine(directory)
    index = PassageIndex(engine, directory / "index", embedder or HashingEmbedder(), **options)
    put(index, engine, documents)
    index.bring_level()
    return index, engine
