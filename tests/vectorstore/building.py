"""A small corpus and an index over it, for the tests of finding."""

import itertools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine

from vectorstore import tables
from vectorstore.embedders.base import Embedder, TrainableEmbedder
from vectorstore.embedders.hashing import HashingEmbedder
from vectorstore.index import Passage, PassageIndex

PARTS: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "corpus.toml").read_text(encoding="utf-8"))


def texts() -> dict[str, str]:
    """Document id → text, 320 of them."""
    combined = itertools.product(PARTS["products"], PARTS["faults"], PARTS["moods"])
    return {f"d{at}": f"{product}{fault},{mood}。" for at, (product, fault, mood) in enumerate(combined)}


def new_engine(directory: Path) -> Engine:
    """A fresh database with the index's tables."""
    engine = create_engine(f"sqlite:///{directory / 'voc.db'}")
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
