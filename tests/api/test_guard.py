"""Who may come in while there are no keys, how much they may bring, and what happens to errors nobody caught."""

import errno
import logging
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from api.addresses import is_loopback
from api.app import create_app
from api.command import serve
from api.guard import LARGEST, Guard
from api.problems import problem_of
from assistant.bootstrap import App
from assistant.errors import BusyError, ModelDownError, NotFoundError, SettingError, StoreError, UsageError

SECRET = "客户的原话13812345678"


def _from(app: App, address: str, host: str) -> TestClient:
    return TestClient(create_app(app), base_url=f"http://{host}", client=(address, 40000))


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("[::1]", True), ("localhost", True),
        ("::ffff:127.0.0.1", True), ("0.0.0.0", False), ("192.168.1.4", False), ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False), ("", False), ("::", False),
    ],
)  # fmt: skip
def test_what_counts_as_this_machine(host: str, inside: bool) -> None:
    assert is_loopback(host) is inside


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("192.168.1.9", "127.0.0.1:8000"),
        ("8.8.8.8", "localhost"),
        ("127.0.0.1", "evil.example"),
        ("127.0.0.1", "192.168.1.2:8000"),
    ],
)
def test_strangers_and_rebound_names_are_turned_away(app: App, address: str, host: str) -> None:
    for path in ("/healthz", "/", "/docs", "/v1/themes"):
        response = _from(app, address, host).get(path)
        assert response.status_code == 403
        assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:9", "[::1]:8000"])
def test_this_machine_is_let_in_by_any_of_its_names(app: App, host: str) -> None:
    assert _from(app, "::1", host).get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://evil.example", 403), ("null", 403), ("http://127.0.0.1:9999", 403), ("http://127.0.0.1:8000", 200)],
)
def test_pages_of_other_sites_are_turned_away(client: TestClient, origin: str, status: int) -> None:
    assert client.get("/healthz", headers={"origin": origin}).status_code == status


def test_too_large_a_body_is_refused_with_and_without_its_length(client: TestClient) -> None:
    big = b'{"question":"' + b"x" * LARGEST + b'"}'
    assert client.post("/v1/ask", content=big).status_code == 413
    headers = {"content-type": "application/json"}
    assert client.post("/v1/ask", content=iter([big]), headers=headers).status_code == 413


def test_every_answer_bears_the_headers(client: TestClient) -> None:
    for path in ("/login", "/v1/themes", "/v1/none", "/healthz"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in client.get("/healthz").headers


def test_an_error_nobody_caught_says_nothing_of_its_words(caplog: pytest.LogCaptureFixture) -> None:
    service = FastAPI()
    service.add_middleware(Guard)

    @service.get("/boom")
    def boom() -> None:
        raise RuntimeError(SECRET)

    with (
        caplog.at_level(logging.DEBUG),
        TestClient(service, base_url="http://localhost", client=("127.0.0.1", 1)) as inside,
    ):
        response = inside.get("/boom")
    assert response.status_code == 500
    assert SECRET not in response.text + caplog.text
    assert "RuntimeError" in caplog.text


def test_a_caller_who_left_is_no_error_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    async def left(scope: Scope, receive: Receive, send: Send) -> None:
        raise ClientDisconnect

    inside = TestClient(
        Guard(left), base_url="http://localhost", client=("127.0.0.1", 1), raise_server_exceptions=False
    )
    with caplog.at_level(logging.DEBUG):
        inside.post("/v1/records", content=b"[")
    assert "unexpected" not in caplog.text
    assert [record.status for record in caplog.records if record.message == "request"] == [499]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFoundError("x"), 404), (UsageError("x"), 422), (SettingError("x"), 422), (BusyError("x"), 409),
        (StoreError("x"), 503), (ModelDownError("x"), 502), (ValueError(SECRET), 500),
        (OSError(errno.ENOSPC, SECRET), 503), (OSError(errno.EIO, SECRET), 500),
    ],
)  # fmt: skip
def test_every_error_has_a_status(error: Exception, status: int) -> None:
    content = problem_of(error)
    assert content["status"] == status
    assert SECRET not in str(content)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com"])
def test_the_command_refuses_to_listen_to_the_world(host: str, tmp_path: Path) -> None:
    result = CliRunner(env={"VOC_DATA_DIR": str(tmp_path)}).invoke(serve, ["--host", host])
    assert isinstance(result.exception, SettingError)
    assert host in str(result.exception)
