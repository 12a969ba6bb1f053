"""Logging in at the house's identity provider: who comes back proved gets a session, and nobody else does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from assistant.bootstrap import App, open_app
from assistant.errors import SettingError
from assistant.pipeline.access import Access, By
from assistant.settings import Settings, load_settings
from tests.api.oidc_provider import CLIENT, SECRET, IdentityProvider

PASSWORD = "四月的门锁没有电了真冷啊"
BACK = "/login/oidc/back"


@pytest.fixture
def house() -> Iterator[IdentityProvider]:
    provider = IdentityProvider()
    with provider.serving():
        yield provider


def _open(tmp_path: Path, issuer: str, **more: Any) -> App:
    settings = Settings(
        engine="rules", data_dir=tmp_path / "data", oidc_issuer=issuer, oidc_client_id=CLIENT,
        oidc_client_secret=SecretStr(SECRET), **more,
    )  # fmt: skip
    app = open_app(settings)
    if not app.store.access.all_users():
        Access(app.store.access).add_user("根", "admin", PASSWORD, By("test"))
    return app


@pytest.fixture
def app(tmp_path: Path, house: IdentityProvider) -> Iterator[App]:
    built = _open(tmp_path, house.issuer, oidc_role_claim="realm.roles", oidc_roles="质量部=manager;IT=admin")
    yield built
    built.close()


def _browser(app: App, base: str = "https://voc.example") -> TestClient:
    return TestClient(create_app(app), base_url=base, client=("10.0.0.7", 1), follow_redirects=False)


@pytest.fixture
def client(app: App) -> Iterator[TestClient]:
    with _browser(app) as connected:
        yield connected


def _sent(client: TestClient, to: str = "/needs") -> str:
    """The address that the browser comes back to, with code and state."""
    out = client.get("/login/oidc", params={"next": to})
    assert out.status_code == 303, out.text
    return str(httpx.get(out.headers["location"], timeout=60).headers["location"])


def _come_back(client: TestClient, to: str = "/needs") -> Any:
    return client.get(_sent(client, to))


def test_whom_the_provider_vouches_for_comes_in(client: TestClient, app: App, house: IdentityProvider) -> None:
    house.claims["realm"] = {"roles": ["x", "质量部"]}
    entered = _come_back(client, "/needs?product=P2&view=map")
    assert entered.status_code == 200
    assert 'content="0;url=/needs?product=P2&amp;view=map"' in entered.text
    cookies = entered.headers.get_list("set-cookie")
    assert sum("SameSite=strict" in cookie and "Secure" in cookie for cookie in cookies) == 2
    me = client.get("/v1/me").json()
    assert (me["name"], me["kind"], me["role"]) == ("李雷", "user", "manager")
    user = app.store.access.user("李雷")
    assert user.issuer == house.issuer
    assert user.seen_at is not None
    assert [line["action"] for line in app.store.noted(1)] == ["users.add"]
    token = {"x-csrf-token": client.cookies["voc_csrf"]}
    assert client.post("/logout", headers=token).headers["location"] == "/login?why=out"
    assert client.get("/v1/me").status_code == 401


def test_the_second_time_they_are_the_same_and_have_the_role_of_now(
    client: TestClient, app: App, house: IdentityProvider
) -> None:
    _come_back(client)
    assert client.get("/v1/me").json()["role"] == "staff"
    house.claims |= {"name": "李雷雷", "realm": {"roles": "IT"}}
    _come_back(client)
    assert (client.get("/v1/me").json()["name"], client.get("/v1/me").json()["role"]) == ("李雷", "admin")
    house.claims["realm"] = {"roles": []}
    _come_back(client)
    assert client.get("/v1/me").json()["role"] == "staff"
    assert [one.name for one in app.store.access.all_users() if one.issuer] == ["李雷"]
    assert [line["action"] for line in app.store.noted(3)] == ["users.role", "users.role", "users.add"]


def test_a_taken_name_makes_nobody_somebody_else(client: TestClient, app: App, house: IdentityProvider) -> None:
    house.claims["name"] = "根"
    _come_back(client)
    me = client.get("/v1/me").json()
    assert me["name"] != "根"
    assert me["name"].startswith("根 (")
    assert me["role"] == "staff"
    house.claims = {"sub": "13812345678", "name": "电话 13812345678"}
    _come_back(client)
    assert client.get("/v1/me").json()["name"].startswith("sso ")


def test_no_password_opens_their_account(client: TestClient, app: App, house: IdentityProvider) -> None:
    _come_back(client)
    client.cookies.clear()
    for password in ("", "x" * 12):
        assert client.post("/login", data={"name": "李雷", "password": password}).status_code in (401, 422)
    with pytest.raises(Exception, match="changed there"):
        Access(app.store.access).change_password("李雷", PASSWORD, By("test"))


@pytest.mark.parametrize(
    ("token", "fault", "said"),
    [
        ({"nonce": "another"}, "", "nonce"),
        ({"nonce": None}, "", "nonce"),
        ({"aud": "another-client"}, "", "aud"),
        ({"aud": [CLIENT, "another"], "azp": "another"}, "", "azp"),
        ({"iss": "https://evil.example"}, "", "iss"),
        ({"exp": 1_700_000_000}, "", "exp"),
        ({"iat": 4_100_000_000}, "", "iat"),
        ({"sub": None}, "", "sub"),
        ({}, "other key", "bad_signature"),
        ({}, "our secret", "log in again"),
        ({}, "no signature", "log in again"),
    ],
)
def test_what_is_not_proved_opens_nothing(
    client: TestClient, app: App, house: IdentityProvider, token: dict[str, Any], fault: str, said: str
) -> None:
    house.token, house.fault = token, fault
    refused = _come_back(client)
    assert refused.status_code == 403
    assert said in refused.text
    assert "voc_session" not in client.cookies
    assert [one for one in app.store.access.all_users() if one.issuer] == []


def test_a_state_serves_once_and_in_one_browser(client: TestClient, app: App, house: IdentityProvider) -> None:
    back = _sent(client)
    with _browser(app) as other:
        assert other.get(back).status_code == 400
        assert "voc_session" not in other.cookies
    assert client.get(back).status_code == 400
    again = _sent(client)
    assert client.get(again).status_code == 200
    assert client.get(again).status_code == 400
    assert client.get(BACK, params={"state": "made up", "code": "c"}).status_code == 400
    forged = _sent(client).replace("code=", "code=x")
    assert client.get(forged).status_code == 403


def test_a_new_key_is_looked_up_and_the_provider_is_not_asked_twice(
    client: TestClient, house: IdentityProvider
) -> None:
    _come_back(client)
    _come_back(client)
    assert (house.asked.count("discovery"), house.asked.count("keys")) == (1, 1)
    house.change_key()
    assert _come_back(client).status_code == 200
    assert house.asked.count("keys") == 2


@pytest.mark.parametrize(
    ("fault", "said"),
    [("html", "not JSON"), ("down", "503"), ("issuer", "VOC_OIDC_ISSUER"), ("plain", "not https")],
)
def test_a_provider_that_talks_nonsense_is_told_of(
    client: TestClient, house: IdentityProvider, fault: str, said: str
) -> None:
    house.fault = fault
    told = client.get("/login/oidc")
    assert told.status_code == 502
    assert said in told.text
    house.fault = ""
    assert _come_back(client).status_code == 200


def test_a_provider_without_a_token_or_a_wish_to_go_on(client: TestClient, house: IdentityProvider) -> None:
    house.fault = "no token"
    assert _come_back(client).status_code == 502
    house.fault = "denied"
    cancelled = _come_back(client)
    assert cancelled.status_code == 403
    assert "取消" in cancelled.text


def test_nobody_there_is_one_clear_sentence(tmp_path: Path) -> None:
    app = _open(tmp_path, "http://127.0.0.1:9")
    with _browser(app) as client:
        told = client.get("/login/oidc")
        assert told.status_code == 502
        assert "reached" in told.text
        assert 'id="password"' in told.text
    app.close()


def test_who_is_shut_out_here_stays_out(client: TestClient, app: App, house: IdentityProvider) -> None:
    _come_back(client)
    Access(app.store.access).disable_user("李雷", By("test"))
    assert client.get("/v1/me").status_code == 401
    assert _come_back(client).status_code == 403


def test_without_a_role_one_is_refused_where_the_house_says_so(tmp_path: Path, house: IdentityProvider) -> None:
    app = _open(tmp_path, house.issuer, oidc_role_claim="groups", oidc_default_role="refuse")
    with _browser(app) as client:
        assert _come_back(client).status_code == 403
        house.claims["groups"] = ["staff"]
        assert _come_back(client).status_code == 200
        assert client.get("/v1/me").json()["role"] == "staff"
    app.close()


def test_roles_given_here_stay_where_no_claim_was_agreed_on(tmp_path: Path, house: IdentityProvider) -> None:
    app = _open(tmp_path, house.issuer)
    with _browser(app) as client:
        _come_back(client)
        Access(app.store.access).change_role("李雷", "manager", By("test"))
        _come_back(client)
        assert client.get("/v1/me").json()["role"] == "manager"
    app.close()


def test_no_session_over_an_open_line(tmp_path: Path, house: IdentityProvider) -> None:
    app = _open(tmp_path, house.issuer)
    with _browser(app, "http://voc.example") as client:
        assert client.get("/login/oidc").status_code == 403
    app.close()


def test_what_goes_to_the_provider_tells_nothing(client: TestClient) -> None:
    out = client.get("/login/oidc", params={"next": "https://evil.example/"})
    asked = parse_qs(urlsplit(out.headers["location"]).query)
    assert set(asked) == {
        "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
    }  # fmt: skip
    assert asked["redirect_uri"] == [f"https://voc.example{BACK}"]


def test_without_a_provider_there_is_no_such_way(tmp_path: Path) -> None:
    app = open_app(Settings(engine="rules", data_dir=tmp_path / "data"))
    Access(app.store.access).add_user("根", "admin", PASSWORD, By("test"))
    with _browser(app) as client:
        assert client.get("/login/oidc").status_code == 404
        assert 'id="sso"' not in client.get("/login").text
    app.close()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"VOC_OIDC_ISSUER": "http://idp.example", "VOC_OIDC_CLIENT_ID": "x"}, "https"),
        ({"VOC_OIDC_ISSUER": "https://idp.example"}, "go together"),
        ({"VOC_OIDC_ISSUER": "https://u:p@idp.example", "VOC_OIDC_CLIENT_ID": "x"}, "https"),
        ({"VOC_OIDC_ROLES": "IT=king"}, "roles are staff, manager, admin"),
        ({"VOC_OIDC_DEFAULT_ROLE": "admin"}, "VOC_OIDC_DEFAULT_ROLE"),
    ],
)
def test_a_setting_without_sense_stops_the_start(values: dict[str, str], said: str) -> None:
    with pytest.raises(SettingError, match=said):
        load_settings(**values)
