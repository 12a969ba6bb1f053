"""An index over some texts that is gone afterwards."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine

from vectorstore import tables
from vectorstore.embedders.local import LocalEmbedder
from vectorstore.index import Passage, PassageIndex


def whole(documents: Mapping[str, str]) -> dict[str, list[Passage]]:
    """Every text as one passage."""
    return {key: [Passage(key, 0, 0, len(body), body)] for key, body in documents.items()}


@contextmanager
def indexed(*kinds: Mapping[str, Sequence[Passage]]) -> Iterator[PassageIndex]:
    """An index with the default embedder over passages of one or several kinds."""
    with tempfile.TemporaryDirectory(prefix="voc-eval-") as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'voc.db'}")
        with engine.begin() as connection:
            tables.metadata.create_all(connection)
            tables.create_full_text(connection)
        index = PassageIndex(engine, Path(folder) / "index", LocalEmbedder())
        for passages in kinds:
            kind = next((passage.kind for of_one in passages.values() for passage in of_one), "record")
            with engine.begin() as connection:
                index.replace(connection, passages, kind)
        index.bring_level()
        try:
            yield index
        finally:
            engine.dispose()
