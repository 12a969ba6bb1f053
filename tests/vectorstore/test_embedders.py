"""One suite for every embedder, then what is special to each."""

from collections.abc import Iterator, Sequence

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
    with pytest.raises(ValueError, match="voc index"):
        LocalEmbedder().load(state)


def test_endpoint_asks_in_batches_for_plain_text(endpoint: Endpoint) -> None:
    endpoint.requests.clear()
    EndpointEmbedder("m", base_url=endpoint.url, batch=8).embed_documents(SOME)
    assert sorted(len(asked["input"]) for asked in endpoint.requests) == [4, 8, 8]
    assert endpoint.requests[0]["input"][0] == SOME[0]


@pytest.mark.parametrize(
    ("faults", "kind", "requests"),
    [
        (["429", "500"], None, 3),
        (["500"] * 9, "down", 4),
        (["401"], "access", 1),
        (["400"] * 9, "access", 6),
        (["short"], "answer", 1),
        (["nan"], "answer", 1),
        (["mixed"], None, 1),
        (["base64"], None, 1),
        (["wait"], None, 2),
        (["text"], "answer", 1),
    ],
)
def test_endpoint_faults(endpoint: Endpoint, faults: list[str], kind: str | None, requests: int) -> None:
    endpoint.requests.clear()
    endpoint.faults[:] = faults
    embedder = EndpointEmbedder("m", base_url=endpoint.url, attempts=4, pause=0.01)
    if kind is None:
        assert embedder.embed_documents(SOME[:2]) == pytest.approx(HashingEmbedder(64).embed_documents(SOME[:2]))
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


@pytest.fixture
def own() -> Iterator[Endpoint]:
    """An endpoint that a test may set up as it likes."""
    with serving() as made:
        yield made


@pytest.mark.parametrize(
    ("most", "says", "refusals"),
    [
        (10, "batch size is invalid, it should not be larger than 10.: input.contents", 1),
        (64, "maximum allowed batch size 64", 1),
        (7, "too many inputs", 6),
        (1, "no", 5),
    ],
)
def test_the_batch_limit_is_learned_and_kept_to(own: Endpoint, most: int, says: str, refusals: int) -> None:
    own.most, own.says = most, says
    many = [f"{at}{text}" for at, text in enumerate(texts().values())][: min(300, 40 * most)]
    embedder = EndpointEmbedder("m", base_url=own.url)
    assert embedder.embed_documents(many) == pytest.approx(HashingEmbedder(64).embed_documents(many), abs=1e-6)
    assert sorted(own.paid) == sorted(many), "each is paid for once"
    assert len(own.requests) - len(own.answered) == refusals
    assert embedder.spent.tokens == len(many)
    assert embedder.spent.requests == len(own.answered)


def test_of_a_text_that_is_too_long_the_beginning_stands_for_it(own: Endpoint) -> None:
    own.longest = 100
    embedder = EndpointEmbedder("m", base_url=own.url)
    long = "热水器漏水，" * 40
    rows = embedder.embed_documents([*SOME[:3], long])
    assert rows[3] == pytest.approx(HashingEmbedder(64).embed_query(long[:60]), abs=1e-6)
    assert rows[:3] == pytest.approx(HashingEmbedder(64).embed_documents(SOME[:3]), abs=1e-6)
    assert embedder.spent.cut == 1


def test_another_dimension_than_before_is_no_answer(own: Endpoint) -> None:
    embedder = EndpointEmbedder("m", base_url=own.url)
    embedder.embed_documents(SOME[:2])
    own.faults[:] = ["wide"]
    with pytest.raises(EmbedderError, match="64 before"):
        embedder.embed_documents(SOME[:2])


def test_what_was_answered_before_a_failure_is_given(own: Endpoint) -> None:
    own.faults[:] = ["", "", "401"]
    embedder = EndpointEmbedder("m", base_url=own.url, batch=4, at_once=1)
    got: list[int] = []
    with pytest.raises(EmbedderError):
        got.extend(at for at, _ in embedder.embed_in_parts(SOME))
    assert len(got) == len(own.answered) >= 2


def test_an_identity_holds_no_login_and_no_accident_of_writing() -> None:
    plain = EndpointEmbedder("m", base_url="https://host/v1").identity
    assert EndpointEmbedder("m", base_url="https://me:secret@host/v1/").identity == plain
    long = [EndpointEmbedder("m", base_url=f"https://host/{'x' * 200}{end}").identity for end in "ab"]
    assert len(set(long)) == 2
    assert max(map(len, long)) <= 120


class Guard:
    """A door that keeps one text back."""

    def admitted(self, texts: Sequence[str]) -> list[bool]:
        return [text != SOME[1] for text in texts]


def test_what_the_door_keeps_back_is_not_sent(own: Endpoint) -> None:
    embedder = EndpointEmbedder("m", base_url=own.url, door=Guard())
    rows = embedder.embed_documents(SOME[:3])
    assert (rows.any(axis=1)).tolist() == [True, False, True]
    with pytest.raises(EmbedderError) as caught:
        embedder.embed_query(SOME[1])
    assert caught.value.kind == "egress"
    assert SOME[1] not in own.paid
