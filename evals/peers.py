"""Other ways to search, for comparison: BM25 on words and on bigrams, nearest vectors alone, and LangChain's plain way."""

import atexit
import importlib
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from vectorstore.embedders.base import Embedder
from vectorstore.text import Analyzer, grams, normalise

Search = Callable[[str, int], list[str]]
"""A question and how many are wanted → ids, best first."""
K1, B = 1.2, 0.75
Retrieve = Callable[[str, int], list[tuple[str, str]]]
"""A question and how many are wanted → (id, chunk of its text), nearest first."""
CHUNK, OVERLAP = 500, 50


def bm25(documents: Mapping[str, str], cut: Callable[[str], Sequence[str]]) -> Search:
    """Okapi BM25 (Robertson et al. 1994) over the tokens that `cut` makes."""
    from sklearn.feature_extraction.text import CountVectorizer  # slow to load: late

    ids = list(documents)
    counter = CountVectorizer(analyzer=cut)
    counts = counter.fit_transform(documents.values()).astype(np.float64)
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    found_in = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log1p((len(ids) - found_in + 0.5) / (found_in + 0.5))
    saturation = np.repeat(K1 * (1 - B + B * lengths / lengths.mean()), np.diff(counts.indptr))
    counts.data = counts.data * (K1 + 1) / (counts.data + saturation) * idf[counts.indices]

    def search(question: str, limit: int) -> list[str]:
        asked = (counter.transform([question]) > 0).astype(np.float64)
        return _best(ids, np.asarray((counts @ asked.T).todense()).ravel(), limit)

    return search


def bm25_words(documents: Mapping[str, str]) -> Search:
    """BM25 on jieba's words."""
    return bm25(documents, Analyzer().words)


def bm25_bigrams(documents: Mapping[str, str]) -> Search:
    """BM25 on characters and their pairs."""
    return bm25(documents, lambda text: grams(normalise(text)))


def nearest(documents: Mapping[str, str], embedder: Embedder) -> Search:
    """Every whole text embedded, nearest by cosine."""
    ids = list(documents)
    matrix = embedder.embed_documents(list(documents.values()))
    return lambda question, limit: _best(ids, matrix @ embedder.embed_query(question), limit)


def naive(documents: Mapping[str, str], embedder: Embedder) -> tuple[str, Search]:
    """`plain_retriever`, of which only the documents are looked at; and what it is called."""
    name, retrieve = plain_retriever(documents, embedder)
    return name, lambda question, limit: [key for key, _ in retrieve(question, 4 * limit)]


def plain_retriever(documents: Mapping[str, str], embedder: Embedder) -> tuple[str, Retrieve]:
    """A recursive text splitter, `Chroma.from_texts` with its defaults, `similarity_search`; and what it is called.

    Where LangChain's two packages are installed they are used. They are no dependency of the product; else the calls
    that they make are made here, and the name says so.
    """
    packages = ("langchain_chroma", "langchain_text_splitters")
    if all(find_spec(name) for name in packages):
        return "langchain", _langchain(documents, embedder)
    return "langchain_by_hand", _by_hand(documents, embedder)


def _langchain(documents: Mapping[str, str], embedder: Embedder) -> Retrieve:
    from vectorstore.langchain import EmbedderEmbeddings  # loads langchain: late

    chroma = importlib.import_module("langchain_chroma").Chroma  # by name: it need not be there
    splitter = importlib.import_module("langchain_text_splitters").RecursiveCharacterTextSplitter
    chunks = [
        (key, chunk)
        for key, body in documents.items()
        for chunk in splitter(chunk_size=CHUNK, chunk_overlap=OVERLAP).split_text(body)
    ]
    store = chroma.from_texts(
        [chunk for _, chunk in chunks], EmbedderEmbeddings(embedder), metadatas=[{"id": key} for key, _ in chunks]
    )
    return lambda question, limit: [
        (found.metadata["id"], found.page_content)
        for found in store.similarity_search(question, k=min(limit, len(chunks)))
    ]


def _by_hand(documents: Mapping[str, str], embedder: Embedder) -> Retrieve:
    chromadb = importlib.import_module("chromadb")  # by name: in the product only `vectorstore` knows it
    chunks = [(key, chunk) for key, body in documents.items() for chunk in _split(body)]
    folder = tempfile.mkdtemp(prefix="voc-peer-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # Chroma holds its files as long as the process lives
    client = chromadb.PersistentClient(path=folder, settings=chromadb.Settings(anonymized_telemetry=False))
    collection: Any = client.create_collection("langchain", embedding_function=None)
    for start in range(0, len(chunks), 5_000):
        part = chunks[start : start + 5_000]
        collection.upsert(
            ids=[str(start + at) for at in range(len(part))],
            embeddings=embedder.embed_documents([chunk for _, chunk in part]),
        )

    def search(question: str, limit: int) -> list[tuple[str, str]]:
        found = collection.query(embedder.embed_query(question)[None], n_results=min(limit, len(chunks)))
        return [chunks[int(key)] for key in found["ids"][0]]

    return search


def _split(body: str) -> list[str]:
    """Pieces of at most `CHUNK` characters that overlap, blank ones left out."""
    pieces = [body[at : at + CHUNK] for at in range(0, max(1, len(body) - OVERLAP), CHUNK - OVERLAP)]
    return [piece for piece in pieces if piece.strip()]


def _best(ids: Sequence[str], scores: Any, limit: int) -> list[str]:
    order = np.argsort(-scores, kind="stable")[:limit]
    return [ids[place] for place in order]
