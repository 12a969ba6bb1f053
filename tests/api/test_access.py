"""Every address × everybody who may come: nobody, staff, managers, administrators, and keys that no longer hold."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from starlette.routing import Mount
from starlette.websockets import WebSocketDisconnect

from api.app import create_app
from api.roles import RULES, rule_of
from assistant.bootstrap import App, open_app
from assistant.domain.access import ROLES, SCOPES, Limits, Role, Scope
from assistant.pipeline.access import Access, By
from assistant.records.database import now
from assistant.settings import Settings

BY = By("test")
CONTRACT = {
    "staff": (
        "POST /v1/ask", "POST /v1/chat/completions", "GET /v1/models", "GET /v1/search", "GET /v1/stats",
        "GET /v1/records/x", "GET /v1/insights", "GET /v1/themes", "GET /v1/themes/x", "GET /v1/ideas", "GET /v1/leads",
        "GET /v1/customers/x", "POST /v1/feedback", "POST /mcp",
    ),
    "manager": (
        "PATCH /v1/themes/x", "POST /v1/themes/merge", "POST /v1/themes/x/split", "POST /v1/proposals",
        "GET /v1/proposals/x", "PATCH /v1/proposals/x", "POST /v1/batches", "GET /v1/batches/x",
        "GET /v1/batches/x/events", "DELETE /v1/batches/x", "POST /v1/records", "POST /v1/files",
    ),
    "admin": ("DELETE /v1/customers/x", "GET /v1/keys", "POST /v1/keys", "DELETE /v1/keys/x", "GET /v1/audit"),
}  # fmt: skip
"""The roles that were promised, apart from the table that grants them."""
OF_PAGES = re.compile(r" /($|needs|ideas$|customers$|jobs|admin|_nicegui)")
"""Addresses of the pages, which one service of a process mounts."""
PUBLIC = {
    "GET /healthz",
    "GET /readyz",
    "GET /login",
    "POST /login",
    "GET /login/oidc",
    "GET /login/oidc/back",
    "GET /login/language/x",
    "POST /logout",
    "GET /web/x",
}


@dataclass(frozen=True)
class House:
    """A service that asks for keys, and one key of each kind."""

    client: TestClient
    app: App
    keys: dict[str, str]

    def ask(self, call: str, who: str, **more: object) -> int:
        """The status of a call."""
        method, path = call.split(" ")
        headers = {"authorization": f"Bearer {self.keys[who]}"} if who in self.keys else {}
        return self.client.request(method, path, headers=headers, follow_redirects=False, **more).status_code  # type: ignore[arg-type]


def _calls(app: App) -> set[str]:
    """Every method and address there is, with `x` where an id stands."""
    found = set()
    for route in iter_route_contexts(create_app(app).routes):
        found |= set(_calls_of(route.original_route, str(route.path)))
    return found


def _calls_of(route: Any, path: str) -> Iterator[str]:
    if isinstance(route, Mount) and route.routes:
        for inside in route.routes:
            yield from _calls_of(inside, path + getattr(inside, "path", ""))
        return
    methods = {"GET"} if isinstance(route, Mount) else (getattr(route, "methods", None) or {"GET", "POST"}) - {"HEAD"}
    for method in methods:
        yield f"{method} {re.sub(r'{[^}]*}', 'x', path)}{'/x' if isinstance(route, Mount) else ''}"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    app = open_app(Settings(engine="rules", data_dir=tmp_path_factory.mktemp("house") / "data"))
    access = Access(app.store.access)
    keys: dict[str, str] = {role: access.create_key(role, role, BY).secret for role in ROLES}
    revoked = access.create_key("revoked", "admin", BY)
    app.store.access.revoke_key(revoked.key.id, "test", "cli")
    keys["revoked"] = revoked.secret
    keys["expired"] = access.create_key("expired", "admin", BY, days=-1).secret
    keys["wrong"] = keys["admin"][:-3] + "abc"
    with TestClient(create_app(app), base_url="http://voc.example", client=("192.168.1.9", 50000)) as client:
        yield House(client, app, keys)
    app.close()


def test_no_address_is_without_a_rule_and_no_rule_without_an_address(house: House) -> None:
    calls = _calls(house.app)
    found = {call: rule_of(*call.split(" ")) for call in calls}
    assert [call for call, rule in found.items() if rule is None] == []
    used = {f"{call.split(' ')[0]} {rule.route}" for call, rule in found.items() if rule is not None}
    unused = {line for line in RULES if line.replace("* ", "GET ") not in used}
    assert [line for line in unused if not OF_PAGES.search(line)] == []
    assert {call for call, rule in found.items() if rule is not None and rule.rule.role is None} == PUBLIC


def test_the_promised_roles(house: House) -> None:
    for role, calls in CONTRACT.items():
        for call in calls:
            found = rule_of(*call.split(" "))
            assert found is not None, call
            assert found.rule.role == role, call


def test_the_matrix(house: House) -> None:
    checked = 0
    for call in sorted(_calls(house.app)):
        found = rule_of(*call.split(" "))
        assert found is not None
        needed = found.rule.role
        for who in (None, *house.keys):
            status = house.ask(call, who or "")
            if needed is None:
                assert status not in (401, 403) or call == "POST /login", (call, who, status)
            elif who not in ROLES:
                assert status == 401, (call, who, status)
            elif ROLES.index(who) < ROLES.index(needed) or (call == "GET /metrics" and who != "admin"):
                assert status == 403, (call, who, status)
            else:
                assert status not in (401, 403), (call, who, status)
            checked += 1
    assert checked > 500


def test_nobody_learns_which_addresses_there_are(house: House) -> None:
    assert house.ask("GET /v1/none", "") == 401
    assert house.ask("GET /v1/none", "staff") == 404
    assert house.ask("POST /v1/stats", "staff") == 405


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_opens_its_own_addresses_and_no_others(house: House, scope: str) -> None:
    access = Access(house.app.store.access)
    secret = access.create_key(f"only {scope}", "admin", BY, scopes=(scope,)).secret  # type: ignore[arg-type]
    for call in sorted(_calls(house.app)):
        found = rule_of(*call.split(" "))
        assert found is not None
        if found.rule.role is None or found.rule.scope == scope:
            continue
        method, path = call.split(" ")
        answer = house.client.request(method, path, headers={"authorization": f"Bearer {secret}"})
        assert answer.status_code == 403, call


def test_refusals_are_told_in_the_words_of_who_calls(house: House) -> None:
    chat = house.client.post("/v1/chat/completions", json={})
    assert chat.status_code == 401
    assert chat.json()["error"]["code"] == "invalid_api_key"
    plain = house.client.get("/v1/themes")
    assert plain.headers["content-type"] == "application/problem+json"
    assert plain.headers["www-authenticate"] == "Bearer"
    assert house.client.post("/mcp", json={}).status_code == 401
    page = house.client.get("/?q=掉线", headers={"accept": "text/html"}, follow_redirects=False)
    assert (page.status_code, page.headers["location"]) == (303, "/login?next=%2F%3Fq%3D%25E6%258E%2589%25E7%25BA%25BF")


def test_too_many_requests_are_turned_away_until_the_minute_is_over(house: House) -> None:
    secret = Access(house.app.store.access).create_key("slow", "staff", BY, limits=Limits(per_minute=3)).secret
    headers = {"authorization": f"Bearer {secret}"}
    given = [house.client.get("/v1/models", headers=headers) for _ in range(4)]
    assert [answer.status_code for answer in given] == [200, 200, 200, 429]
    assert given[-1].json()["error"]["code"] == "rate_limit_exceeded"
    assert 1 <= int(given[-1].headers["retry-after"]) <= 62


def test_a_key_that_has_used_up_its_tokens_asks_no_more_today(house: House) -> None:
    made = Access(house.app.store.access).create_key("poor", "manager", BY, limits=Limits(tokens_per_day=1000))
    headers = {"authorization": f"Bearer {made.secret}"}
    house.app.store.access.spend(made.key.id, 999, 0.0)
    assert house.client.post("/v1/ask", json={}, headers=headers).status_code == 422
    house.app.store.access.spend(made.key.id, 1, 0.0)
    refused = house.client.post("/v1/ask", json={}, headers=headers)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 86_401
    assert house.client.get("/v1/themes", headers=headers).status_code == 200


def test_a_key_is_shown_once_and_kept_nowhere(house: House) -> None:
    admin = {"authorization": f"Bearer {house.keys['admin']}"}
    made = house.client.post(
        "/v1/keys", json={"name": "crm", "role": "staff", "expires_in_days": 3}, headers=admin
    ).json()
    assert made["key"].startswith(made["prefix"])
    assert now() < made["expires_at"]
    listed = house.client.get("/v1/keys", headers=admin)
    assert made["key"] not in listed.text
    assert made["id"] in listed.text
    files = [path for path in Path(house.app.settings.data_dir).rglob("*") if path.is_file()]
    assert not any(made["key"].encode() in path.read_bytes() for path in files)
    with_it = {"authorization": f"bearer {made['key']}"}
    assert house.client.get("/v1/me", headers=with_it).json() | {"scopes": []} == {
        "name": "crm", "kind": "key", "role": "staff", "roles": ["staff"], "scopes": [],
    }  # fmt: skip
    used = {key["id"]: key["used_on"] for key in house.client.get("/v1/keys", headers=admin).json()["items"]}
    assert used[made["id"]] == now()[:10]
    assert house.client.post("/v1/keys", json={"name": "crm", "role": "staff"}, headers=admin).status_code == 422
    assert house.client.delete(f"/v1/keys/{made['prefix']}", headers=admin).status_code == 200
    assert house.client.get("/v1/me", headers=with_it).status_code == 401
    actions = [line["action"] for line in house.client.get("/v1/audit", headers=admin).json()["items"][:2]]
    assert actions == ["keys.revoke", "keys.create"]


def test_health_is_for_everybody_and_figures_are_not(house: House) -> None:
    assert house.client.get("/healthz").json() == {"status": "ok"}
    assert house.client.get("/readyz").json() == {"status": "ready"}
    seen = house.client.get("/readyz", headers={"authorization": f"Bearer {house.keys['staff']}"}).json()
    assert seen["records"] == 0
    assert seen["checks"]["worker"] == "ok"


def test_a_revoked_last_key_does_not_open_the_door_again(tmp_path: Path) -> None:
    app = open_app(Settings(engine="rules", data_dir=tmp_path / "data"))
    with TestClient(create_app(app), base_url="http://localhost", client=("127.0.0.1", 1)) as client:
        assert client.get("/v1/me").json()["role"] == "admin"
        made = client.post("/v1/keys", json={"name": "one", "role": "admin"}).json()
        assert client.get("/v1/me").status_code == 401
        app.store.access.revoke_key(made["id"], "test", "cli")
        assert client.get("/v1/me").status_code == 401
    app.close()


def test_what_a_key_does_bears_its_name(house: House) -> None:
    for name, own in (("staff", "staff"), ("manager", "manager")):
        bearer = {"authorization": f"Bearer {house.keys[name]}"}
        headers = bearer | {"x-user": "li.lei"}
        asked = {"question": "有多少条反馈", "conversation_id": f"talk-{own}"}
        assert house.client.post("/v1/ask", json=asked, headers=headers).status_code == 200
        talks = house.client.get("/v1/conversations", headers=headers).json()["items"]
        assert [(talk["conversation_id"], talk["owner"]) for talk in talks] == [(f"talk-{own}", f"{own}/li.lei")]
        assert house.client.get("/v1/conversations", headers=bearer).json()["total"] == 0


@pytest.mark.parametrize(
    ("origin", "who"), [("http://evil.example", "staff"), ("http://voc.example", ""), ("", "wrong")]
)
def test_a_web_socket_is_opened_to_nobody_else(house: House, origin: str, who: str) -> None:
    headers = {"origin": origin} if origin else {}
    headers |= {"authorization": f"Bearer {house.keys[who]}"} if who else {}
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        house.client.websocket_connect("ws://voc.example/_nicegui_ws/socket.io/", headers=headers),
    ):
        pass
    assert refused.value.code == 1008


def test_the_document_tells_which_role_each_address_asks_for(house: House) -> None:
    admin = {"authorization": f"Bearer {house.keys['admin']}"}
    paths = house.client.get("/openapi.json", headers=admin).json()["paths"]
    assert paths["/v1/keys"]["post"]["x-voc-role"] == "admin"
    assert paths["/v1/ask"]["post"] | {"x-voc-role": "staff", "x-voc-scope": "ask"} == paths["/v1/ask"]["post"]
    assert paths["/healthz"]["get"]["security"] == []
    for path, item in paths.items():
        for method, operation in item.items():
            found = rule_of(method.upper(), path)
            assert found is not None
            assert operation.get("x-voc-role") == found.rule.role
            assert ("429" in operation["responses"]) == (found.rule.role is not None)


@pytest.mark.parametrize(
    ("role", "scopes", "seen"),
    [
        ("staff", SCOPES, 403), ("manager", SCOPES, 403), ("admin", SCOPES, 200), ("staff", ("metrics",), 200),
        ("staff", ("read", "metrics"), 200), ("admin", ("read",), 403),
    ],
)  # fmt: skip
def test_what_everybody_cost_is_for_administrators_and_keys_made_for_it(
    house: House, role: Role, scopes: tuple[Scope, ...], seen: int
) -> None:
    access = Access(house.app.store.access)
    secret = access.create_key(f"metrics {role} {len(scopes)}", role, BY, scopes=scopes).secret
    assert house.client.get("/metrics", headers={"authorization": f"Bearer {secret}"}).status_code == seen
