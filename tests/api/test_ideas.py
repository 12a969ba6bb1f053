"""Ideas through the web door: looked at, voted on, edited, rejected, merged, and taken back."""

import pytest
from fastapi.testclient import TestClient


@pytest.fixture
def ids(client: TestClient) -> list[str]:
    return [row["idea_id"] for row in client.get("/v1/ideas").json()["items"]]


def test_an_idea_is_shown_whole(client: TestClient, ids: list[str]) -> None:
    idea = client.get(f"/v1/ideas/{ids[0]}").json()
    assert idea["voices"]
    assert idea["themes"]
    assert idea["next_needs"]
    assert idea["lens"]
    assert all(one["text"] and one["test"] for one in idea["assumed"])
    assert idea["customers"] >= sum(count for _, count in idea["segments"])
    assert client.get("/v1/ideas/id_none").status_code == 404


def test_votes_count_by_person_and_move_the_rank(client: TestClient, ids: list[str]) -> None:
    before = client.get(f"/v1/ideas/{ids[0]}").json()["rank"]
    for by, value in (("王", 1), ("李", -1), ("王", -1)):
        client.post(f"/v1/ideas/{ids[0]}/votes", json={"value": value, "by": by, "why": "打13812345678问过"})
    idea = client.get(f"/v1/ideas/{ids[0]}").json()
    assert idea["votes"] == [0, 2]
    assert idea["rank"] == pytest.approx(max(0, before - 0.25 * 2 / 4), abs=1e-3)
    assert "13812345678" not in str(idea)
    assert client.post(f"/v1/ideas/{ids[0]}/votes", json={"value": 3}).status_code == 422


def test_an_edit_is_kept_and_taken_back(client: TestClient, ids: list[str]) -> None:
    title = client.get(f"/v1/ideas/{ids[0]}").json()["title"]
    changed = client.patch(
        f"/v1/ideas/{ids[0]}", json={"title": "自己写的名字", "features": ["一", "二"], "why": "具体"}
    )
    assert changed.json()["title"] == "自己写的名字"
    assert changed.json()["features"] == ["一", "二"]
    assert changed.json()["edited"]
    assert changed.json()["history"][0]["why"] == "具体"
    undone = client.post(f"/v1/ideas/edits/{changed.json()['edit_ids'][0]}/undo").json()
    assert undone["ideas"][0]["title"] == title
    assert not undone["ideas"][0]["edited"]


def test_a_rejection_needs_a_reason_and_takes_the_idea_off_the_list(client: TestClient, ids: list[str]) -> None:
    assert client.patch(f"/v1/ideas/{ids[0]}", json={"status": "rejected"}).status_code == 422
    assert client.patch(f"/v1/ideas/{ids[0]}", json={}).status_code == 422
    client.patch(f"/v1/ideas/{ids[0]}", json={"status": "rejected", "why": "已经有了"})
    assert ids[0] not in [row["idea_id"] for row in client.get("/v1/ideas").json()["items"]]
    back = client.patch(f"/v1/ideas/{ids[0]}", json={"status": "proposed"}).json()
    assert back["status"] == "proposed"


def test_merged_ideas_hand_over_their_evidence(client: TestClient, ids: list[str]) -> None:
    one, other = (client.get(f"/v1/ideas/{idea_id}").json() for idea_id in ids[:2])
    merged = client.post("/v1/ideas/merge", json={"idea_ids": [ids[1]], "into": ids[0]}).json()
    assert set(merged["ideas"][0]["evidence"]) == {*one["evidence"], *other["evidence"]}
    assert merged["ideas"][1]["status"] == "merged"
    undone = client.post(f"/v1/ideas/edits/{merged['edit_id']}/undo").json()
    assert {idea["status"] for idea in undone["ideas"]} == {"proposed"}
    assert client.get("/v1/ideas/history").json()["total"] >= 2


def test_the_portfolio_is_harmless_html(client: TestClient, ids: list[str]) -> None:
    hostile = client.patch(f"/v1/ideas/{ids[0]}", json={"title": "<script>alert(1)</script>"}).json()
    page = client.get("/v1/ideas/portfolio")
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "http" not in page.text
    assert client.get("/v1/ideas/portfolio?format=md").text.startswith("# ")
    client.post(f"/v1/ideas/edits/{hostile['edit_ids'][0]}/undo")


def test_a_change_that_cannot_be_whole_changes_nothing(client: TestClient, ids: list[str]) -> None:
    title = client.get(f"/v1/ideas/{ids[0]}").json()["title"]
    for wish in ({"status": "rejected"}, {"status": "proposed", "why": "回来"}):
        assert client.patch(f"/v1/ideas/{ids[0]}", json={"title": "改了一半", **wish}).status_code == 422
    assert client.get(f"/v1/ideas/{ids[0]}").json()["title"] == title


def test_ideas_are_merged_into_one_that_stands_and_come_back_by_undoing(client: TestClient, ids: list[str]) -> None:
    client.patch(f"/v1/ideas/{ids[0]}", json={"status": "rejected", "why": "已经有了"})
    assert client.post("/v1/ideas/merge", json={"idea_ids": [ids[1]], "into": ids[0]}).status_code == 422
    client.patch(f"/v1/ideas/{ids[0]}", json={"status": "proposed"})
    merged = client.post("/v1/ideas/merge", json={"idea_ids": [ids[1]], "into": ids[0]}).json()
    assert client.patch(f"/v1/ideas/{ids[1]}", json={"status": "proposed"}).status_code == 422
    client.post(f"/v1/ideas/edits/{merged['edit_id']}/undo")
    assert client.get(f"/v1/ideas/{ids[1]}").json()["status"] == "proposed"


def test_who_decides_is_told_by_name_and_by_no_number(client: TestClient, ids: list[str]) -> None:
    named = client.patch(f"/v1/ideas/{ids[0]}", json={"title": "另起的名字", "by": "欧阳建国"}).json()
    assert named["history"][0]["actor"] == "欧阳建国"
    for by in ("13812345678", "一\n二" * 60):
        assert client.post(f"/v1/ideas/{ids[0]}/votes", json={"value": 1, "by": by}).status_code == 422
