"""Entity tags and idempotency keys: nothing is sent twice, overwritten unseen, paid for twice, or told to another key."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from assistant.bootstrap import open_app
from assistant.pipeline.access import Access, By
from assistant.settings import Settings

RECORD = {"id": "N-1", "channel": "ticket", "text": "打印机又掉线了"}


@pytest.fixture(scope="module")
def theme(client: TestClient) -> str:
    return str(client.get("/v1/themes").json()["items"][0]["theme_id"])


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[tuple[TestClient, dict[str, str], dict[str, str]]]:
    """A service with two keys of managers."""
    app = open_app(Settings(engine="rules", data_dir=tmp_path / "data"))
    access = Access(app.store.access)
    one, other = (
        {"authorization": f"Bearer {access.create_key(n, 'manager', By('t')).secret}"} for n in ("one", "other")
    )
    with TestClient(create_app(app), base_url="http://voc.example") as client:
        yield client, one, other
    app.close()


@pytest.mark.parametrize("path", ["/v1/themes", "/v1/records/T-1", "/v1/ideas", "/v1/stats"])
def test_what_has_not_changed_is_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["etag"]
    again = client.get(path, headers={"if-none-match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(path, headers={"if-none-match": '"other"'}).content == first.content


def test_a_problem_bears_no_tag(client: TestClient) -> None:
    assert "etag" not in client.get("/v1/records/none").headers


def test_an_edit_of_what_somebody_changed_meanwhile_is_refused(client: TestClient, theme: str) -> None:
    path = f"/v1/themes/{theme}"
    read = client.get(path).headers["etag"]
    assert client.patch(path, json={"title": "甲"}, headers={"if-match": read}).status_code == 200
    refused = client.patch(path, json={"title": "乙"}, headers={"if-match": read})
    assert refused.status_code == 412
    assert client.get(path).json()["title"] == "甲"
    assert client.patch(path, json={"title": "丙"}, headers={"if-match": "*"}).status_code == 200
    assert client.patch(path, json={"title": "丁"}).status_code == 200
    assert client.patch("/v1/themes/none", json={"title": "x"}, headers={"if-match": read}).status_code == 404


def test_a_draft_asked_for_twice_is_made_once(client: TestClient, theme: str) -> None:
    given = [
        client.post("/v1/proposals", json={"theme_id": theme}, headers={"idempotency-key": "draft-1"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in given] == [201, 201]
    assert given[0].json() == given[1].json()
    assert given[0].headers["location"] == given[1].headers["location"]
    assert "idempotency-replayed" not in given[0].headers
    assert given[1].headers["idempotency-replayed"] == "true"
    other = client.post("/v1/proposals", json={"brief": "x"}, headers={"idempotency-key": "draft-1"})
    assert other.status_code == 422


def test_a_key_of_another_caller_is_another_key(locked: tuple[TestClient, dict[str, str], dict[str, str]]) -> None:
    client, one, other = locked
    named = {"idempotency-key": "batch-7"}
    assert client.post("/v1/records", json=[RECORD], headers=one | named).json()["added"] == 1
    assert client.post("/v1/records", json=[RECORD], headers=one | named).headers["idempotency-replayed"] == "true"
    again = client.post("/v1/records", json=[RECORD], headers=other | named)
    assert "idempotency-replayed" not in again.headers
    assert again.json()["unchanged"] == 1
    jobs = [
        client.post("/v1/batches", json={"kind": "index"}, headers=who | named).json()["id"]
        for who in (one, one, other)
    ]
    assert jobs[0] == jobs[1] != jobs[2]
