"""Proposals over HTTP: drafted from a theme or a brief, read as documents, edited, discussed and decided on by persons."""

import zipfile
from io import BytesIO
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.bootstrap import App
from assistant.pipeline.reviewing import Patch


@pytest.fixture
def proposal(client: TestClient) -> dict[str, Any]:
    """A fresh draft: each brief of its own words makes one of its own."""
    made = client.post("/v1/proposals", json={"brief": "给老板做一款不掉线的打印机"})
    assert made.status_code == 201, made.text
    body: dict[str, Any] = made.json()
    return body


def patch(client: TestClient, proposal_id: str, **change: Any) -> Any:
    return client.patch(f"/v1/proposals/{proposal_id}", json=change)


def test_a_brief_says_which_themes_carry_it(proposal: dict[str, Any]) -> None:
    brief = proposal["provenance"]["brief"]
    assert brief["text"] == "给老板做一款不掉线的打印机"
    assert brief["themes"][0]["customers"] >= 2
    assert brief["words"]["打印机"] >= 2
    assert proposal["evidence"]
    assert any(figure["name"].startswith("mention:") for figure in proposal["figures"])


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"brief": "给宇航员做一款火星旅行套餐"}, 404, "say nothing"),
        ({"brief": "给老板做打印机", "theme_id": "th_1"}, 422, "one of"),
        ({"brief": ""}, 422, ""),
        ({"brief": "打" * 400}, 422, ""),
    ],
)
def test_a_brief_that_nothing_carries_is_refused(client: TestClient, body: Any, status: int, told: str) -> None:
    answer = client.post("/v1/proposals", json=body)
    assert (answer.status_code, told in answer.text) == (status, True)


def test_a_word_file_is_handed_out(client: TestClient, proposal: dict[str, Any]) -> None:
    answer = client.get(f"/v1/proposals/{proposal['id']}", params={"format": "docx"})
    assert answer.headers["content-type"].endswith("wordprocessingml.document")
    assert f"{proposal['id']}.docx" in answer.headers["content-disposition"]
    with zipfile.ZipFile(BytesIO(answer.content)) as parts:
        assert "word/document.xml" in parts.namelist()
    shown = client.get(f"/v1/proposals/{proposal['id']}", params={"format": "md"})
    assert shown.headers["content-type"].startswith("text/markdown")


def test_the_way_of_a_proposal(client: TestClient, proposal: dict[str, Any]) -> None:
    name = proposal["id"]
    assert patch(client, name, status="approved", actor="李经理").status_code == 422
    assert patch(client, name, status="in_review").json()["status"] == "in_review"
    for nobody in ({}, {"actor": "batch"}, {"actor": "System"}):
        assert patch(client, name, status="approved", **nobody).status_code == 422
    assert patch(client, name, status="approved", actor="李经理", comment="先做样件").json()["status"] == "approved"
    assert patch(client, name, status="rejected").status_code == 422
    assert patch(client, name, status="measured").status_code == 422
    assert patch(client, name, status="in_development", owner="王工").json()["owner"] == "王工"
    launched = patch(client, name, status="launched", launched_on="2026-12-01", product="P2").json()
    assert launched["provenance"]["launch"] == {"date": "2026-12-01", "product": "P2", "region": None}
    assert patch(client, name, status="measured").status_code == 422
    history = client.get(f"/v1/proposals/{name}/history").json()["items"]
    kinds = [event["kind"] for event in history]
    assert kinds == ["drafted", "moved", "commented", "moved", "owned", "moved", "moved"]
    assert {event["who"] for event in history if event["kind"] == "commented"} == {"李经理"}


@pytest.mark.parametrize(
    "change", [{}, {"status": "gone"}, {"edits": {"nowhere": "x"}}, {"title": "x"}, {"status": "launched"}]
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    client: TestClient, proposal: dict[str, Any], change: dict[str, Any]
) -> None:
    before = client.get(f"/v1/proposals/{proposal['id']}").json()
    assert patch(client, proposal["id"], **change, **({"comment": "半途"} if change else {})).status_code == 422
    assert client.get(f"/v1/proposals/{proposal['id']}").json() == before


def test_what_people_write_is_masked_and_marked(client: TestClient, proposal: dict[str, Any]) -> None:
    text = "先给老板一台不会自己升级的。九成客户会买。请打13812345678联系。"
    changed = patch(client, proposal["id"], edits={"concept.what": text}, actor="王工").json()
    own = [s for s in changed["statements"] if s["place"] == "concept.what"]
    assert [(s["kind"], s["reason"]) for s in own[:2]] == [("plan", None), ("assumption", "number_not_counted")]
    assert {s["by"] for s in own} == {"王工"}
    assert "13812345678" not in str(client.get(f"/v1/proposals/{proposal['id']}").json())
    assert changed["provenance"]["edited"]["statements"] == 3


def test_what_a_launch_tells_of_its_place_is_masked_and_who_decided_is_not(client: TestClient) -> None:
    name = client.post("/v1/proposals", json={"brief": "给老板做一款连得上的打印机"}).json()["id"]
    for status in ("in_review", "approved", "in_development"):
        assert patch(client, name, status=status, actor="欧阳建国").status_code == 200
    told = patch(client, name, status="launched", region="电话13812345678", actor="欧阳建国").json()
    assert "13812345678" not in str(told)
    history = client.get(f"/v1/proposals/{name}/history").json()
    assert "13812345678" not in str(history)
    assert "欧阳建国" in str(history)


@pytest.mark.parametrize(("approver", "alone"), [("drafter", True), ("second", False)])
def test_who_approves_their_own_draft_is_on_record(app: App, approver: str, alone: bool) -> None:
    made = app.pipeline.propose(brief=f"给老板做一款连得上的打印机 {approver}", who="drafter")
    for status, who in (("in_review", "drafter"), ("approved", approver)):
        app.pipeline.change_proposal(made.id, Patch(status=status), who)
    approved = app.store.proposal_history(made.id)[-1]
    assert (approved.detail["to"], approved.detail.get("own_draft", False)) == ("approved", alone)
