"""A service on a loopback port, started as its command starts it, and Debian's browser looking at it."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, expect, sync_playwright

from assistant.bootstrap import open_app
from assistant.intake.shapes import ReadOptions
from assistant.settings import Settings
from tests.api.conftest import TICKETS, _wire

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MORE = [
    (f"M-{n}", "P2", f"2026-0{5 + n % 5}-1{n % 9}", "enterprise" if n % 2 else "sme", text)
    for n, text in enumerate(
        [
            "打印机升级之后天天掉线,同事都在等发货单。", "升级后打印机连不上网,重启也没用。",
            "打印机一升级就掉线,老板站在旁边等着签字。", "墨粉盒太贵,换兼容的机器又不认。",
            "墨粉又贵又被锁定,一年光耗材就比机器贵。", "兼容墨粉不让用,耗材价格太高。",
            "升级以后打印机老是脱机,客户在柜台前等。", "墨粉贵得离谱,还提示不支持。",
        ]
    )
]  # fmt: skip
OUTSIDE = '看图 ![追踪](http://evil.example/x.png) <b>打印机掉线</b> {{constructor.constructor("alert(3)")()}} 打印机升级后掉线'


PATIENCE = 60_000
"""Milliseconds that a page has for what it was asked: a busy machine is slow, not wrong."""
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Opened:
    """A page in a browser, with what it complained of and whom it called."""

    page: Page
    faults: list[str]
    calls: list[str]


def bare(page: Page) -> None:
    """Wait until no sheet stands over the page: as long as one does, it holds the focus, and words typed go into it."""
    expect(page.locator(".q-dialog")).to_have_count(0)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a few customers, some of them hostile."""
    folder = tmp_path_factory.mktemp("pages")
    rows = [*TICKETS, *MORE, ("H-1", "P2", "2026-09-11", "sme", OUTSIDE)]
    source = folder / "tickets.jsonl"
    source.write_text("\n".join(map(_wire, rows)), encoding="utf-8")
    app = open_app(Settings(engine="rules", data_dir=folder / "data"))
    dict(app.pipeline.run([source], ReadOptions()))
    app.close()
    return folder / "data"


@contextmanager
def served(place: Path, **settings: str) -> Iterator[str]:
    """The address of a service on a data directory, as the command starts it; by the rules, if nothing else is set."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = {**os.environ, "VOC_DATA_DIR": str(place), "VOC_ENGINE": "rules", **settings}
    command = [sys.executable, "-c", "from assistant.cli.main import main; main()", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=env, cwd=place.parent, stderr=subprocess.DEVNULL) as service:
        try:
            _wait(port, service)
            yield f"http://127.0.0.1:{port}"
        finally:
            service.terminate()
            service.wait(60)


@pytest.fixture(scope="session")
def address(place: Path) -> Iterator[str]:
    """Where the service answers."""
    with served(place) as where:
        yield where


def _wait(port: int, service: subprocess.Popen[bytes]) -> None:
    while service.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the service ended before it listened")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium; without it the tests are skipped. Its driver holds an event loop, so it ends with the module."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Opened]]:
    """Opens a page: path, language, look, width."""
    contexts = []

    def opened(path: str, *, language: str = "zh", look: str = "light", width: int = 1280, at: str = address) -> Opened:
        context = browser.new_context(viewport={"width": width, "height": 860})
        contexts.append(context)
        kept = {"voc_language": language, "voc_look": look}
        context.add_cookies([{"name": name, "value": value, "url": at} for name, value in kept.items()])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        faults: list[str] = []
        calls: list[str] = []

        def complained(said: ConsoleMessage) -> None:
            if said.type == "error":
                faults.append(said.text)

        def popped_up(dialog: Dialog) -> None:
            faults.append(f"dialog {dialog.message}")
            dialog.dismiss()

        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", complained)
        page.on("dialog", popped_up)
        page.on("request", lambda request: calls.append(request.url))
        page.goto(at + path)
        return Opened(page, faults, calls)

    yield opened
    for context in contexts:
        context.close()
