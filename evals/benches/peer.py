"""The peer: texts into Chroma the way LangChain's `Chroma.from_texts` puts them, with the same embedder.

Run as ``python -m evals.benches.peer DATA ASIDE COUNT [URL]``; the local embedder is fitted on the texts as ours is, and
that counts for both. With an endpoint's address, LangChain's own embedder asks that instead, as LangChain does: one
request after the other. Texts are found when the first search has answered. What Python loads before counts for us and
not for the peer. Where `langchain_text_splitters` and `langchain_chroma` are installed they are used; they are no
dependencies of the product, so else the calls that they make are made here, and the name of the way says so (texts as
short as these are left whole by the splitter).
"""

import importlib
import json
import sys
import time
import uuid
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from sqlalchemy import select

from assistant.bootstrap import open_app
from assistant.settings import load_settings
from evals.benches.endpoint import AT_ONCE
from evals.benches.texts import queries
from vectorstore.embedders.base import Embedder
from vectorstore.embedders.local import LocalEmbedder
from vectorstore.tables import passages

ASKED, FIRST = 100, 200
SHARE = 50


class Lists:
    """LangChain's `Embeddings` over one of our embedders: lists of floats out."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One list per text."""
        found: list[list[float]] = self.embedder.embed_documents(texts).tolist()
        return found

    def embed_query(self, text: str) -> list[float]:
        """One list."""
        found: list[float] = self.embedder.embed_query(text).tolist()
        return found


class Listing(Protocol):
    """What LangChain calls embeddings."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One list per text."""
        ...

    def embed_query(self, text: str) -> list[float]:
        """One list."""
        ...


def _asking(url: str) -> Listing:
    made: Listing = importlib.import_module("langchain_openai").OpenAIEmbeddings(
        model="m", base_url=url, api_key="none", check_embedding_ctx_length=False, chunk_size=AT_ONCE
    )
    return made


def measured(data: Path, aside: Path, count: int, url: str | None = None) -> dict[str, Any]:
    """Texts a second from nothing and for each second of processor time, and milliseconds of a search plain and with `where`."""
    app = open_app(load_settings(data_dir=data, database_url=None))
    with app.store.database.reading() as connection:
        texts = list(connection.scalars(select(passages.c.text).order_by(passages.c.row).limit(count)))
    embedding: Listing = _asking(url) if url else Lists(LocalEmbedder().fit(texts[:FIRST]))  # loads what it needs
    embedding.embed_documents(texts[:FIRST])
    started, worked = time.perf_counter(), time.process_time()
    if not url:
        trainer = LocalEmbedder()
        embedding = Lists(trainer.fit(texts[: trainer.sample]))
    fitted = time.perf_counter() - started
    texts = _split(texts)
    told = [{"product": f"p{at % SHARE}"} for at in range(len(texts))]
    way, query = _langchain(texts, embedding, told, aside) if find_spec("langchain_chroma") else _by_hand(
        texts, embedding, told, aside
    )  # fmt: skip
    query(texts[0][:20], None)
    seconds, processor = time.perf_counter() - started, time.process_time() - worked
    p50 = {name: _p50(query, where) for name, where in (("p50", None), ("where_p50", {"product": "p1"}))}
    rates = {"rate": count / seconds, "processor": count / processor, "fitting": fitted}
    return {"way": way, "texts": count, **rates, **p50}


def _split(texts: list[str]) -> list[str]:
    if not find_spec("langchain_text_splitters"):
        return texts
    splitters = importlib.import_module("langchain_text_splitters")  # looked for by name, as above
    split: list[str] = [
        part
        for text in texts
        for part in splitters.RecursiveCharacterTextSplitter(chunk_size=500, chunk_overlap=50).split_text(text)
    ]
    return split


Query = Callable[[str, dict[str, Any] | None], Any]


def _langchain(
    texts: list[str], embedding: Listing, told: list[dict[str, Any]], aside: Path
) -> tuple[str, Query]:  # fmt: skip
    chroma = importlib.import_module("langchain_chroma").Chroma  # looked for by name: it need not be there
    store = chroma.from_texts(texts, embedding, metadatas=told, persist_directory=str(aside))
    return "langchain_chroma.Chroma.from_texts", lambda text, where: store.similarity_search(text, 10, filter=where)


def _by_hand(
    texts: list[str], embedding: Listing, told: list[dict[str, Any]], aside: Path
) -> tuple[str, Query]:  # fmt: skip
    chromadb = importlib.import_module("chromadb")  # by name: in the product only `vectorstore` knows it
    client = chromadb.PersistentClient(path=str(aside), settings=chromadb.Settings(anonymized_telemetry=False))
    collection = client.create_collection("langchain", embedding_function=None)
    most = client.get_max_batch_size()
    for at in range(0, len(texts), most):
        part = slice(at, at + most)
        collection.upsert(
            ids=[str(uuid.uuid4()) for _ in texts[part]],
            embeddings=embedding.embed_documents(texts[part]),
            documents=texts[part],
            metadatas=told[part],
        )
    return "Chroma.from_texts (its calls by hand)", lambda text, where: collection.query(
        query_embeddings=[embedding.embed_query(text)], n_results=10, where=where,
        include=["metadatas", "documents", "distances"],
    )  # fmt: skip


def _p50(query: Query, where: dict[str, Any] | None) -> float:
    taken = []
    for text in queries(ASKED):
        started = time.perf_counter()
        query(text, where)
        taken.append(1000 * (time.perf_counter() - started))
    return float(np.median(taken))


if __name__ == "__main__":
    print(json.dumps(measured(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:5])))
