"""The index as LangChain knows such things: an `Embeddings` and a `BaseRetriever`. Imported only by who wants them."""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from vectorstore.embedders.base import Embedder
from vectorstore.index import PassageIndex


class EmbedderEmbeddings(Embeddings):
    """Any of our embedders as LangChain `Embeddings`."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One list of floats per text; blank texts raise `ValueError`."""
        return [[float(value) for value in row] for row in self._embedder.embed_documents(texts)]

    def embed_query(self, text: str) -> list[float]:
        """One list of floats."""
        return [float(value) for value in self._embedder.embed_query(text)]


class PassageRetriever(BaseRetriever):
    """`PassageIndex.search` as a LangChain retriever; metadata are the hit's fields."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: PassageIndex
    limit: int = 10
    allowed: frozenset[str] | None = None

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        hits = self.index.search(query, allowed=self.allowed, limit=self.limit)
        return [
            Document(
                id=hit.passage_id,
                page_content=hit.text,
                metadata={
                    "document_id": hit.document_id, "passage_id": hit.passage_id, "kind": hit.kind,
                    "start": hit.start, "end": hit.end, "score": hit.score,
                },
            )
            for hit in hits
        ]  # fmt: skip
