"""What administrators see: request ids, metrics, logs without anybody's words, readiness."""

import io
import json
import logging
from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from api.logs import JsonLines
from assistant.bootstrap import App, open_app
from assistant.domain.engine import Usage
from assistant.llm import metering
from assistant.llm.budget import Most, Spending
from assistant.settings import Settings
from tests.api.conftest import PHONE


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("voc")
    before = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)
    logger.setLevel(before)


def test_an_id_given_is_kept_and_told_everywhere(client: TestClient, log: io.StringIO) -> None:
    answer = client.get("/v1/records/none", headers={"x-request-id": "gateway-42.ab_c"})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "gateway-42.ab_c"
    assert json.loads(log.getvalue().splitlines()[-1])["request_id"] == "gateway-42.ab_c"


@pytest.mark.parametrize("given", ["short", "a" * 65, "has space", f"call-{PHONE}", "<script>alert", ""])
def test_an_id_that_can_be_none_is_replaced(client: TestClient, given: str) -> None:
    number = client.get("/healthz", headers={"x-request-id": given}).headers["x-request-id"]
    assert number != given
    assert len(number) == 16


def test_the_log_names_routes_and_nobody(client: TestClient, log: io.StringIO) -> None:
    client.get(f"/v1/customers/{PHONE}", headers={"x-user": "lilei"})
    client.get("/v1/search", params={"q": f"打我电话{PHONE}"})
    client.get(f"/nowhere/{PHONE}")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    requests = [line for line in lines if line["logger"] == "voc.access"]
    assert [line["route"] for line in requests] == ["/v1/customers/{customer_id}", "/v1/search", "nowhere"]
    assert {"at", "level", "message", "method", "status", "ms", "who", "request_id"} < set(requests[0])
    assert PHONE not in log.getvalue()
    assert "lilei" not in log.getvalue()


def test_an_exception_is_logged_by_its_kind_alone() -> None:
    record = logging.LogRecord("voc", logging.ERROR, "x.py", 1, "failed", (), None)
    with pytest.raises(ValueError, match=PHONE) as caught:
        int(f"x{PHONE}")
    record.exc_info = (caught.type, caught.value, caught.tb)
    assert PHONE not in JsonLines().format(record)
    assert json.loads(JsonLines().format(record))["error"] == "ValueError"


def test_metrics_count_by_route(client: TestClient) -> None:
    client.get("/v1/records/T-1")
    client.get("/v1/records/T-2")
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    samples = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    asked = 'voc_http_requests_total{method="GET",route="/v1/records/{any_id}",status="200"}'
    assert float(samples[asked]) >= 2
    assert float(samples["voc_store_up"]) == 1
    assert float(samples['voc_jobs{state="queued"}']) == 0
    assert float(samples["voc_index_waiting_records"]) == 0
    assert float(samples["voc_index_passages"]) > 0
    assert float(samples["voc_index_age_seconds"]) >= 0
    assert 'voc_model_tokens_total{kind="prompt"}' in samples
    assert 'voc_http_request_seconds_bucket{le="0.5",method="GET",route="/v1/records/{any_id}"}' in samples
    assert "T-1" not in answer.text


def test_readiness_says_what_it_looked_at(client: TestClient, app: App) -> None:
    found = client.get("/readyz").json()
    assert found["records"] == 8
    assert found["checks"] == {"store": "ok", "index": "ok", "worker": "ok", "disk": "ok"}


def test_methods_that_callers_make_up_are_one(client: TestClient) -> None:
    client.request("BREW1", "/")
    client.request("BREW2", "/")
    told = client.get("/metrics").text
    assert 'method="other"' in told
    assert "BREW" not in told


def test_what_a_question_costs_is_metered_for_whoever_asks() -> None:
    spending, late = Spending(), list[Usage]()
    with metering.metered(late.append) as meter:
        still_here = copy_context()
        spending.settle(spending.reserve(Most(10, 10)), Usage(1, 7, 3))
        assert meter.end() == Usage(1, 7, 3)
    spending.settle(spending.reserve(Most(10, 10)), Usage(1, 100, 100))
    assert not late, "another's call"
    still_here.run(lambda: spending.settle(spending.reserve(Most(10, 10)), Usage(1, 5, 5)))
    assert late == [Usage(1, 5, 5)], "whoever hangs up pays for what was under way"


def test_a_service_that_cannot_read_its_store_is_not_ready(tmp_path: Path) -> None:
    app = open_app(Settings(engine="rules", data_dir=tmp_path / "data"))
    service = create_app(app)
    client = TestClient(service, base_url="http://localhost", client=("127.0.0.1", 1))
    with app.store.database.engine.begin() as connection:
        connection.execute(text("DROP TABLE records"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["checks"]["disk"] == "ok"
    assert answer.json()["checks"]["store"] in answer.json()["detail"]
    assert client.get("/healthz").status_code == 200
    assert "voc_store_up 0.0" in client.get("/metrics").text
    app.close()


def test_what_strangers_make_up_makes_no_metrics(client: TestClient) -> None:
    for number in range(3):
        client.request(f"MADEUP{number}", f"/made-up/{number}")
    text_of = client.get("/metrics").text
    assert 'voc_http_requests_total{method="other",route="nowhere",status="404"} 3.0' in text_of
    assert "MADEUP" not in text_of


@pytest.mark.parametrize("harm", ["spoilt", "gone"])
def test_readiness_looks_at_the_file_and_not_at_what_is_remembered(tmp_path: Path, harm: str) -> None:
    file = tmp_path / "data" / "own.db"  # made step by step: of a copied one less is remembered
    app = open_app(Settings(engine="rules", data_dir=tmp_path / "data", database_url=f"sqlite:///{file}"))
    with TestClient(create_app(app), base_url="http://localhost", client=("127.0.0.1", 1)) as client:
        assert client.get("/readyz").status_code == 200
        if harm == "gone":
            file.rename(tmp_path / "away.db")
        else:
            file.write_bytes(b"no database" * 9_000)
            file.with_name("own.db-wal").write_bytes(b"")  # else it can be read out of the log
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["checks"]["store"].startswith("the database failed: ")
        assert client.get("/healthz").status_code == 200
    app.close()


def test_a_service_whose_worker_has_ended_says_so(tmp_path: Path) -> None:
    app = open_app(Settings(engine="rules", data_dir=tmp_path / "data"))
    service = create_app(app)
    with TestClient(service, base_url="http://localhost", client=("127.0.0.1", 1)) as client:
        service.state.working.stop()
        assert client.get("/readyz").json()["checks"]["worker"].startswith("stopped")
    app.close()
