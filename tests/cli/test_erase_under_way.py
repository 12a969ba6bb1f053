"""Erasing where it is hardest: killed half-way, beside a running service, with a model's words and memory, with a Chroma
server."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Voc
from tests.cli.test_faults import started, until
from tests.stub_model.server import StubModel

ROWS = [
    ("T-10001", "C-ALPHA", "老丈人在旁边看着，水一下子变得冰凉，全家人都不敢再用这台热水器了"),
    ("T-10002", "C-BRAVO", "门锁半夜没电了，人在外面进不去，在楼道里冻了两个小时"),
    ("T-10003", "C-ALPHA", "热水器忽冷忽热，孩子洗澡老是被烫到，岳母说了一晚上"),
    ("T-10004", "C-CHARLIE", "热水器忽冷忽热，洗到一半就变凉，打电话没人接"),
    ("T-10005", "C-DELTA", "打印机升级以后天天掉线，老板就站在后面看着"),
    ("T-10006", "C-ECHO", "门锁指纹识别不出来，老人进不了家门"),
]
THEIRS = ("C-ALPHA", "T-10001", "T-10003", "老丈人在旁边看着", "岳母说了一晚上", "全家人都不敢再用")


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    """Six tickets of five customers."""
    target = tmp_path / "in.jsonl"
    rows = [
        {"id": name, "channel": "ticket", "text": text, "customer": {"id": customer, "segment": "consumer"}}
        for name, customer, text in ROWS
    ]
    target.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return target


def held(data: Path, needles: tuple[str, ...] = THEIRS) -> set[str]:
    """Which of these stand in any file, found without the product's own help."""
    content = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    return {one for one in needles if one.encode() in content or json.dumps(one)[1:-1].encode() in content}


def _journalled(data: Path) -> bool:
    return any((data / "erasing").glob("*.json"))


def _rows_gone(data: Path) -> bool:
    return _journalled(data) and not any((data / "index").glob("generations/*"))


@pytest.mark.parametrize(
    "reached", [lambda data: (data / "run.lock").exists(), _journalled, _rows_gone], ids=["begun", "noted", "scrubbed"]
)
def test_killed_and_given_again_it_is_whole(
    voc: Voc, tmp_path: Path, tickets: Path, reached: Callable[[Path], bool]
) -> None:
    data = tmp_path / "data"
    assert voc("run", tickets).code == 0
    assert held(data) == set(THEIRS)
    (data / "run.lock").unlink(missing_ok=True)
    with started(data, "erase", "--customer", "C-ALPHA", "--yes") as process:
        until(lambda: reached(data), process)
        process.send_signal(signal.SIGKILL)
        process.wait()
    again = voc("erase", "--customer", "C-ALPHA", "--yes", "--json")
    assert again.code == 0 or "was erased on" in again.err
    assert held(data) == set()
    assert not (data / "erasing").exists()
    assert voc("list", "records", "--json").json["total"] == 4
    assert voc("ingest", tickets, "--json").json["quarantined_why"] == {"erased_customer": 2}
    assert voc("index").code == 0
    assert voc("doctor", "--json").json["problems"] == []


def test_what_a_stopped_attempt_left_half_written_goes_too(voc: Voc, tmp_path: Path, tickets: Path) -> None:
    data = tmp_path / "data"
    voc("run", tickets)
    (data / "quarantine").mkdir(exist_ok=True)
    (data / "quarantine" / "ingest-1.part").write_text("老丈人在旁边看着", encoding="utf-8")
    assert voc("erase", "--customer", "C-ALPHA", "--yes").code == 0
    assert held(data) == set()


def test_a_running_service_tells_nothing_of_them_any_more(voc: Voc, tmp_path: Path, tickets: Path) -> None:
    data = tmp_path / "data"
    assert voc("run", tickets).code == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with started(data, "serve", "--port", port) as service:
        until(lambda: _get(f"{address}/healthz") is not None, service)
        search = f"{address}/v1/search?q=%E8%80%81%E4%B8%88%E4%BA%BA%E5%9C%A8%E6%97%81%E8%BE%B9%E7%9C%8B%E7%9D%80"
        assert "T-10001" in str(_get(search)["items"])
        assert "岳母" in str(_get(f"{address}/v1/records/T-10003"))
        ran = voc("erase", "--customer", "C-ALPHA", "--yes", "--json")
        assert ran.code == 0, ran.err
        assert ran.json["proved"]
        assert held(data) == set()
        for path in ("/v1/insights", "/v1/themes", "/v1/ideas", "/v1/stats?by=theme"):
            assert not any(one in str(_get(address + path)) for one in THEIRS)
        assert not any(one in str(_get(search)["items"]) for one in THEIRS)
        assert _get(f"{address}/v1/records/T-10003") is None
        assert _get(f"{address}/v1/customers/C-ALPHA") is None
        assert held(data) == set()


def _get(address: str) -> Any:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return json.load(answer)
    except OSError:
        return None


def test_a_models_words_and_memory_of_them_go(voc: Voc, tmp_path: Path, tickets: Path) -> None:
    data = tmp_path / "data"
    with StubModel() as stub:
        endpoint = {"OPENAI_BASE_URL": stub.base_url, "OPENAI_API_KEY": "sk-test"}
        assert voc("run", tickets, **endpoint).code == 0
        for theme in voc("list", "themes", "--json").json["items"]:
            voc("propose", theme["theme_id"])
        voc("ask", "热水器忽冷忽热，客户在意什么？")
        assert held(data) == set(THEIRS)
        ran = voc("erase", "--customer", "C-ALPHA", "--yes", "--json")
        assert ran.code == 0, ran.err
        assert ran.json["model_calls"] > 0
        assert ran.json["readings"] == 2
        assert held(data) == set()
        stub.requests.clear()
        assert voc("run").code == 0
        assert not any(one in str(request.body) for request in stub.requests for one in THEIRS)
        assert held(data) == set()


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A Chroma server on loopback, and its own directory."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = tmp_path / "server"
    command = Path(sys.executable).with_name("chroma")
    arguments = [str(command), "run", "--path", str(place), "--port", str(port), "--host", "127.0.0.1"]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(2_400):
                if _get(f"{address}/api/v2/heartbeat") is not None or server.poll() is not None:
                    break
                time.sleep(0.05)
            yield address, place
        finally:
            server.kill()


def test_a_chroma_server_is_emptied_asked_and_told_of(
    voc: Voc, tmp_path: Path, tickets: Path, chroma: tuple[str, Path]
) -> None:
    address, place = chroma
    assert voc("run", tickets, VOC_CHROMA_URL=address).code == 0
    assert voc("doctor", "--json").json["index"]["generation_passages"] > 0
    ran = voc("erase", "--customer", "C-ALPHA", "--yes", "--json")
    assert ran.code == 0, ran.err
    assert any(address in one and "vacuum" in one for one in ran.json["not_searched"])
    collections = _get(f"{address}/api/v2/tenants/default_tenant/databases/default_database/collections")
    assert collections == []
    assert held(tmp_path / "data") == held(place) == set()
    assert voc("index").code == 0
    assert voc("search", "热水器忽冷忽热", "--json").json["hits"]


@pytest.mark.usefixtures("english")
def test_a_chroma_server_that_is_down_leaves_the_erasing_open(
    voc: Voc, tmp_path: Path, tickets: Path, chroma: tuple[str, Path]
) -> None:
    address, _ = chroma
    assert voc("run", tickets, VOC_CHROMA_URL=address).code == 0
    down = voc("erase", "--customer", "C-ALPHA", "--yes", VOC_CHROMA_URL="http://127.0.0.1:9")
    assert down.code == 1
    assert down.err.count("error:") == 1
    assert "Chroma server" in down.err
    assert (tmp_path / "data" / "erasing").exists()
    again = voc("erase", "--customer", "C-ALPHA", "--yes", "--json", VOC_CHROMA_URL=address)
    assert again.code == 0, again.err
    assert held(tmp_path / "data") == set()
    shutil.rmtree(tmp_path / "data")
