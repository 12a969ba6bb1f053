"""An embedding endpoint's limits and the day's money, kept together by all who share a board."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.bootstrap import open_app
from assistant.domain.boards import LocalBoard
from assistant.domain.engine import Usage
from assistant.domain.filters import Filters
from assistant.domain.pacing import Rate
from assistant.errors import SettingError
from assistant.intake.reading import ReadOptions
from assistant.llm.budget import Most, Spending
from assistant.llm.embedding_meter import EmbeddingMeter, embedding_meter_of
from assistant.llm.pace import Pace
from assistant.llm.pricing import Price
from assistant.settings import Settings, load_settings
from tests.llm.test_pace import Time
from tests.vectorstore.endpoint import Endpoint, serving
from vectorstore.embedders.openai_endpoint import EndpointEmbedder
from vectorstore.errors import EmbedderError

PRICE = Price(1_000.0, 0.0, "CNY")
TEXTS = [f"热水器第{n}次漏水" for n in range(6)]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as made:
        yield made


def metered(
    endpoint: Endpoint, board: LocalBoard, time: Time, rate: Rate, *,
    daily: float | None = None, batch: int = 1, attempts: int = 5,
) -> EndpointEmbedder:  # fmt: skip
    pace = Pace(rate, board, sleep=time.sleep, limits="VOC_EMBEDDING_RPM and VOC_EMBEDDING_TPM")
    meter = EmbeddingMeter("m", pace, Spending(currency="CNY", daily=daily, board=board), PRICE)
    return EndpointEmbedder(
        "m", base_url=endpoint.url, batch=batch, at_once=1, attempts=attempts, pause=0.01, meter=lambda _: meter
    )


def test_embedders_of_several_processes_send_no_more_requests_a_minute_than_agreed(endpoint: Endpoint) -> None:
    time = Time()
    board = LocalBoard(time)
    one, other = (metered(endpoint, board, time, Rate(requests=3)) for _ in range(2))
    one.embed_documents(TEXTS[:2])
    other.embed_documents(TEXTS[2:3])
    assert time.now == 0
    other.embed_documents(TEXTS[3:4])
    assert 60 <= time.now <= 62


def test_what_the_endpoint_counted_counts_not_what_was_expected(endpoint: Endpoint) -> None:
    time = Time()
    embedder = metered(endpoint, LocalBoard(time), time, Rate(tokens=30))
    for text in TEXTS:  # the endpoint counts a token a text
        embedder.embed_documents([text])
    assert time.now == 0


def test_who_asks_a_question_is_told_that_the_limit_is_reached(endpoint: Endpoint) -> None:
    time = Time()
    embedder = metered(endpoint, LocalBoard(time), time, Rate(requests=1))
    embedder.embed_documents(TEXTS[:1])
    with pytest.raises(EmbedderError, match="VOC_EMBEDDING_RPM") as caught:
        embedder.embed_query("漏水")
    assert caught.value.kind == "down"
    assert len(endpoint.requests) == 1


def test_where_the_endpoint_asks_one_to_wait_all_wait(endpoint: Endpoint) -> None:
    time = Time()
    board = LocalBoard(time)
    told, other = (metered(endpoint, board, time, Rate(requests=100), attempts=1) for _ in range(2))
    endpoint.faults[:] = ["wait"]
    with pytest.raises(EmbedderError):
        told.embed_documents(TEXTS[:1])
    assert time.now == 0
    other.embed_documents(TEXTS[:1])
    assert 0.2 <= time.now <= 0.3


def test_embeddings_are_paid_from_the_day_s_budget_and_refused_when_it_is_used_up(endpoint: Endpoint) -> None:
    board, time = LocalBoard(), Time()
    embedder = metered(endpoint, board, time, Rate(), batch=3, daily=0.1)
    embedder.embed_documents(TEXTS[:3])
    chat = Spending(currency="CNY", daily=0.1, board=board)
    assert chat.spent_today == pytest.approx(PRICE.cost(3, 0))
    chat.settle(chat.reserve(Most(90, 0, PRICE)), cost=embedder_cost(90))
    with pytest.raises(EmbedderError, match="VOC_BUDGET_DAY"):
        embedder.embed_documents(TEXTS[3:])
    assert len(endpoint.requests) == 1


def embedder_cost(tokens: int) -> Usage:
    return Usage(1, tokens, 0, PRICE.cost(tokens, 0), "CNY")


@pytest.mark.parametrize(
    ("fault", "booked"), [("401", False), ("500", False), ("text", True)], ids=["refused", "failing", "unreadable"]
)
def test_only_what_may_have_been_counted_is_booked(endpoint: Endpoint, fault: str, booked: bool) -> None:
    board = LocalBoard()
    embedder = metered(endpoint, board, Time(), Rate(), batch=9, daily=5.0)
    endpoint.faults[:] = [fault] * 9
    with pytest.raises(EmbedderError):
        embedder.embed_documents(TEXTS)
    spent = Spending(currency="CNY", daily=5.0, board=board).spent_today
    assert spent is not None
    assert (spent > 0) == booked


def settings_of(folder: Path, endpoint: Endpoint, **more: object) -> Settings:
    return load_settings(
        data_dir=folder / "data", openai_base_url=endpoint.url, openai_api_key="none",
        embedding_model="text-embedding-3-small", **({"engine": "rules"} | more),
    )  # fmt: skip


def test_an_installation_keeps_the_limits_of_its_settings(endpoint: Endpoint, tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    rows = "".join(f"{n},C{n},{text}\n" for n, text in enumerate(TEXTS))
    file.write_text(f"工单编号,客户编号,问题描述\n{rows}", encoding="utf-8")
    settings = settings_of(tmp_path, endpoint, embedding_rpm=1, budget_day=1.0)
    for at, app in enumerate(open_app(settings) for _ in range(2)):
        if at == 0:
            app.pipeline.ingest([file], ReadOptions())
            app.pipeline.index()
            assert len(endpoint.answered) == 1
        assert app.search("漏水", Filters(), 5), "full text finds, where the limit lets no question be embedded"
        assert len(endpoint.answered) == 1
        app.close()
    spent = Spending(currency="USD", daily=1.0, board=open_app(settings).store.board).spent_today
    assert spent == pytest.approx(len(TEXTS) * 0.02 / 1e6)


def test_a_day_s_budget_needs_prices_in_one_currency(endpoint: Endpoint, tmp_path: Path) -> None:
    settings, board = settings_of(tmp_path, endpoint, budget_day=1.0, engine="llm"), LocalBoard()
    own, model = tmp_path / "prices.toml", settings.embedding_model
    embedding_meter_of(settings, model, tmp_path, board)
    own.write_text('currency = "CNY"\n[models]\n"text-embedding-3-small" = { prompt = 0.5, completion = 0 }\n', "utf-8")
    with pytest.raises(SettingError, match="CNY"):
        embedding_meter_of(settings, model, tmp_path, board)
    embedding_meter_of(settings.model_copy(update={"engine": "rules"}), model, tmp_path, board)
    embedding_meter_of(settings, "served-before", tmp_path, board)
    with pytest.raises(SettingError, match="no price is known for bge-m3"):
        embedding_meter_of(settings.model_copy(update={"embedding_model": "bge-m3"}), "bge-m3", tmp_path, board)


def test_an_answer_does_not_wait_for_its_documents_vectors(endpoint: Endpoint, tmp_path: Path) -> None:
    app = open_app(settings_of(tmp_path, endpoint, embedding_rpm=1))
    found, _ = app.finder.likeness("漏水怎么办", ["漏水先关总阀。", "不制冷先清洗滤网。"])
    assert found == [0.0, 0.0], "a minute's one request was the question"
    app.close()
