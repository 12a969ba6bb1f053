"""What administrators do over HTTP beside keys and users: retention, the book narrowed and taken away, alerts, spending."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from assistant.bootstrap import App, open_app
from assistant.errors import NotFoundError
from assistant.intake.shapes import ReadOptions
from assistant.pipeline.access import Access, By
from assistant.settings import Settings
from tests.api.conftest import PHONE, TICKETS, _wire


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    source = tmp_path / "tickets.jsonl"
    source.write_text("\n".join(map(_wire, TICKETS)), encoding="utf-8")
    built = open_app(Settings(engine="rules", data_dir=tmp_path / "data"))
    built.pipeline.ingest([source], ReadOptions())
    yield built
    built.close()


@pytest.fixture
def client(app: App) -> Iterator[TestClient]:
    key = Access(app.store.access).create_key("根", "admin", By("test"))
    headers = {"authorization": f"Bearer {key.secret}"}
    with TestClient(create_app(app), base_url="http://127.0.0.1:8000", headers=headers) as connected:
        yield connected


def test_a_rule_is_set_counted_and_applied_with_its_proof(client: TestClient, app: App) -> None:
    standing = client.get("/v1/retention").json()
    (source,) = standing["sources"]
    assert standing["due"] == []
    due = client.put("/v1/retention", json={"source": source, "days": 1}).json()["due"]
    assert [(one["source"], one["records"]) for one in due] == [(source, len(TICKETS))]
    applied = client.post("/v1/retention").json()
    assert applied["proved"] is True
    assert applied["removed"] == {source: len(TICKETS)}
    assert client.get("/v1/retention").json()["sources"] == {}
    lines = app.store.noted(2)
    assert {(line["actor"], line["via"], line["action"]) for line in lines} == {
        ("根", "key", "erase"),
        ("根", "key", "retain"),
    }
    assert client.put("/v1/retention", json={"source": "nowhere", "days": 5}).status_code == 404


def test_the_book_is_narrowed_and_taken_away(client: TestClient, app: App) -> None:
    app.store.note("=cmd()", "keys.revoke", "k", "", 1)
    today = dt.datetime.now(dt.UTC).date().isoformat()
    every = client.get("/v1/audit").json()["total"]
    keys = client.get("/v1/audit", params={"action": "keys", "since": today, "until": today}).json()
    assert keys["total"] == sum(line["action"].startswith("keys.") for line in client.get("/v1/audit").json()["items"])
    assert client.get("/v1/audit", params={"action": "key"}).json()["total"] == 0
    assert client.get("/v1/audit", params={"until": "2000-01-01"}).json()["total"] == 0
    assert client.get("/v1/audit", params={"actor": "test", "via": "cli"}).json()["total"] == 1
    file = client.get("/v1/audit/lines.csv")
    assert file.headers["content-type"].startswith("text/csv")
    assert len(file.text.strip().splitlines()) == every + 1
    assert "'=cmd()" in file.text
    assert client.get("/v1/audit").json()["items"][0]["action"] == "audit.export"


def test_alerts_are_tried_and_sent_again(client: TestClient) -> None:
    assert client.post("/v1/alerts/test", json={}).status_code == 422
    assert client.post("/v1/alerts/retry", json={}).json() == {"again": 0}
    assert client.post("/v1/alerts/retry", json={"alert_id": "al_0"}).status_code == 404


def test_spending_is_told_by_day(client: TestClient, app: App) -> None:
    app.store.access.spend("key_1", 120, 0.5)
    app.store.access.spend("key_1", 30, 0.25)
    (row,) = client.get("/v1/spendings").json()["items"]
    assert (row["who"], row["tokens"], row["cost"]) == ("key_1", 150, 0.75)
    assert client.get("/v1/spendings", params={"since": "2999-01-01"}).json()["items"] == []


def test_an_erasing_is_foretold_and_bears_its_door(client: TestClient, app: App) -> None:
    found = app.pipeline.foretell(PHONE)
    assert len(found.meant) == len(TICKETS)
    (one,) = app.pipeline.foretell("C-T-2").meant
    assert (one.records, one.first, one.products) == (1, "2026-08-12", ("P2",))
    assert len(one.same_contact) == len(TICKETS) - 1
    assert client.delete("/v1/customers/C-T-2", params={"reason": "本人要求"}).json()["proved"] is True
    line = app.store.noted(1)[0]
    assert (line["actor"], line["via"], line["action"]) == ("根", "key", "erase")
    with pytest.raises(NotFoundError, match="was erased on"):
        app.pipeline.foretell("C-T-2")
