"""Conversations: follow-ups out of what was kept, nobody sees another one's, deleted when their user says so."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Headers

from assistant.bootstrap import App
from tests.api.conftest import PHONE
from tests.api.sse import parse

ANNA = Headers({"x-user": "anna"})
BO = Headers([(b"x-user", "波".encode())])
NOBODY = Headers()


def ask(client: TestClient, question: str, talk: str, user: Headers = ANNA) -> dict[str, Any]:
    response = client.post("/v1/ask", json={"question": question, "conversation_id": talk}, headers=user)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def talks(client: TestClient, user: Headers, **params: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/v1/conversations", headers=user, params=params).json()
    return found


@pytest.fixture(autouse=True)
def clean(client: TestClient) -> None:
    for user in (ANNA, BO, NOBODY):
        client.delete("/v1/conversations", headers=user)


def test_a_follow_up_is_understood_from_what_was_asked_before(client: TestClient) -> None:
    ask(client, "打印机有多少条反馈", "t1")
    assert ask(client, "那门锁呢", "t1")["plan"]["filters"] == {"product": ["L3"]}
    kept = client.get("/v1/conversations/t1", headers=ANNA).json()
    assert [item["question"] for item in kept["items"]] == ["打印机有多少条反馈", "那门锁呢"]
    assert (kept["total"], kept["next"]) == (2, None)


def test_a_stream_is_kept_too(client: TestClient) -> None:
    body = {"question": "打印机有多少条反馈", "conversation_id": "t2"}
    response = client.post("/v1/ask", json=body, headers={"x-user": "anna", "accept": "text/event-stream"})
    done = parse(response.text)[-1][1]
    kept = client.get("/v1/conversations/t2", headers=ANNA).json()["items"]
    assert [item["id"] for item in kept] == [done["id"]]


def test_nobody_sees_or_deletes_another_ones(client: TestClient) -> None:
    ask(client, "打印机有多少条反馈", "same", ANNA)
    ask(client, "门锁有多少条反馈", "same", BO)
    assert [row["title"] for row in talks(client, ANNA)["items"]] == ["打印机有多少条反馈"]
    assert [row["title"] for row in talks(client, BO)["items"]] == ["门锁有多少条反馈"]
    assert talks(client, BO)["items"][0]["owner"] == "波"
    assert client.delete("/v1/conversations/same", headers=ANNA).json() == {
        "conversations": 1, "answers": 1, "kept_pinned": 0,
    }  # fmt: skip
    assert client.get("/v1/conversations/same", headers=ANNA).status_code == 404
    assert client.delete("/v1/conversations/same", headers=ANNA).status_code == 404
    assert client.get("/v1/conversations/same", headers=BO).json()["total"] == 1
    assert talks(client, NOBODY)["total"] == 0


def test_deleting_takes_the_answers_and_what_was_said_of_them(client: TestClient, app: App) -> None:
    answer = ask(client, "门锁没电怎么回", "t3")
    client.post("/v1/feedback", json={"answer_id": answer["id"], "verdict": "up"})
    client.delete("/v1/conversations/t3", headers=ANNA)
    assert client.post("/v1/feedback", json={"answer_id": answer["id"], "verdict": "up"}).status_code == 404
    assert answer["id"] not in {row["answer_id"] for row in app.store.list_feedback(None)[0]}


def test_lists_have_pages(client: TestClient) -> None:
    for n in range(3):
        ask(client, f"打印机有多少条反馈 {n}", f"p{n}")
    first = talks(client, ANNA, limit=2)
    assert (len(first["items"]), first["total"]) == (2, 3)
    rest = client.get(first["next"], headers=ANNA).json()
    assert sorted(row["conversation_id"] for row in first["items"] + rest["items"]) == ["p0", "p1", "p2"]
    assert rest["next"] is None
    ask(client, "那门锁呢", "p0")
    page = client.get("/v1/conversations/p0", headers=ANNA, params={"limit": 1, "offset": 1}).json()
    assert [item["question"] for item in page["items"]] == ["那门锁呢"]


def test_ids_and_users_are_masked_as_any_text(client: TestClient) -> None:
    answer = ask(client, "打印机有多少条反馈", f"talk {PHONE}", Headers({"x-user": PHONE}))
    assert answer["warnings"] is not None
    rows = talks(client, Headers({"x-user": PHONE}))
    assert PHONE not in str(rows)
    assert rows["total"] == 1
    again = client.get(f"/v1/conversations/{rows['items'][0]['conversation_id']}", headers=Headers({"x-user": PHONE}))
    assert again.json()["total"] == 1
    assert client.delete(f"/v1/conversations/talk {PHONE}", headers=Headers({"x-user": PHONE})).status_code == 200


def test_history_given_goes_before_what_was_kept(client: TestClient) -> None:
    ask(client, "打印机有多少条反馈", "t4")
    body = {
        "question": "那9月呢",
        "conversation_id": "t4",
        "history": [{"role": "user", "content": "门锁有多少条反馈"}],
    }
    found = client.post("/v1/ask", json=body, headers=ANNA).json()
    assert found["plan"]["filters"]["product"] == ["L3"]
