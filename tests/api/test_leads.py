"""Leads, impact and alerts over HTTP say what the command line says; what can't be is a problem document."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from assistant.bootstrap import App, open_app
from assistant.domain.filters import Filters
from assistant.intake.shapes import ReadOptions
from assistant.records.impact import delight, friction
from assistant.records.screening import screen
from assistant.settings import Settings
from tests.api.conftest import PHONE

ROWS = [
    ("T-1", "C-1", "有没有外接的应急电源卖，想买一个给门锁备着"),
    ("T-2", "C-1", "再问一次，能不能买到应急电源，想买一个"),
    ("T-3", "C-2", "别再给我打推销电话了，烦死了。尘袋在哪买，想买一包"),
    ("T-4", "C-3", "打印机升级后天天掉线，投诉了两回都没人管，想退货"),
    ("T-5", "C-4", "客服小哥很耐心，修得又快又好，推荐给邻居了"),
]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> App:
    place = tmp_path_factory.mktemp("leads")
    rows = [
        {"id": name, "channel": "ticket", "created_at": f"2026-08-0{n}T09:00:00+08:00", "product": "L3", "text": said,
         "customer": {"id": who, "segment": "consumer", "owned": ["L3", "X5", "R8"], "since": "2024-01-01"}}
        for n, (name, who, said) in enumerate(ROWS, 1)
    ]  # fmt: skip
    source = place / "in.jsonl"
    source.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    app = open_app(Settings(engine="rules", data_dir=place / "data", language="zh"))
    assert dict(app.pipeline.run([Path(source)], ReadOptions()))
    return app


@pytest.fixture(scope="module")
def caller(own: App) -> Iterator[TestClient]:
    with TestClient(create_app(own), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50000)) as connected:
        yield connected


def test_a_lead_is_taken_from_new_to_won_and_counted(caller: TestClient, own: App) -> None:
    listed = caller.get("/v1/leads").json()
    assert set(listed) == {"items", "total", "next", "held"}
    assert listed["total"] == own.store.list_leads(Filters(), 0)[1] > 0
    (mine,) = [one for one in listed["items"] if one["customer_id"] == "C-1"]
    assert (mine["mentions"], mine["status"]) == (2, "new")
    path = f"/v1/leads/{mine['id']}"
    taken = caller.patch(path, json={"owner": "小王", "note": f"回电 {PHONE}"}).json()
    assert (taken["status"], taken["owner"]) == ("assigned", "小王")
    assert PHONE not in caller.get(path).text
    for status in ("contacted", "won"):
        assert caller.patch(path, json={"status": status}).json()["status"] == status
    history = caller.get(path).json()["history"]
    assert [event["after"] for event in history if event["field"] == "status"] == ["assigned", "contacted", "won"]
    assert {event["actor"] for event in history} == {"http"}
    whole = caller.get("/v1/leads/funnel").json()["all"]
    assert (whole["won"], whole["contacted"], whole["registered"]) == (1, 1, listed["total"])
    assert whole["win_rate"]["count"] == whole["win_rate"]["of"] == 1
    assert caller.get("/v1/leads", params={"status": "won", "owner": "小王"}).json()["total"] == 1


def test_one_on_hold_says_why_and_is_not_taken_without_a_reason(caller: TestClient) -> None:
    assert "C-2" not in {one["customer_id"] for one in caller.get("/v1/leads").json()["items"]}
    held = caller.get("/v1/leads", params={"status": "hold"}).json()
    assert held["total"] == held["held"] > 0
    one = held["items"][0]
    assert (one["customer_id"], one["hold_because"]["external_id"]) == ("C-2", "T-3")
    refused = caller.patch(f"/v1/leads/{one['id']}", json={"owner": "小王"})
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert "T-3" in refused.json()["detail"]
    allowed = caller.patch(f"/v1/leads/{one['id']}", json={"owner": "小王", "override": "客户来电要买"})
    assert allowed.json()["status"] == "assigned"


@pytest.mark.parametrize(
    ("path", "wish", "status"),
    [
        ("ld_none", {"status": "won"}, 404),
        ("ld_none", {"status": "sold"}, 422),
        ("ld_none", {"state": "won"}, 422),
        ("ld_none", {"note": ""}, 422),
    ],
)
def test_what_can_not_be_is_a_problem(caller: TestClient, path: str, wish: dict[str, str], status: int) -> None:
    answer = caller.patch(f"/v1/leads/{path}", json=wish)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert caller.get("/v1/leads/ld_none").status_code == 404


def test_customers_have_tags_and_are_screened(caller: TestClient, own: App) -> None:
    listed = caller.get("/v1/customers", params={"limit": 2}).json()
    assert (listed["total"], len(listed["items"])) == (4, 2)
    assert caller.get(listed["next"]).json()["next"] is None
    one = caller.get("/v1/customers/C-2").json()
    tags = {tag["tag"]: tag for tag in one["tags"]}
    assert {"tier:high", "resale_aversion"} <= set(tags)
    assert tags["resale_aversion"]["evidence"]["external_id"] == "T-3"
    assert one["richness"]["records"] == 1
    found = caller.get("/v1/customers/screening").json()
    assert found["considered"] == found["total"] + found["averse"] + found["quiet"] == 4
    assert found["averse"] == 1
    assert [item["customer_id"] for item in found["items"]] == [
        one.customer_id for one in screen(own.store.database, Filters()).customers
    ]


def test_impact_is_the_same_as_in_the_core(caller: TestClient, own: App) -> None:
    hurt = caller.get("/v1/stats/friction", params={"by": "aspect"}).json()
    assert [row["score"] for row in hurt["items"]] == [row.score for row in friction(own.counting, "aspect", Filters())]
    assert hurt["weights"]["churn_risk"] == 2.0
    glad = caller.get("/v1/stats/delight", params={"by": "product"}).json()
    assert [row["key"] for row in glad["items"]] == [row.key for row in delight(own.counting, "product", Filters())]
    pair = {"one": "2026-08-01..2026-08-02", "other": "2026-08-03..2026-08-05", "by": "channel"}
    compared = caller.get("/v1/stats/compare", params=pair).json()
    assert (compared["bases"], compared["items"][0]["records"]) == ([2, 3], [2, 3])
    assert caller.get("/v1/stats/compare", params={**pair, "one": "gestern"}).status_code == 422


def test_a_mistake_in_the_house_files_is_a_problem(caller: TestClient, own: App) -> None:
    path = own.store.database.folder / "impact.toml"
    path.write_text("[weights]\nchurn_risk = -1", encoding="utf-8")
    answer = caller.get("/v1/stats/friction")
    path.unlink()
    assert (answer.status_code, "weights.churn_risk" in answer.json()["detail"]) == (422, True)


def test_alerts_and_the_digest_are_shown(caller: TestClient, own: App) -> None:
    assert caller.get("/v1/alerts").json() == {"items": [], "total": 0, "next": None}
    shown = caller.get("/v1/alerts/digest").json()
    assert (
        shown["facts"]["records"] == own.counting.totals(Filters(since="2026-08-03", until="2026-08-09")).records == 3
    )
    assert caller.get("/v1/alerts/digest", params={"week": "2026-33"}).status_code == 422
