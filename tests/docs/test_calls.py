"""Every curl line and every piece of Python that a document shows is sent to a small house's service, or run against it."""

import argparse
import contextlib
import io
import json
import re
from pathlib import Path

import httpx
import pytest

from api.roles import rule_of
from assistant.bootstrap import open_app
from assistant.settings import Settings
from tests.api.serving import serving
from tests.docs.blocks import NAMES, Block, Command, all_commands, blocks
from tests.docs.conftest import House
from tests.stub_model.server import StubModel

HERE = "http://127.0.0.1:8000"
CURL = [command for command in all_commands() if command.words[0] == "curl"]
PYTHON = {name: found for name in NAMES if (found := blocks(name, "python"))}


def _request(words: tuple[str, ...]) -> httpx.Request:
    """What curl would send."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    for flag in ("-s", "-S", "-N", "-i", "-f", "-sN", "-sG", "-si", "-sS"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("-G", "--get", action="store_true")
    parser.add_argument("-X", dest="method")
    parser.add_argument("-o")
    for flag, name in (("-H", "headers"), ("-d", "data"), ("-F", "form"), ("--data-urlencode", "encoded")):
        parser.add_argument(flag, dest=name, action="append", default=[])
    parser.add_argument("address")
    told = parser.parse_args(list(words[1:]))
    headers = dict(line.split(": ", 1) for line in told.headers)
    pairs = [tuple(pair.split("=", 1)) for pair in (*told.encoded, *(told.data if told.get or told.sG else ()))]
    body = "&".join(told.data) if told.data and not (told.get or told.sG) else None
    files = {key: (Path(value[1:]).name, Path(value[1:]).read_bytes()) for key, value in _form(told.form, file=True)}
    fields = dict(_form(told.form, file=False))
    method = told.method or ("POST" if body or files else "GET")
    assert body is None or "content-type" in {name.lower() for name in headers}, "curl -d says it is a form without one"
    address = httpx.URL(told.address)
    return httpx.Request(
        method, address.copy_merge_params(pairs) if pairs else address, headers=headers,
        content=body.encode() if body else None, data=fields or None, files=files or None,
    )  # fmt: skip


def _form(parts: list[str], *, file: bool) -> list[tuple[str, str]]:
    pairs = [(key, value) for key, _, value in (part.partition("=") for part in parts)]
    return [(key, value) for key, value in pairs if value.startswith("@") == file]


def _alone() -> list[str]:
    """Documents with calls, one of those that have the same."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for command in CURL:
        found.setdefault(command.where.rpartition(":")[0], []).append(command.words)
    return sorted({str(words): name for name, words in reversed(found.items())}.values())


@pytest.mark.parametrize("name", _alone())
def test_curl_lines_are_answered(name: str, house: House) -> None:
    with _service(house) as url, httpx.Client(timeout=30) as client:
        for command in (one for one in CURL if one.where.startswith(f"{name}:")):
            request = _request(tuple(house.at_home(word).replace(HERE, url) for word in command.words))
            assert rule_of(request.method, request.url.path), f"{command.where}: no {request.method} {request.url.path}"
            answer = client.send(request)
            assert answer.status_code < 400, f"{command.where}: {answer.status_code} {answer.text[:300]}"


@contextlib.contextmanager
def _service(house: House):  # type: ignore[no-untyped-def]
    with serving(open_app(Settings(engine="rules", data_dir=house.place / "data"))) as url:
        yield url


@pytest.mark.parametrize("name", PYTHON)
def test_python_runs(name: str, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with _service(house) as url, StubModel() as stub:
        for block in PYTHON[name]:
            if "load_settings" in block.text and "ChatOpenAI" in block.text:
                monkeypatch.setenv("OPENAI_BASE_URL", stub.base_url)
                monkeypatch.setenv("OPENAI_API_KEY", "k")
            said = io.StringIO()
            code = compile(house.at_home(block.text).replace(HERE, url), f"{name}:{block.line}", "exec")
            with contextlib.redirect_stdout(said):
                exec(code, {"__name__": "__main__"})
            assert said.getvalue().strip(), f"{name}:{block.line} prints nothing"
            for setting in ("OPENAI_BASE_URL", "OPENAI_API_KEY"):
                monkeypatch.delenv(setting, raising=False)


def test_the_retriever_of_the_page_finds_printers(house: House) -> None:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(blocks("docs/langchain.md", "python")[0].text, {})
    lines = said.getvalue().splitlines()
    assert len(lines) == 5
    assert sum("打印机" in line or "掉线" in line for line in lines) >= 3


def _json() -> list[Block]:
    return [block for name in NAMES for block in blocks(name, "json")]


@pytest.mark.parametrize("block", _json(), ids=lambda block: f"{block.document}:{block.line}")
def test_json_is_json_and_clients_are_sent_to_mcp(block: Block) -> None:
    told = json.loads(block.text)
    for server in (told.get("mcpServers") or told.get("servers") or {}).values():
        address = server.get("url") or server["args"][-1]
        assert address == f"{HERE}/mcp"


def test_the_answer_that_is_shown_has_the_fields_of_one(house: House) -> None:
    shown = json.loads(blocks("docs/api.md", "json")[0].text)
    with _service(house) as url:
        given = httpx.post(f"{url}/v1/ask", json={"question": shown["question"]}, timeout=30).json()
    assert set(shown) <= set(given)
    for part in ("citations", "figures", "needs"):
        assert all(set(shown[part][0]) == set(one) for one in given[part]), part


def test_addresses_of_clients_are_ours() -> None:
    """Whatever a document has set as a base address leads to a door of ours."""
    for command in all_commands():
        for setting, value in command.settings.items():
            if re.fullmatch(rf"{re.escape(HERE)}/\S*", value):
                assert value in (f"{HERE}/v1", f"{HERE}/mcp"), f"{command.where}: {setting}"


def test_there_is_something_to_run() -> None:
    assert len(CURL) >= 15
    assert {"docs/api.md", "docs/chat-window.md", "docs/langchain.md", "docs/mcp.md"} <= set(PYTHON)
    assert all(isinstance(command, Command) for command in CURL)
