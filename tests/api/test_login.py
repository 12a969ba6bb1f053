"""Logging in to the pages: a session in a cookie, a token with every change, and few tries."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from assistant.bootstrap import App, open_app
from assistant.errors import UsageError
from assistant.pipeline.access import Access, By
from assistant.settings import Settings

PASSWORD = "四月的门锁没有电了真冷啊"
BY = By("test")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    built = open_app(Settings(engine="rules", data_dir=tmp_path / "data"))
    Access(built.store.access).add_user("李雷", "manager", PASSWORD, BY)
    yield built
    built.close()


@pytest.fixture
def client(app: App) -> Iterator[TestClient]:
    with TestClient(create_app(app), base_url="https://voc.example", client=("10.0.0.7", 1)) as connected:
        yield connected


def _log_in(client: TestClient, name: str = "李雷", password: str = PASSWORD, to: str = "/docs") -> int:
    form = {"name": name, "password": password, "next": to}
    return client.post("/login", data=form, follow_redirects=False).status_code


def _token(client: TestClient) -> dict[str, str]:
    return {"x-csrf-token": client.cookies["voc_csrf"]}


def test_a_session_opens_the_pages_and_what_its_role_may(client: TestClient) -> None:
    answer = client.post("/login", data={"name": "李雷", "password": PASSWORD, "next": "/docs"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/docs")
    cookies = answer.headers.get_list("set-cookie")
    assert all("Secure" in cookie and "SameSite=strict" in cookie for cookie in cookies)
    assert ["HttpOnly" in cookie for cookie in cookies] == [True, False]
    assert client.get("/v1/me").json()["name"] == "李雷"
    assert client.get("/v1/batches").status_code == 200
    assert client.get("/v1/keys").status_code == 403


def test_a_change_needs_the_token(client: TestClient) -> None:
    _log_in(client)
    asked = {"question": "有多少条反馈"}
    assert client.post("/v1/ask", json=asked).status_code == 403
    assert client.post("/v1/ask", json=asked, headers={"x-csrf-token": "0" * 64}).status_code == 403
    assert client.post("/v1/ask", json=asked, headers=_token(client)).status_code == 200
    assert client.post("/logout").status_code == 403
    assert client.post("/logout", headers=_token(client), follow_redirects=False).status_code == 303
    assert client.get("/v1/me").status_code == 401


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_it_leads_to_no_other_site(client: TestClient, to: str) -> None:
    form = {"name": "李雷", "password": PASSWORD, "next": to}
    assert client.post("/login", data=form, follow_redirects=False).headers["location"] == "/"


def test_the_form_shows_what_it_is_given_as_text(client: TestClient) -> None:
    page = client.get("/login", params={"next": '/"><script>alert(1)</script>'})
    assert "<script>alert" not in page.text


def test_wrong_words_are_refused_alike_and_not_for_ever(client: TestClient) -> None:
    wrong = client.post("/login", data={"name": "李雷", "password": "x" * 12})
    unknown = client.post("/login", data={"name": "nobody", "password": "x" * 12})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text == unknown.text
    tries = [_log_in(client, password="y" * 12) for _ in range(5)]
    assert tries[-1] == 429
    assert _log_in(client) == 429


def test_whoever_is_shut_out_is_out_at_once(client: TestClient, app: App) -> None:
    access = Access(app.store.access)
    changes: list[Callable[[], object]] = [
        lambda: access.disable_user("李雷", BY),
        lambda: access.change_password("李雷", PASSWORD + "2", BY),
        lambda: access.change_role("李雷", "staff", BY),
    ]
    for change in changes:
        access.disable_user("李雷", BY, disabled=False)
        access.change_password("李雷", PASSWORD, BY)
        begun = access.log_in("李雷", PASSWORD)
        assert begun is not None
        assert access.session_holder(begun.cookie) is not None
        change()
        assert access.session_holder(begun.cookie) is None


def test_a_password_goes_over_no_open_line(app: App) -> None:
    with TestClient(create_app(app), base_url="http://voc.example", client=("10.0.0.7", 1)) as client:
        assert _log_in(client) == 403
    with TestClient(create_app(app), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 1)) as client:
        assert _log_in(client) == 303
        assert client.get("/v1/me").status_code == 200


def test_a_person_decides_as_themselves(client: TestClient, app: App) -> None:
    _log_in(client)
    missing = client.patch("/v1/ideas/none", json={"title": "x", "by": "韩梅梅"}, headers=_token(client))
    assert missing.status_code == 404
    answer = client.post("/v1/ask", json={"question": "有多少条反馈", "conversation_id": "c"}, headers=_token(client))
    assert answer.status_code == 200
    assert client.get("/v1/conversations", headers={"x-user": "other"}).json()["items"][0]["owner"] == "李雷"
    line = app.store.noted(1)
    client.post("/v1/feedback", json={"answer_id": answer.json()["id"], "verdict": "up"}, headers=_token(client))
    after = app.store.noted(1)
    assert line != after
    assert (after[0]["actor"], after[0]["action"], after[0]["via"]) == ("李雷", "feedback", "page")


def test_one_changes_ones_own_password_knowing_the_old_one(client: TestClient) -> None:
    _log_in(client)
    new = "新的一句足够长的话语呀"
    wrong = {"old": "x" * 12, "new": new + new}
    assert client.put("/v1/me/password", json=wrong, headers=_token(client)).status_code == 422
    right = {"old": PASSWORD, "new": new + new}
    assert client.put("/v1/me/password", json=right, headers=_token(client)).status_code == 200
    assert client.get("/v1/me").status_code == 401
    assert _log_in(client, password=new + new) == 303


BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("path", "status", "zh", "en"),
    [
        ("/admin", 403, "这一页需要管理员权限", "This page is for the role admin"),
        ("/no/such/page", 404, "没有这一页", "There is no such page"),
        ("/logout", 405, "这个网址不能这样打开", "This address is not for opening"),
    ],
)
def test_a_browser_is_told_in_its_language_and_a_program_as_ever(
    client: TestClient, path: str, status: int, zh: str, en: str
) -> None:
    _log_in(client)
    client.cookies.set("voc_look", "dark")
    for language, said in (("zh", zh), ("en", en)):
        client.cookies.set("voc_language", language)
        shown = client.get(path, headers=BROWSER)
        assert shown.status_code == status
        assert f"<h1>{said}</h1>" in shown.text
        assert '<body class="body--dark">' in shown.text
        assert shown.headers["x-request-id"] in shown.text
    for headers in ({"accept": "*/*"}, {"accept": "application/json"}):
        told = client.get(path, headers=headers)
        assert told.status_code == status
        assert told.headers["content-type"] == "application/problem+json"
    assert client.get("/v1/nothing", headers=BROWSER).headers["content-type"] == "application/problem+json"


def test_who_is_not_logged_in_is_led_to_the_form_and_back(client: TestClient) -> None:
    led = client.get("/needs?product=P2", headers=BROWSER, follow_redirects=False)
    assert (led.status_code, led.headers["location"]) == (303, "/login?next=%2Fneeds%3Fproduct%3DP2")
    client.cookies.set("voc_session", "ended")
    led = client.get("/needs", headers=BROWSER, follow_redirects=False)
    assert led.headers["location"] == "/login?next=%2Fneeds&why=expired"
    assert "登录已过期" in client.get(led.headers["location"]).text


def test_before_there_are_accounts_strangers_are_told_what_to_do(tmp_path: Path) -> None:
    app = open_app(Settings(engine="rules", data_dir=tmp_path / "new"))
    with TestClient(create_app(app), base_url="http://voc.example", client=("10.0.0.7", 1)) as stranger:
        shown = stranger.get("/needs", headers=BROWSER)
        assert shown.status_code == 403
        assert "voc users add" in shown.text
    with TestClient(create_app(app), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 1)) as here:
        assert "不用登录" in here.get("/login").text
    app.close()


def test_the_language_leads_back_inside(client: TestClient) -> None:
    led = client.get("/login/language/en", params={"next": "//evil.example"}, follow_redirects=False)
    assert (led.status_code, led.headers["location"]) == (303, "/")
    assert "voc_language=en" in led.headers["set-cookie"]
    assert "Log in" in client.get("/login").text
    assert client.get("/login/language/fr").status_code == 422


def test_no_page_takes_the_last_administrator_away(app: App) -> None:
    access = Access(app.store.access)
    page = By("王琳", "page")
    access.add_user("王琳", "admin", PASSWORD, BY)
    changes: list[Callable[[], object]] = [
        lambda: access.disable_user("王琳", page),
        lambda: access.change_role("王琳", "staff", page),
    ]
    for change in changes:
        with pytest.raises(UsageError, match="last administrator"):
            change()
    access.add_user("韩梅梅", "admin", PASSWORD, BY)
    assert access.change_role("王琳", "staff", page).role == "staff"
    assert access.disable_user("韩梅梅", BY).disabled_at is not None
