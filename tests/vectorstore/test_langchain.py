from pathlib import Path

from tests.vectorstore.building import filled, texts
from vectorstore.embedders.hashing import HashingEmbedder
from vectorstore.langchain import EmbedderEmbeddings, PassageRetriever


def test_retriever_gives_documents(tmp_path: Path) -> None:
    index, _ = filled(tmp_path, texts())
    documents = PassageRetriever(index=index, limit=2, allowed=frozenset({"d4", "d5", "d9"})).invoke("热水器漏水")
    assert {document.metadata["document_id"] for document in documents} == {"d4", "d5"}
    assert all("漏水" in document.page_content for document in documents)
    assert all(document.id == document.metadata["passage_id"] for document in documents)


def test_embeddings_are_plain_floats() -> None:
    embeddings = EmbedderEmbeddings(HashingEmbedder(16))
    assert embeddings.embed_documents(["漏水"]) == [embeddings.embed_query("漏水")]
    assert all(type(value) is float for value in embeddings.embed_query("漏水"))
