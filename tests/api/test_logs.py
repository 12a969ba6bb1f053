"""What the service writes on stderr: JSON, a document a line, and nobody's words, whoever logs."""

import json
import logging
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from api.logs import JsonLines
from tests.api.conftest import PHONE

NAME = "王建国"
WORDS = f"客户{NAME}的电话是{PHONE}"


def _line(name: str, message: object, error: Exception | None = None, *args: object) -> dict[str, str]:
    told = (type(error), error, error.__traceback__) if error is not None else None
    record = logging.LogRecord(name, logging.ERROR, "/x/page.py", 7, message, args, told, "built")
    written = JsonLines().format(record)
    assert NAME not in written
    assert PHONE not in written
    line: dict[str, str] = json.loads(written)
    return line


def _raised() -> Exception:
    try:
        int(WORDS)
    except ValueError as error:
        return error
    raise AssertionError("that is no number")


@pytest.mark.parametrize(
    "name", ["nicegui", "asyncio", "mcp.server.lowlevel", "engineio.server", "py.warnings", "root"]
)
def test_of_a_library_the_place_alone_is_told(name: str) -> None:
    assert _line(name, f"http://host/{WORDS} not found")["message"] == "page.built:7"
    assert _line(name, "%s not found", None, WORDS)["message"] == "page.built:7"


@pytest.mark.parametrize("name", ["nicegui", "voc.api", "uvicorn.error"])
def test_an_error_that_is_logged_as_its_own_message_is_told_by_kind_and_place(name: str) -> None:
    error = _raised()
    for line in (_line(name, error), _line(name, error, error)):
        assert line["message"] == "page.built:7"
        assert line["error"] == "ValueError"
        assert line["place"].startswith("_raised:")


def test_our_own_messages_are_told_as_they_are() -> None:
    assert _line("voc.api", "%s failed", None, "job_1")["message"] == "job_1 failed"
    assert _line("uvicorn.error", "Exception in ASGI application\n", _raised())["error"] == "ValueError"


def test_a_running_service_writes_nothing_else(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = {**os.environ, "VOC_DATA_DIR": str(tmp_path / "data"), "VOC_ENGINE": "rules"}
    command = [
        sys.executable,
        "-c",
        "from assistant.cli.main import main; main()",
        "serve",
        "--port",
        str(port),
        "--json",
    ]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as service:
        try:
            assert service.stdout is not None
            assert b"{" in service.stdout.readline()
            _call(port)
        finally:
            service.terminate()
            said = service.communicate(timeout=120)[1].decode()
    assert service.returncode == 0
    lines = [json.loads(line) for line in said.splitlines()]
    assert {"nowhere", "/v1/search", "/_nicegui/{file:path}"} <= {line.get("route") for line in lines}
    assert any(line["logger"].startswith("uvicorn") for line in lines)
    assert NAME not in said
    assert PHONE not in said


def _call(port: int) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        for path in (f"/_nicegui/0.0/{WORDS}.js", f"/{WORDS}", f"/needs?theme={WORDS}&since={WORDS}"):
            client.get(path, headers={"x-user": PHONE, "cookie": f"voc_session={PHONE}"})
        client.get("/v1/search", params={"q": WORDS})
        client.post("/v1/ask", content=WORDS.encode())
        client.post("/mcp", content=WORDS.encode(), headers={"accept": "application/json, text/event-stream"})
    with socket.create_connection(("127.0.0.1", port), 10) as plain:
        plain.sendall(f"GET /{PHONE} HTTP/9.9\r\n\r\n".encode())
        assert plain.recv(100).startswith(b"HTTP/1.1 400")
    time.sleep(0.1)
