"""One suite for every embedder, then what is special to each."""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.vectorstore.building import texts
from tests.vectorstore.endpoint import Endpoint, serving
from vectorstore.embedders.base import Embedder
from vectorstore.embedders.hashing import HashingEmbedder
from vectorstore.embedders.local import LocalEmbedder, LocalModel
from vectorstore.embedders.openai_endpoint import EndpointEmbedder
from vectorstore.errors import EmbedderError

SOME = list(texts().values())[:20]
FITTED = LocalEmbedder().fit(list(texts().values()))


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with serving() as made:
        yield made


@pytest.fixture(params=["hashing", "local", "local of three", "endpoint"])
def embedder(request: pytest.FixtureRequest, endpoint: Endpoint) -> Embedder:
    endpoint.faults.clear()
    match request.param:
        case "hashing":
            return HashingEmbedder()
        case "local":
            return FITTED
        case "local of three":
            return LocalEmbedder().fit(SOME[:3])
        case _:
            return EndpointEmbedder("m", base_url=endpoint.url, pause=0.01)


def test_one_unit_row_per_text(embedder: Embedder) -> None:
    rows = embedder.embed_documents(SOME)
    assert rows.dtype == np.float32
    assert rows.shape == (20, embedder.dim)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)


def test_query_and_document_share_a_space(embedder: Embedder) -> None:
    rows = embedder.embed_documents(SOME)
    query = embedder.embed_query(SOME[0])
    assert query.shape == (embedder.dim,)
    assert query == pytest.approx(rows[0], abs=2e-3)
    assert int(np.argmax(rows @ query)) == 0


def test_the_same_text_gives_the_same_vector_alone_or_in_company(embedder: Embedder) -> None:
    together = embedder.embed_documents(SOME)
    assert np.concatenate([embedder.embed_documents([text]) for text in SOME]) == pytest.approx(together, abs=1e-5)


def test_traditional_script_is_the_same_text(embedder: Embedder) -> None:
    if isinstance(embedder, EndpointEmbedder):
        pytest.skip("an endpoint's model decides for itself")
    assert embedder.embed_query("熱水器漏水") == pytest.approx(embedder.embed_query("热水器漏水"))


@pytest.mark.parametrize("blank", ["", " ", "\n\t", "　"])
def test_blank_texts_are_refused(embedder: Embedder, blank: str) -> None:
    with pytest.raises(ValueError, match="blank"):
        embedder.embed_documents(["漏水", blank])
    with pytest.raises(ValueError, match="blank"):
        embedder.embed_query(blank)


def test_no_text_no_rows(embedder: Embedder) -> None:
    assert embedder.embed_documents([]).shape[0] == 0


def test_identities_differ() -> None:
    identities = [HashingEmbedder().identity, HashingEmbedder(64).identity, FITTED.identity,
                  LocalEmbedder().fit(SOME).identity, EndpointEmbedder("m").identity,
                  EndpointEmbedder("m", base_url="http://127.0.0.1:1/v1").identity]  # fmt: skip
    assert len(set(identities)) == len(identities)


def test_fitting_is_deterministic_and_survives_storing() -> None:
    again = LocalEmbedder().fit(list(texts().values()))
    loaded = LocalEmbedder().load(again.state())
    assert again.identity == FITTED.identity == loaded.identity
    assert loaded.embed_query("漏水") == pytest.approx(FITTED.embed_query("漏水"))


@pytest.mark.parametrize("corpus", [[], [""], ["。。。"], ["漏水"], ["漏水", "漏水", "漏水"], ["漏水", "掉线", "噪音"]])
def test_fits_tiny_corpora(corpus: list[str]) -> None:
    model: LocalModel = LocalEmbedder().fit(corpus)
    rows = model.embed_documents(["热水器漏水", "quite other words"])
    assert np.isfinite(rows).all()
    assert rows.shape == (2, model.dim)
    assert not rows[1].any()


def test_meaning_is_learned_from_company() -> None:
    corpus = ["电池没电锁在门外", "电池没电进不去家门", "锁在门外进不去家门", "打印机卡纸", "卡纸以后打印机报错"] * 12
    model = LocalEmbedder().fit(corpus)
    query = model.embed_query("没电")
    assert query @ model.embed_query("门外") > query @ model.embed_query("卡纸") + 0.2


@pytest.mark.parametrize(("fitted_on", "now", "outgrown"), [(100, 120, False), (100, 151, True), (100, 40, True)])
def test_outgrown(fitted_on: int, now: int, outgrown: bool) -> None:
    assert LocalEmbedder().outgrown(fitted_on, now) is outgrown


def test_a_full_sample_is_never_outgrown_by_growth() -> None:
    assert not LocalEmbedder(sample=100).outgrown(100, 10_000)


@pytest.mark.parametrize("state", [b"", b"rubbish", b"PK\x03\x04rubbish"])
def test_unreadable_state(state: bytes) -> None:
    with pytest.raises(ValueError, match="rebuild"):
        LocalEmbedder().load(state)


def test_endpoint_asks_in_batches_for_plain_text(endpoint: Endpoint) -> None:
    endpoint.requests.clear()
    EndpointEmbedder("m", base_url=endpoint.url, batch=8).embed_documents(SOME)
    assert [len(asked["input"]) for asked in endpoint.requests] == [8, 8, 4]
    assert endpoint.requests[0]["input"][0] == SOME[0]


@pytest.mark.parametrize(
    ("faults", "kind", "requests"),
    [
        (["429", "500"], None, 3),
        (["500"] * 9, "down", 4),
        (["401"], "access", 1),
        (["400"], "access", 1),
        (["short"], "answer", 1),
        (["nan"], "answer", 1),
        (["text"], "answer", 1),
    ],
)
def test_endpoint_faults(endpoint: Endpoint, faults: list[str], kind: str | None, requests: int) -> None:
    endpoint.requests.clear()
    endpoint.faults[:] = faults
    embedder = EndpointEmbedder("m", base_url=endpoint.url, attempts=4, pause=0.01)
    if kind is None:
        assert embedder.embed_documents(SOME[:2]).shape == (2, 64)
    else:
        with pytest.raises(EmbedderError) as caught:
            embedder.embed_documents(SOME[:2])
        assert caught.value.kind == kind
        assert SOME[0] not in str(caught.value)
    assert len(endpoint.requests) == requests


def test_endpoint_that_is_not_there() -> None:
    with pytest.raises(EmbedderError) as caught:
        EndpointEmbedder("m", base_url="http://127.0.0.1:9/v1", attempts=2, pause=0.01).embed_query("漏水")
    assert caught.value.kind == "down"
