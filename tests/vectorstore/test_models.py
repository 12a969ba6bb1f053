"""How the index goes with its embedder: nothing is embedded twice, models grow and change, an endpoint may fail."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select

from tests.vectorstore.building import filled, new_engine, put, texts
from tests.vectorstore.endpoint import serving
from vectorstore.embedders.base import Vectors
from vectorstore.embedders.hashing import HashingEmbedder
from vectorstore.embedders.local import LocalEmbedder
from vectorstore.embedders.openai_endpoint import EndpointEmbedder
from vectorstore.errors import EmbedderError
from vectorstore.index import PassageIndex
from vectorstore.tables import embedder_states, vectors

TEXTS = texts()


class Breaking(HashingEmbedder):
    """Embeds so many texts, then fails until it is mended; counts what it was given."""

    def __init__(self, good_for: int) -> None:
        super().__init__()
        self.good_for = good_for
        self.given: list[str] = []

    def embed_documents(self, texts: list[str]) -> Vectors:
        if len(self.given) + len(texts) > self.good_for:
            raise EmbedderError("broken", "down")
        self.given += texts
        return super().embed_documents(texts)

    def embed_query(self, text: str) -> Vectors:
        return HashingEmbedder().embed_query(text)


def test_no_text_is_embedded_twice_even_after_a_failure(tmp_path: Path) -> None:
    engine = new_engine(tmp_path)
    embedder = Breaking(good_for=900)
    index = PassageIndex(engine, tmp_path / "index", embedder)
    put(index, engine, {f"n{at}": f"{at % 1200}号机{TEXTS[f'd{at % 1200 % 320}']}" for at in range(1300)})
    with pytest.raises(EmbedderError):
        index.bring_level()
    assert index.health().vectors_missing > 0
    assert index.search("漏水"), "full text serves before the vectors are there"
    embedder.good_for = 10_000
    seen: list[tuple[int, int]] = []
    stats = index.bring_level(lambda done, total: seen.append((done, total)))
    assert len(embedder.given) == len(set(embedder.given)) == 1200
    assert stats.passages == stats.embedded + stats.reused == 1300
    assert seen[-1][0] == seen[-1][1] == 700
    assert index.bring_level().embedded == 0
    assert len(embedder.given) == 1200


def test_the_local_model_is_fitted_anew_when_outgrown(tmp_path: Path) -> None:
    few = dict(list(TEXTS.items())[:100])
    index, engine = filled(tmp_path, few, LocalEmbedder())
    first = index.embedder.identity
    put(index, engine, dict(list(TEXTS.items())[100:120]))
    index.bring_level()
    assert index.embedder.identity == first
    put(index, engine, TEXTS)
    stats = index.bring_level()
    assert index.embedder.identity != first
    assert (stats.embedded, stats.reused) == (320, 0)
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(embedder_states)).scalar_one() == 1
        assert set(connection.execute(select(vectors.c.model)).scalars()) == {index.embedder.identity}


def test_an_endpoint_that_fails_leaves_full_text(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with serving() as endpoint:
        index, _ = filled(tmp_path, TEXTS, EndpointEmbedder("m", base_url=endpoint.url, batch=100, pause=0.01))
        assert index.search("热水器漏水")
        endpoint.faults[:] = ["500"] * 9
        hits = index.search("热水器漏水")
    assert "热水器漏水" in hits[0].text
    assert "full text alone" in caplog.text
    assert "漏水" not in caplog.text


def test_a_changed_model_takes_over_when_it_is_ready_and_going_back_is_free(tmp_path: Path) -> None:
    with serving() as endpoint:
        first = filled(tmp_path, TEXTS, EndpointEmbedder("one", base_url=endpoint.url), exact_numbers=0)[0]
        engine = create_engine(f"sqlite:///{tmp_path / 'voc.db'}")
        other = PassageIndex(
            engine, tmp_path / "index", EndpointEmbedder("two", base_url=endpoint.url), exact_numbers=0
        )
        expected = [hit.document_id for hit in first.search("热水器漏水")]
        health = other.health()
        assert (health.model, health.serving) == (first.embedder.identity, "chroma")
        assert (health.wanted, health.level) == (f"two@{endpoint.url}", False)
        endpoint.requests.clear()
        assert [hit.document_id for hit in other.search("热水器漏水")] == expected
        assert [asked["model"] for asked in endpoint.requests] == ["one"], "until it is ready the former one is asked"
        assert other.bring_level().embedded == 320
        assert other.embedder.identity == f"two@{endpoint.url}"
        assert len(other.remains()) == 1
        assert "took over" in " ".join(other.health().events)
        endpoint.requests.clear()
        assert first.bring_level().embedded == 0, "paid vectors are kept"
        assert endpoint.requests == []
        assert first.embedder.identity == f"one@{endpoint.url}"
        assert [hit.document_id for hit in first.search("热水器漏水")] == expected


def test_from_the_local_model_to_an_endpoint(tmp_path: Path) -> None:
    with serving() as endpoint:
        local, engine = filled(tmp_path, TEXTS, LocalEmbedder())
        other = PassageIndex(engine, tmp_path / "index", EndpointEmbedder("two", base_url=endpoint.url))
        found = local.search("热水器漏水")
        assert other.search("热水器漏水") == found
        assert endpoint.requests == []
        assert other.bring_level().embedded == 320
        with engine.connect() as connection:
            assert set(connection.execute(select(vectors.c.model)).scalars()) == {f"two@{endpoint.url}"}
