"""Learning from use: thumbs, what our data cannot tell, and good answers that are given again as long as they stand."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from assistant.bootstrap import App, open_app
from assistant.intake.shapes import ReadOptions
from assistant.pipeline.learning import learn
from assistant.settings import Settings
from tests.api.conftest import PHONE, TICKETS, _wire

QUESTION = "打印机升级后掉线，怎么回客户"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[App]:
    """An application of the test's own: its records change."""
    source = tmp_path / "tickets.jsonl"
    source.write_text("\n".join(map(_wire, TICKETS)), encoding="utf-8")
    built = open_app(Settings(engine="rules", data_dir=tmp_path / "data", language="zh"))
    dict(built.pipeline.run([source], ReadOptions()))
    yield built
    built.close()


@pytest.fixture
def door(own: App) -> Iterator[TestClient]:
    with TestClient(create_app(own), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50000)) as connected:
        yield connected


def ask(client: TestClient, question: str = QUESTION, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.post("/v1/ask", json={"question": question, **more}).json()
    return answer


def pin(client: TestClient, answer_id: str) -> int:
    return client.post("/v1/pins", json={"answer_id": answer_id}, headers={"x-user": "li"}).status_code


def test_a_pinned_answer_is_given_again_and_says_so(door: TestClient) -> None:
    first = ask(door)
    assert pin(door, first["id"]) == 201
    again = ask(door, "打印机升级后掉线,怎么回客户?")
    assert again["text"] == first["text"]
    assert again["citations"] == first["citations"]
    assert again["id"] != first["id"]
    assert "li 于" in again["warnings"][0]
    assert "置顶" in again["warnings"][0]
    assert not any("置顶" in warning for warning in ask(door, QUESTION, filters={"segment": "sme"})["warnings"])
    rows = door.get("/v1/pins").json()
    assert [(row["answer_id"], row["actor"], row["question"]) for row in rows["items"]] == [
        (first["id"], "li", QUESTION)
    ]
    assert pin(door, again["id"]) == 201
    assert door.get("/v1/pins").json()["total"] == 1
    told = [warning for warning in ask(door)["warnings"] if "置顶" in warning]
    assert len(told) == 1
    assert door.delete(f"/v1/pins/{first['id']}").json() == {"unpinned": first["id"]}
    assert door.delete(f"/v1/pins/{first['id']}").status_code == 404
    assert not any("置顶" in warning for warning in ask(door)["warnings"])


def test_an_answer_is_looked_at_again_as_it_was_given(door: TestClient) -> None:
    given = ask(door)
    assert door.get(f"/v1/answers/{given['id']}").json() == given


def test_a_pin_is_kept_where_its_conversation_is_deleted(door: TestClient) -> None:
    first = ask(door, conversation_id="c")
    pin(door, first["id"])
    assert ask(door, conversation_id="c2")["text"] == first["text"]
    assert door.delete("/v1/conversations/c").json() == {"conversations": 1, "answers": 0, "kept_pinned": 1}
    assert "置顶" in ask(door)["warnings"][0]


def test_a_refusal_cannot_be_pinned(door: TestClient) -> None:
    refused = ask(door, "今天天气怎么样")
    assert pin(door, refused["id"]) == 422
    assert pin(door, "an_none") == 404


def test_a_pin_with_other_figures_by_now_is_not_given(door: TestClient, own: App, tmp_path: Path) -> None:
    question = "打印机有多少条反馈"
    first = ask(door, question)
    pin(door, first["id"])
    assert "置顶" in ask(door, question)["warnings"][0]
    more = tmp_path / "more.jsonl"
    more.write_text(_wire(("T-9", "P2", "2026-09-12", "sme", "打印机卡纸，纸都皱成一团了。")), encoding="utf-8")
    dict(own.pipeline.run([more], ReadOptions()))
    after = ask(door, question)
    assert after["figures"][0]["value"] == first["figures"][0]["value"] + 1
    assert any("没有采用" in warning and "数字" in warning for warning in after["warnings"])


def test_whoever_is_erased_is_gone_from_conversations_and_pins(door: TestClient, own: App) -> None:
    first = ask(door, conversation_id="theirs")
    pin(door, first["id"])
    cited = door.get(f"/v1/records/{first['citations'][0]['record_id']}").json()
    ask(door, "门锁有多少条反馈", conversation_id=f"about {cited['record_id']}")
    erased = door.delete(f"/v1/customers/{cited['customer_id']}", params={"reason": "asked"})
    assert erased.status_code == 200, erased.text
    assert erased.json()["proved"]
    assert door.get("/v1/conversations").json()["total"] == 0
    assert door.get("/v1/pins").json()["total"] == 0
    held = json.dumps([own.store.list_unanswered(None), own.store.list_feedback(None)], ensure_ascii=False)
    assert first["citations"][0]["quote"] not in held + ask(door)["text"]


def test_what_our_data_cannot_tell_is_collected(door: TestClient) -> None:
    for _ in range(3):
        ask(door, "洗碗机漏水怎么办")
    ask(door, "今天天气怎么样")
    answered = ask(door)
    door.post("/v1/feedback", json={"answer_id": answered["id"], "verdict": "down", "comment": f"不对，打{PHONE}"})
    page = door.get("/v1/unanswered", params={"limit": 2}).json()
    assert page["items"][0]["question"] == "洗碗机漏水怎么办"
    assert page["items"][0]["times"] == 3
    assert page["total"] == 3
    rest = door.get(page["next"]).json()["items"]
    assert door.get(f"/v1/answers/{page['items'][0]['answer_id']}").json()["refused"]
    assert door.get("/v1/answers/an_none").status_code == 404
    assert {row["why"] for row in page["items"] + rest} == {"no_data", "off_topic", "not_helpful"}
    assert PHONE not in str(page) + str(rest)


def test_thumbs_are_listed_with_what_they_are_on(door: TestClient) -> None:
    answer = ask(door)
    for verdict in ("up", "down"):
        thumb = {"answer_id": answer["id"], "verdict": verdict}
        door.post("/v1/feedback", json=thumb, headers={"X-User": f"{verdict} {PHONE}"})
    rows = door.get("/v1/feedback").json()
    assert [row["actor"].split()[0] for row in rows["items"]] == ["down", "up"]
    assert PHONE not in str(rows)
    assert [(row["verdict"], row["question"]) for row in rows["items"]] == [("down", QUESTION), ("up", QUESTION)]


def test_a_question_that_is_answered_later_leaves_the_list(door: TestClient, own: App, tmp_path: Path) -> None:
    assert ask(door, "打印机保修几年")["refused"]
    (tmp_path / "三包.md").write_text("# 三包\n\n## 保修\n打印机整机质保一年。\n", encoding="utf-8")
    learn(own.pipeline.context, [tmp_path / "三包.md"])
    assert "质保一年" in ask(door, "请问打印机保修几年？")["text"]
    assert door.get("/v1/unanswered").json()["total"] == 0
    (row,) = door.get("/v1/unanswered", params={"answered": True}).json()["items"]
    assert row["question"] == "打印机保修几年"
    assert row["answered_at"] >= row["last_at"]
