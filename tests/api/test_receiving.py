"""Records and files over HTTP: masked as on the command line, counted, done once for one key, refused in one sentence."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.guard import LARGEST_OF
from assistant.bootstrap import App, open_app
from assistant.records.tables import requests
from assistant.settings import Settings
from tests.api.conftest import PHONE, TICKETS, _wire
from tests.api.test_batches import browser

RECORDS = [json.loads(_wire(row)) for row in TICKETS]


@pytest.fixture
def app(tmp_path: Path) -> App:
    return open_app(Settings(engine="rules", data_dir=tmp_path / "data", language="zh"))


@pytest.fixture
def client(app: App) -> Iterator[TestClient]:
    with browser(app) as connected:
        yield connected


def test_records_are_masked_stored_and_counted(client: TestClient, app: App) -> None:
    first = client.post("/v1/records", json={"records": RECORDS})
    assert first.status_code == 200
    receipt = first.json()
    assert (receipt["read"], receipt["added"], receipt["quarantined"]) == (len(RECORDS), len(RECORDS), 0)
    assert receipt["masked"]["phone"] >= 1
    shown = client.get("/v1/records/T-2").json()
    assert PHONE not in json.dumps(shown, ensure_ascii=False)
    assert "⟦phone:" in shown["text"]
    again = client.post("/v1/records", json=RECORDS).json()
    assert (again["added"], again["unchanged"]) == (0, len(RECORDS))
    assert not list((app.pipeline.context.data_dir / "incoming").glob("*"))


def test_what_cannot_be_used_is_counted_with_its_reason_and_the_rest_is_kept(client: TestClient) -> None:
    receipt = client.post("/v1/records", json=[RECORDS[0], {"id": "T-9", "channel": "ticket"}]).json()
    assert (receipt["read"], receipt["added"], receipt["quarantined"]) == (2, 1, 1)
    assert sum(receipt["quarantined_why"].values()) == 1
    assert "incoming" not in json.dumps(receipt["first_problems"])


@pytest.mark.parametrize(
    "body", [[], RECORDS * 126, {"records": []}, {"record": RECORDS}, "text", [1, 2], {"records": [["T-1"]]}]
)
def test_a_wrong_body_is_a_problem_and_takes_nothing_in(client: TestClient, body: Any) -> None:
    answer = client.post("/v1/records", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert PHONE not in answer.text
    assert client.get("/readyz").json()["records"] == 0


def test_a_body_that_is_too_large_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/records", content=b"x", headers={"content-length": str(LARGEST_OF["/v1/records"] + 1)})
    assert answer.status_code == 413
    assert client.post("/v1/ask", content=b"x", headers={"content-length": "2000000"}).status_code == 413


def test_a_key_is_done_once_and_answered_the_same(client: TestClient) -> None:
    def send(records: list[Any], key: str = "crm-1") -> Any:
        return client.post("/v1/records", json=records, headers={"Idempotency-Key": key})

    first, again = send(RECORDS[:3]), send(RECORDS[:3])
    assert first.json() == again.json()
    assert first.json()["added"] == 3
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    other = send(RECORDS[:4])
    assert (other.status_code, "Idempotency-Key" in other.json()["detail"]) == (422, True)
    assert send(RECORDS[:4], "crm-2").json()["added"] == 1


def test_a_file_is_read_as_from_a_disk(client: TestClient) -> None:
    rows = "工单号,创建时间,产品,问题描述\nA1,2026-08-01 09:00,P2,打印机掉线,\n".rstrip(",\n") + "\n"
    rows += f"A2,2026-08-02 10:00,P2,墨粉太贵,打{PHONE}\n".replace(",打", "，打")
    sent = {"file": ("../../工单导出_2026.csv", rows.encode("gb18030"), "text/csv")}
    first = client.post("/v1/files", files=sent, data={"channel": "ticket"}, headers={"Idempotency-Key": "f"})
    assert first.status_code == 200, first.text
    receipt = first.json()
    assert (receipt["read"], receipt["added"]) == (2, 2)
    assert receipt["files"][0]["path"] == "工单导出_2026.csv"
    assert receipt["files"][0]["encoding"].lower() == "gb18030"
    again = client.post("/v1/files", files=sent, data={"channel": "ticket"}, headers={"Idempotency-Key": "f"})
    assert again.json() == receipt
    mapped = client.post("/v1/files", files=sent, data={"map": ["no column"]})
    assert (mapped.status_code, "FIELD=COLUMN" in mapped.json()["detail"]) == (422, True)


def test_a_file_that_is_none_is_told_and_kept_out(client: TestClient) -> None:
    receipt = client.post(
        "/v1/files", files={"file": ("picture.png", b"\x89PNG\r\n\x1a\n\x00\x00", "image/png")}
    ).json()
    assert (receipt["added"], receipt["quarantined"]) == (0, 1)
    assert client.post("/v1/files", data={"channel": "ticket"}).status_code == 422


def test_a_dry_run_stores_nothing(client: TestClient) -> None:
    receipt = client.post("/v1/records?dry_run=true", json=RECORDS).json()
    assert (receipt["read"], receipt["dry_run"]) == (len(RECORDS), True)
    assert client.get("/readyz").json()["records"] == 0


def test_a_dry_run_with_a_key_is_answered_the_same_but_its_samples_are_not_kept(client: TestClient, app: App) -> None:
    def send() -> dict[str, Any]:
        sent = client.post("/v1/records?dry_run=true", json=RECORDS, headers={"Idempotency-Key": "look"})
        told: dict[str, Any] = sent.json()
        return told

    first, again = send(), send()
    assert first["files"][0].pop("samples")["text"]
    assert again["files"][0].pop("samples") == {}
    assert first == again
    with app.store.database.reading() as connection:
        assert "掉线" not in str(connection.execute(select(requests)).all())


def test_a_file_named_by_a_person_is_answered_and_kept_masked(client: TestClient, app: App) -> None:
    rows = "工单号,内容\nQ1,打印机坏了修了三次都没有修好\nQ2,\n".encode()
    sent = {"file": (f"张伟{PHONE}.csv", rows, "text/csv")}
    receipt = client.post("/v1/files", files=sent, headers={"Idempotency-Key": "f"}).json()
    assert (receipt["added"], receipt["quarantined"]) == (1, 1)
    with app.store.database.reading() as connection:
        kept = str(connection.execute(select(requests)).all())
    assert (PHONE in str(receipt), PHONE in kept, "张伟" in kept) == (False, False, False)
