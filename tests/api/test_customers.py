"""Customers over HTTP: looked at by the staff, erased with a receipt, and errors as problems."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from assistant.bootstrap import App, open_app
from assistant.intake.shapes import ReadOptions
from assistant.settings import Settings
from tests.api.conftest import PHONE

ROWS = [
    ("T-10001", "C-ALPHA", "打印机升级之后天天掉线，老板就在旁边看着，真丢人"),
    ("T-10002", "C-ALPHA", "墨粉盒太贵了，换兼容的机器又不认，再也不买了"),
    ("T-10003", "C-BRAVO", "门锁突然没电，人在外面进不去，冻了两个小时"),
]


@pytest.fixture
def own(tmp_path: Path) -> App:
    """An application of this test's own: what it erases is gone."""
    rows = [
        {"id": name, "channel": "ticket", "created_at": f"2026-08-0{n}T09:00:00+08:00", "product": "P2", "text": text,
         "customer": {"id": customer, "phone": PHONE if customer == "C-ALPHA" else None, "segment": "sme"}}
        for n, (name, customer, text) in enumerate(ROWS, 1)
    ]  # fmt: skip
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    app = open_app(Settings(engine="rules", data_dir=tmp_path / "data", language="zh"))
    assert dict(app.pipeline.run([source], ReadOptions()))
    return app


@pytest.fixture
def caller(own: App) -> Iterator[TestClient]:
    with TestClient(create_app(own), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50000)) as connected:
        yield connected


def test_a_customer_is_shown_counted_and_pseudonymous(caller: TestClient) -> None:
    seen = caller.get("/v1/customers/C-ALPHA").json()
    assert (seen["customer_id"], seen["segment"], seen["records"]) == ("C-ALPHA", "sme", 2)
    assert seen["insights"] == caller.get("/v1/insights", params={"customer": "C-ALPHA"}).json()["total"] > 0
    assert seen["leads"] == caller.get("/v1/leads", params={"customer": "C-ALPHA"}).json().get("total", seen["leads"])
    assert all(isinstance(count, int) for count in seen["signals"].values())
    assert (seen["first_day"], seen["last_day"]) == ("2026-08-01", "2026-08-02")
    assert [one["external_id"] for one in seen["latest"]] == ["T-10002", "T-10001"]
    assert seen["channels"] == {"ticket": 2}
    assert caller.get(f"/v1/customers/{PHONE}").json() == seen
    assert PHONE not in str(seen)


def test_erased_with_a_receipt_and_gone_for_this_very_service(caller: TestClient, tmp_path: Path) -> None:
    assert "T-10001" in str(caller.get("/v1/search", params={"q": "打印机掉线"}).json())
    done = caller.delete("/v1/customers/C-ALPHA", params={"reason": f"来函要求 {PHONE}"})
    assert done.status_code == 200
    receipt = done.json()
    assert receipt["proved"] is True
    assert (receipt["customer"], receipt["records"], receipt["left"]) == ("C-ALPHA", 2, [])
    assert caller.get("/v1/customers/C-ALPHA").status_code == 404
    assert caller.get("/v1/records/T-10001").status_code == 404
    assert "T-10001" not in str(caller.get("/v1/search", params={"q": "打印机掉线"}).json())
    again = caller.delete("/v1/customers/C-ALPHA")
    assert again.status_code == 404
    assert again.headers["content-type"] == "application/problem+json"
    assert "was erased on 20" in again.json()["detail"]
    content = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert not any(one.encode() in content for one in ("C-ALPHA", "老板就在旁边看着", PHONE))


def test_what_is_left_is_a_problem_with_the_receipt(caller: TestClient, tmp_path: Path) -> None:
    (tmp_path / "data" / "notes.txt").write_text(ROWS[0][2], encoding="utf-8")
    failed = caller.delete("/v1/customers/C-ALPHA")
    assert failed.status_code == 500
    assert failed.headers["content-type"] == "application/problem+json"
    assert [Path(one["file"]).name for one in failed.json()["receipt"]["left"]] == ["notes.txt"]
    assert "老板" not in failed.text


def test_a_busy_directory_and_a_stranger_are_problems(caller: TestClient, own: App) -> None:
    with own.pipeline.context.exclusive():
        busy = caller.delete("/v1/customers/C-ALPHA")
    assert (busy.status_code, busy.headers["content-type"]) == (409, "application/problem+json")
    for method in ("GET", "DELETE"):
        assert caller.request(method, "/v1/customers/nobody").status_code == 404
    assert caller.get("/v1/customers/C-BRAVO").json()["records"] == 1


def test_a_page_of_another_site_can_erase_nobody(caller: TestClient) -> None:
    refused = caller.delete("/v1/customers/C-ALPHA", headers={"origin": "http://evil.example"})
    assert refused.status_code == 403
    assert caller.get("/v1/customers/C-ALPHA").status_code == 200


def test_a_telephone_of_two_customers_erases_nobody_unless_all_are_asked_for(caller: TestClient, own: App) -> None:
    other = own.settings.data_dir.parent / "more.jsonl"
    row = {"id": "T-20001", "text": f"门锁没电，他的电话{PHONE}", "customer": {"id": "C-DELTA", "phone": "13787654321"}}
    same = {"id": "T-20002", "text": "滤芯装不上去", "customer": {"phone": PHONE}}
    other.write_text("\n".join(map(json.dumps, (row, same))), encoding="utf-8")
    own.pipeline.ingest([other], ReadOptions())
    refused = caller.delete(f"/v1/customers/{PHONE}")
    assert refused.status_code == 422
    assert "C-ALPHA" in refused.json()["detail"]
    assert caller.get("/v1/customers/C-ALPHA").status_code == 200
    receipt = caller.delete(f"/v1/customers/{PHONE}", params={"all_of_them": True}).json()
    assert (receipt["records"], receipt["proved"], len(receipt["customers"])) == (3, True, 2)
    assert receipt["mentioned_elsewhere"] == [caller.get("/v1/records/T-20001").json()["record_id"]]
