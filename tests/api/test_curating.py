"""Themes put right over HTTP: each wish an edit, wrong ones problems, and everything can be taken back."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from assistant.bootstrap import open_app
from assistant.settings import Settings


@pytest.fixture(scope="module")
def caller(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    place = shutil.copytree(sample, tmp_path_factory.mktemp("curating") / "data")
    app = open_app(Settings(engine="rules", data_dir=place, language="zh"))
    with TestClient(create_app(app), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50000)) as connected:
        yield connected


def listed(caller: TestClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = caller.get("/v1/themes").json()["items"]
    return items


def test_words_and_flags_are_edits_that_can_be_taken_back(caller: TestClient) -> None:
    theme = listed(caller)[0]
    place = f"/v1/themes/{theme['theme_id']}"
    done = caller.patch(place, json={"title": "新的名字", "locked": True}).json()
    assert (done["title"], done["edited"], done["locked"]) == ("新的名字", True, True)
    assert len(done["edit_ids"]) == 2
    kinds = [edit["events"][0]["kind"] for edit in caller.get("/v1/themes/edits").json()["items"]]
    assert kinds[:2] == ["locked", "reworded"]
    for edit in reversed(done["edit_ids"]):
        assert caller.post(f"/v1/themes/edits/{edit}/undo").status_code == 200
    assert listed(caller)[0]["title"] == theme["title"]


def test_merging_splitting_and_moving(caller: TestClient) -> None:
    first, second, *_ = listed(caller)
    wish = {"theme_ids": [second["theme_id"]], "into": first["theme_id"]}
    merged = caller.post("/v1/themes/merge", json=wish).json()
    assert second["theme_id"] not in {item["theme_id"] for item in listed(caller)}
    assert caller.post(f"/v1/themes/edits/{merged['edit_id']}/undo").status_code == 200
    inside = caller.get("/v1/insights", params={"theme": first["theme_id"]}).json()["items"]
    ids = [item["insight_id"] for item in inside[:2]]
    divided = caller.post(
        f"/v1/themes/{first['theme_id']}/split", json={"insight_ids": ids, "title": "分出来的"}
    ).json()
    assert divided["themes"][-1]["title"] == "分出来的"
    moved = caller.post(f"/v1/themes/{second['theme_id']}/members", json={"insight_ids": ids[:1]}).json()
    assert {item["theme_id"] for item in moved["themes"]} >= {second["theme_id"]}
    assert caller.get(f"/v1/themes/{first['theme_id']}").json()["history"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PATCH", "/v1/themes/th_none", {"title": "x"}, 404),
        ("PATCH", "/v1/themes/th_none", {}, 422),
        ("PATCH", "/v1/themes/th_none", {"records": 5}, 422),
        ("POST", "/v1/themes/merge", {"theme_ids": [], "into": "th_none"}, 422),
        ("POST", "/v1/themes/merge", {"theme_ids": ["th_a"], "into": "th_none"}, 404),
        ("POST", "/v1/themes/th_none/split", {"insight_ids": ["in_x"], "title": "x"}, 404),
        ("POST", "/v1/themes/edits/ed_none/undo", None, 404),
    ],
)
def test_wrong_wishes_are_problems(caller: TestClient, method: str, path: str, body: Any, status: int) -> None:
    answer = caller.request(method, path, json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_health_waves_and_the_upper_level_are_shown(caller: TestClient) -> None:
    health = caller.get("/v1/themes/health").json()
    assert health["classified"] + health["unclassified"] == health["insights"] > 0
    assert {finding["kind"] for finding in health["findings"]} <= {
        "duplicate", "overlap", "too_wide", "too_thin", "unclassified",
    }  # fmt: skip
    waves = caller.get("/v1/themes/spikes").json()
    assert waves["total"] == len(waves["items"]) > 0
    parents = caller.get("/v1/themes/parents").json()["items"]
    shown = caller.get(f"/v1/themes/{parents[0]['id']}").json()
    assert shown["children"] == parents[0]["children"]
    child = caller.get(f"/v1/themes/{parents[0]['children'][0]}").json()
    assert child["parent"]["id"] == parents[0]["id"]
    assert child["change"]["interval"][0] <= child["change"]["interval"][1]
    within = caller.get("/v1/insights", params={"theme": parents[0]["id"], "limit": 500}).json()
    assert {item["theme_id"] for item in within["items"]} == set(parents[0]["children"])
    assert caller.get("/v1/themes/tp_none").status_code == 404


def test_the_parts_are_seen_before_anything_is_split(caller: TestClient) -> None:
    first, second, *_ = listed(caller)
    wish = {"theme_ids": [second["theme_id"]], "into": first["theme_id"]}
    caller.post("/v1/themes/merge", json=wish)
    before = caller.get("/v1/themes/edits").json()["total"], listed(caller)
    seen = caller.get(f"/v1/themes/{first['theme_id']}/parts").json()
    assert seen["total"] > 1
    assert (seen["items"][0]["words"], bool(seen["items"][1]["words"]["title"])) == ({}, True)
    assert (caller.get("/v1/themes/edits").json()["total"], listed(caller)) == before
    done = caller.post(f"/v1/themes/{first['theme_id']}/parts").json()
    assert [one["title"] for one in done["themes"][1:]] == [one["words"]["title"] for one in seen["items"][1:]]
    assert [one["records"] for one in done["themes"]] == [one["records"] for one in seen["items"]]
    assert caller.get("/v1/themes/th_none/parts").status_code == 404
