"""Every change that can be made over HTTP writes its one line in the audit book, and what is refused writes none."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.roles import RULES
from assistant.bootstrap import App, open_app
from assistant.pipeline.access import Access, By
from assistant.settings import Settings
from tests.api.conftest import _wire

PASSWORD = "四月的门锁没有电了真冷啊"
SAYS_NOTHING = {
    "POST /v1/ask", "POST /v1/chat/completions", "* /mcp", "* /_nicegui_ws/{file:path}", "POST /login", "POST /logout",
    "POST /jobs/file",
}  # fmt: skip
"""Asking, coming and going, and a file that waits for a person's word: nothing of these changes what is known."""
Ids = dict[str, str]


@pytest.fixture(scope="module")
def app(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    place = shutil.copytree(sample, tmp_path_factory.mktemp("booked") / "data")
    built = open_app(Settings(engine="rules", data_dir=place, language="zh"))
    yield built
    built.close()


@pytest.fixture(scope="module")
def client(app: App) -> Iterator[TestClient]:
    key = Access(app.store.access).create_key("根", "admin", By("test"))
    headers = {"authorization": f"Bearer {key.secret}"}
    with TestClient(create_app(app), base_url="http://127.0.0.1:8000", headers=headers) as connected:
        yield connected


@pytest.fixture(scope="module")
def ids(client: TestClient) -> Ids:
    """One of each thing."""
    themes, ideas = (client.get(f"/v1/{name}").json()["items"] for name in ("themes", "ideas"))
    one, two, three = (item["theme_id"] for item in themes[:3])
    inside = client.get("/v1/insights", params={"theme": one}).json()["items"]
    asked = {"question": "门锁没电了怎么办", "conversation_id": "talk-1"}
    return {
        "theme": one, "theme2": two, "theme3": three, "insight": inside[0]["insight_id"],
        "insight2": inside[1]["insight_id"], "idea": ideas[0]["idea_id"], "idea2": ideas[1]["idea_id"],
        "answer": client.post("/v1/ask", json=asked).json()["id"],
        "lead": client.get("/v1/leads").json()["items"][0]["id"],
        "customer": client.get("/v1/customers").json()["items"][0]["id"],
        "source": next(iter(client.get("/v1/retention").json()["sources"])),
    }  # fmt: skip


def _made(name: str) -> Callable[[Any, Ids], None]:
    """Remember the id of what was made."""

    def remember(answer: Any, ids: Ids) -> None:
        found = answer.get("id") or answer.get("edit_id") or answer["edit_ids"][0]
        ids[name] = str(found)

    return remember


RECORD = _wire(("B-1", "P2", "2026-09-11", "sme", "打印机又掉线了，客户在等。"))
STEPS: list[tuple[str, str, dict[str, Any], Callable[[Any, Ids], None] | None]] = [
    ("POST /v1/ideas/{idea_id}/votes", "/v1/ideas/{idea}/votes", {"json": {"value": 1}}, None),
    ("PATCH /v1/ideas/{idea_id}", "/v1/ideas/{idea}", {"json": {"title": "新的点子"}}, _made("idea_edit")),
    ("POST /v1/ideas/edits/{edit_id}/undo", "/v1/ideas/edits/{idea_edit}/undo", {}, None),
    ("POST /v1/proposals", "/v1/proposals", {"json": {"idea_id": "{idea}"}}, _made("proposal")),
    ("PATCH /v1/proposals/{proposal_id}", "/v1/proposals/{proposal}", {"json": {"status": "in_review"}}, None),
    ("POST /v1/proposals/{proposal_id}/outcome", "/v1/proposals/{proposal}/outcome", {"json": {"launched": "2026-06-01"}}, None),
    ("POST /v1/ideas/merge", "/v1/ideas/merge", {"json": {"idea_ids": ["{idea2}"], "into": "{idea}"}}, None),
    ("PATCH /v1/themes/{theme_id}", "/v1/themes/{theme}", {"json": {"title": "新的名字"}}, _made("edit")),
    ("POST /v1/themes/edits/{edit_id}/undo", "/v1/themes/edits/{edit}/undo", {}, None),
    ("POST /v1/themes/{theme_id}/split", "/v1/themes/{theme}/split", {"json": {"insight_ids": ["{insight}"], "title": "分"}}, None),
    ("POST /v1/themes/{theme_id}/members", "/v1/themes/{theme2}/members", {"json": {"insight_ids": ["{insight2}"]}}, None),
    ("POST /v1/themes/{theme_id}/parts", "/v1/themes/{theme2}/parts", {}, None),
    ("POST /v1/themes/merge", "/v1/themes/merge", {"json": {"theme_ids": ["{theme3}"], "into": "{theme}"}}, None),
    ("POST /v1/feedback", "/v1/feedback", {"json": {"answer_id": "{answer}", "verdict": "up"}}, None),
    ("POST /v1/pins", "/v1/pins", {"json": {"answer_id": "{answer}"}}, None),
    ("DELETE /v1/pins/{answer_id}", "/v1/pins/{answer}", {}, None),
    ("DELETE /v1/conversations/{conversation_id}", "/v1/conversations/talk-1", {}, None),
    ("DELETE /v1/conversations", "/v1/conversations", {}, None),
    ("PATCH /v1/leads/{lead_id}", "/v1/leads/{lead}", {"json": {"note": "打过电话"}}, None),
    ("POST /v1/records", "/v1/records", {"content": f"[{RECORD}]", "headers": {"content-type": "application/json"}}, None),
    ("POST /v1/files", "/v1/files", {"files": {"file": ("a.jsonl", RECORD.replace("B-1", "B-2").encode())}}, None),
    ("POST /v1/batches", "/v1/batches", {"json": {"kind": "themes", "theme_ids": []}}, _made("batch")),
    ("DELETE /v1/batches/{batch_id}", "/v1/batches/{batch}", {}, None),
    ("PUT /v1/retention", "/v1/retention", {"json": {"source": "{source}", "days": 36_500}}, None),
    ("POST /v1/alerts/retry", "/v1/alerts/retry", {"json": {}}, None),
    ("GET /v1/audit/lines.csv", "/v1/audit/lines.csv", {}, None),
    ("POST /v1/keys", "/v1/keys", {"json": {"name": "crm", "role": "staff"}}, _made("key")),
    ("DELETE /v1/keys/{key_id}", "/v1/keys/{key}", {}, None),
    ("POST /v1/users", "/v1/users", {"json": {"name": "李雷", "role": "staff", "password": PASSWORD}}, _made("user")),
    ("PATCH /v1/users/{user_id}", "/v1/users/{user}", {"json": {"role": "manager"}}, None),
    ("DELETE /v1/customers/{customer_id}", "/v1/customers/{customer}", {"params": {"reason": "本人要求"}}, None),
]  # fmt: skip
ELSEWHERE = {
    "PUT /v1/me/password": "tests/api/test_login.py: a key has no password",
    "POST /v1/batches/{batch_id}/resume": "test_what_a_stopped_batch_is_told",
    "POST /v1/probe": "it asks an endpoint",
    "POST /v1/alerts/test": "it tells somebody",
    "POST /v1/retention": "tests/api/test_administering.py: a line for each that is erased",
}
"""Changes that these steps do not make, and where else they are looked at."""


def _filled(given: Any, ids: Ids) -> Any:
    if isinstance(given, str) and not given.startswith("["):
        return given.format(**ids) if "{" in given and not given.startswith('{"') else given
    if isinstance(given, dict):
        return {name: _filled(value, ids) for name, value in given.items()}
    return [_filled(one, ids) for one in given] if isinstance(given, list) else given


def test_every_change_of_the_table_is_made_here() -> None:
    changing = {call for call, rule in RULES.items() if rule.noted or not call.startswith("GET ")}
    assert changing - SAYS_NOTHING == {call for call, *_ in STEPS} | set(ELSEWHERE)


def test_each_writes_its_one_line(client: TestClient, app: App, ids: Ids) -> None:
    own = {"PUT /v1/retention": "retain", "DELETE /v1/customers/{customer_id}": "erase", "POST /v1/keys": "keys.create",
           "DELETE /v1/keys/{key_id}": "keys.revoke", "POST /v1/users": "users.add"}  # fmt: skip
    for call, way, more, then in STEPS:
        before = app.store.count_noted()
        answer = client.request(call.split(" ")[0], way.format(**ids), **_filled(more, ids))
        assert answer.status_code < 300, (call, answer.text)
        if then is not None:
            then(answer.json(), ids)
        lines = app.store.noted(3)
        assert app.store.count_noted() == before + 1, (call, lines)
        action = RULES[call].noted or own.get(call, "users.role")
        assert (lines[0]["actor"], lines[0]["via"], lines[0]["action"]) == ("根", "key", action), call
    assert client.get("/v1/audit/verdict").json()["stands"]


@pytest.mark.parametrize("call", [call for call, rule in RULES.items() if rule.noted and "{" in call])
def test_what_is_refused_writes_none(client: TestClient, app: App, call: str) -> None:
    method, way = call.split(" ")
    before = app.store.noted(1)
    answer = client.request(method, way.replace("{", "no_").replace("}", ""), json={})
    assert answer.status_code >= 400
    assert app.store.noted(1) == before
