"""Looking over HTTP: lists, tables, single things, proposals, health and the page."""

import re

import pytest
from fastapi.testclient import TestClient

from api.doorway import WAYS
from tests.api.conftest import PHONE, TICKETS


def test_search_gives_hits_of_the_contract(client: TestClient) -> None:
    found = client.get("/v1/search", params={"q": "门锁没电", "limit": 5}).json()
    assert found["items"][0]["external_id"] in {"T-6", "T-7"}
    assert set(found["items"][0]) >= {"record_id", "external_id", "score", "text", "channel", "product", "created_at"}
    assert client.get("/v1/search", params={"q": "没电", "product": ["P2"], "since": "2026-09-09"}).json()["total"] <= 1


def test_stats_count_what_is_there(client: TestClient) -> None:
    table = client.get("/v1/stats", params={"by": "product"}).json()
    assert {row["key"]: row["records"] for row in table["items"]} == {"P2": 6, "L3": 2}
    assert table["totals"]["records"] == len(TICKETS)
    assert set(table["items"][0]) >= {"key", "records", "customers", "share", "interval", "previous", "change"}
    both = client.get("/v1/stats", params={"by": "product", "segment": ["sme", "consumer"]}).json()
    assert both["totals"]["records"] == 5


def test_a_record_is_found_by_either_id_and_masked(client: TestClient) -> None:
    record = client.get("/v1/records/T-2").json()
    assert client.get(f"/v1/records/{record['record_id']}").json() == record
    assert PHONE not in str(record)
    assert record["masked"][0]["type"] == "phone"


@pytest.mark.parametrize("kind", ["themes", "insights", "ideas"])
def test_lists_page_through_everything_once(client: TestClient, kind: str) -> None:
    seen: list[str] = []
    address: str | None = f"/v1/{kind}?limit=2"
    total = -1
    while address:
        page = client.get(address).json()
        seen += [str(item) for item in page["items"]]
        total, address = page["total"], page["next"]
    assert len(seen) == len(set(seen)) == total > 0


def test_a_theme_has_voices(client: TestClient) -> None:
    theme_id = client.get("/v1/themes").json()["items"][0]["theme_id"]
    assert client.get(f"/v1/themes/{theme_id}").json()["voices"]


def test_a_proposal_is_drafted_and_read_back(client: TestClient) -> None:
    idea_id = client.get("/v1/ideas").json()["items"][0]["idea_id"]
    made = client.post("/v1/proposals", json={"idea_id": idea_id})
    assert made.status_code == 201
    address = made.headers["location"]
    assert client.get(address).json()["title"] == made.json()["title"]
    document = client.get(address, params={"format": "md"})
    assert document.headers["content-type"].startswith("text/markdown")
    assert "<script>" not in document.text


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/records/T-99", None, 404),
        ("GET", "/v1/themes/th_none", None, 404),
        ("GET", "/v1/proposals/pr_none", None, 404),
        ("GET", "/v1/nothing", None, 404),
        ("POST", "/v1/proposals", {"idea_id": "id_none"}, 404),
        ("POST", "/v1/proposals", {}, 422),
        ("POST", "/v1/proposals", {"idea_id": "a", "theme_id": "b"}, 422),
        ("GET", "/v1/stats?by=mood", None, 422),
        ("GET", "/v1/themes?limit=0", None, 422),
        ("GET", "/v1/search", None, 422),
        ("GET", "/v1/insights?since=yesterday", None, 422),
        ("DELETE", "/v1/ask", None, 405),
    ],
)
def test_errors_are_problems(client: TestClient, method: str, path: str, body: object, status: int) -> None:
    response = client.request(method, path, json=body)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status


def test_a_number_in_an_address_is_not_said_back(client: TestClient) -> None:
    assert PHONE not in client.get(f"/v1/records/{PHONE}").text


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["records"] == len(TICKETS)


@pytest.mark.parametrize("path", ["/login", "/docs"])
def test_pages_ask_nothing_of_other_machines(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    addresses = re.findall(r"(?:src|href|url)\s*[=:]\s*['\"]([^'\"]+)", response.text)
    assert addresses
    assert not [address for address in addresses if re.match(r"(?:https?:)?//", address)]
    pages = {way for way, _ in WAYS}  # the command alone mounts them
    for address in addresses:
        if address.startswith("/") and address not in pages:
            assert client.get(address).status_code == 200


def test_every_route_is_documented(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/v1/ask", "/v1/search", "/v1/stats", "/v1/records/{any_id}", "/v1/themes", "/v1/themes/{theme_id}", "/v1/insights", "/v1/ideas", "/v1/proposals", "/v1/proposals/{proposal_id}", "/v1/feedback", "/healthz", "/readyz"} <= set(paths)  # fmt: skip
    assert all(operation["description"] for item in paths.values() for operation in item.values())
