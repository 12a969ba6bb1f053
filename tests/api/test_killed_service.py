"""A service killed in the middle of a batch, and one that is stopped: the next start goes on, and pays for nothing twice."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.stub_model.server import StubModel

ROOT = Path(__file__).parents[2]
VOC = (sys.executable, "-c", "from assistant.cli.main import main; main()")
MANY = 120
AT_ONCE = 2
RECORDS = [
    {
        "id": f"T-{n}", "channel": "ticket", "created_at": f"2026-08-{n % 28 + 1:02d}T09:00:00+08:00", "product": "P2",
        "customer": {"id": f"C-{n}", "segment": "sme"},
        "text": f"第{n}台打印机升级之后总是掉线，{'发货单' if n % 2 else '标签'}打不出来，重启{n % 7 + 1}次也没用，耽误了{n}个客户。" * 3,
    }
    for n in range(MANY)
]  # fmt: skip


@pytest.fixture
def stub() -> Iterator[StubModel]:
    with StubModel() as server:
        yield server


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


@contextmanager
def service(data: Path, stub: StubModel, **more: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """`voc serve` in a process of its own, ended at the latest when the block ends."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VOC_", "OPENAI_"))}
    mine = {
        "VOC_DATA_DIR": str(data), "OPENAI_BASE_URL": stub.base_url, "OPENAI_API_KEY": "k",
        "VOC_LLM_CONCURRENCY": str(AT_ONCE),
    }  # fmt: skip
    port = free_port()
    command = [*VOC, "serve", "--port", str(port), "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**kept, **mine, **more}
    ) as process:
        try:
            assert process.stdout is not None
            assert "{" in process.stdout.readline()
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                yield process, client
        finally:
            process.kill()


def until(happened: Callable[[], bool]) -> None:
    for _ in range(1200):
        if happened():
            return
        time.sleep(0.05)
    raise AssertionError("it does not happen")


def state(client: httpx.Client, batch: str) -> dict[str, Any]:
    told: dict[str, Any] = client.get(f"/v1/batches/{batch}").json()
    return told


def over(client: httpx.Client, batch: str) -> Callable[[], bool]:
    return lambda: state(client, batch)["state"] not in ("queued", "running")


def prompts(stub: StubModel) -> Counter[str]:
    """How often each prompt was sent."""
    return Counter(json.dumps(request.body["messages"], sort_keys=True) for request in stub.chats)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_batch_goes_on_after_the_service_was_killed_or_stopped(tmp_path: Path, stub: StubModel, how: int) -> None:
    _goes_on(tmp_path, stub, how)


@pytest.mark.postgres
def test_a_batch_in_a_server_goes_on_after_the_service_was_killed(
    tmp_path: Path, stub: StubModel, postgres_url: str
) -> None:
    _goes_on(tmp_path, stub, signal.SIGKILL, VOC_DATABASE_URL=postgres_url)


def _goes_on(tmp_path: Path, stub: StubModel, how: int, **settings: str) -> None:
    with service(tmp_path, stub, **settings) as (process, client):
        assert client.post("/v1/records", json=RECORDS).json()["added"] == MANY
        stub.mode("slow", seconds=0.4)
        batch = client.post("/v1/batches", json={"kind": "analyse"}).json()["id"]
        until(lambda: state(client, batch)["spent"]["calls"] >= 2 * AT_ONCE)
        process.send_signal(how)
        process.wait(60)
    stub.mode()
    with service(tmp_path, stub, **settings) as (_, client):
        until(over(client, batch))
        told = state(client, batch)
    assert told["state"] == "done"
    stage = told["stages"][0]
    assert stage["attempts"] == 2
    receipt = stage["receipt"]
    assert 0 < stage["earlier"] < MANY
    assert stage["pending"] == stage["earlier"] + receipt["pending"] == MANY
    assert receipt["pending"] == receipt["done"] + sum(receipt["skipped"].values()) + sum(receipt["failed"].values())
    sent = prompts(stub)
    assert sent.total() - len(sent) <= 2 * AT_ONCE  # in flight, or answered and not yet written down
    assert len(stub.chats) - 5 * AT_ONCE <= told["spent"]["calls"] <= len(stub.chats)


def test_a_batch_is_stopped_at_a_safe_point_and_resumed(tmp_path: Path, stub: StubModel) -> None:
    with service(tmp_path, stub) as (_, client):
        client.post("/v1/records", json=RECORDS)
        stub.mode("slow", seconds=0.3)
        batch = client.post("/v1/batches", json={"kind": "run"}).json()["id"]
        until(lambda: len(stub.chats) > AT_ONCE)
        assert client.delete(f"/v1/batches/{batch}").json()["stop_asked"]
        taken = client.post("/v1/records", json=[{**RECORDS[0], "id": "new"}])
        assert taken.json()["added"] == 1, taken.text
        until(over(client, batch))
        stopped = state(client, batch)
        assert stopped["state"] == "stopped"
        states = {stage["name"]: stage["state"] for stage in stopped["stages"]}
        assert (states["index"], states["analyse"], states["themes"]) == ("done", "stopped", "skipped")
        receipt = stopped["stages"][1]["receipt"]
        assert 0 < receipt["done"] < MANY
        assert receipt["skipped"]["halted"] == MANY - receipt["done"]
        assert stopped["spent"]["calls"] == len(stub.chats)
        stub.mode()
        client.post(f"/v1/batches/{batch}/resume")
        until(over(client, batch))
        done = state(client, batch)
    assert done["state"] == "done", done
    sent = prompts(stub)
    assert sent.total() == len(sent)
    assert done["spent"]["calls"] == len(stub.chats)


def test_records_are_taken_in_while_a_batch_reads(tmp_path: Path, stub: StubModel) -> None:
    with service(tmp_path, stub) as (_, client):
        client.post("/v1/records", json=RECORDS)
        stub.mode("slow", seconds=0.5)
        batch = client.post("/v1/batches", json={"kind": "analyse"}).json()["id"]
        until(lambda: len(stub.chats) > 0)
        taken = client.post("/v1/records", json=[{**RECORDS[0], "id": "new"}])
        assert (taken.status_code, taken.json()["added"]) == (200, 1)
        assert state(client, batch)["state"] == "running"
        stub.mode()
        until(over(client, batch))
        assert state(client, batch)["state"] == "done"
