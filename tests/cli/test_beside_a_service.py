"""A service that erases, or is backed up, while other processes open and close its database: it sees what they write."""

import json
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Voc
from tests.cli.test_erase_under_way import held
from tests.cli.test_faults import started, until

SAID = {
    "C-ALPHA": "老丈人在旁边看着，水一下子变得冰凉，全家人都不敢再用这台热水器了",
    "C-BRAVO": "门锁半夜没电了，人在外面进不去，在楼道里冻了两个小时",
    "C-CHARLIE": "热水器忽冷忽热，洗到一半就变凉，打电话没人接",
    "C-DELTA": "打印机升级以后天天掉线，老板就站在后面看着",
}
OURS = ("C-ALPHA", "老丈人在旁边看着", "全家人都不敢再用")


def _row(customer: str, text: str) -> dict[str, object]:
    return {"id": f"T-{customer}", "text": text, "customer": {"id": customer, "segment": "consumer"}}


@pytest.fixture
def data(voc: Voc, tmp_path: Path) -> Path:
    """Four tickets of four customers, with an index."""
    rows = [json.dumps(_row(*one), ensure_ascii=False) for one in SAID.items()]
    (tmp_path / "in.jsonl").write_text("\n".join(rows), encoding="utf-8")
    assert voc("ingest", tmp_path / "in.jsonl").code == 0
    assert voc("index").code == 0
    return tmp_path / "data"


@contextmanager
def service(data: Path) -> Iterator[httpx.Client]:
    """A service in a process of its own, and somebody who asks it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (
        started(data, "serve", "--port", port, VOC_ENGINE="rules") as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        until(lambda: _answers(client), process)
        yield client
        process.terminate()
        process.communicate(timeout=120)


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").is_success
    except httpx.TransportError:
        return False


_OUTSIDE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("UPDATE records SET status = ? WHERE external_id = 'T-C-BRAVO'", (sys.argv[2],))
connection.commit()
print(*(name for (name,) in connection.execute("SELECT external_id FROM records")))
connection.close()
"""


def _writes_reach_everybody(client: httpx.Client, data: Path, *names: str) -> None:
    """Written outside and read here, written here and read outside, in turn; a process outside closes what it opened."""
    for name in names:
        here = [_row(f"IN-{name}", f"{SAID['C-DELTA']}，第{name}回")]
        assert client.post("/v1/records", json=here).status_code == 200
        command = [sys.executable, "-I", "-S", "-c", _OUTSIDE, str(data / "voc.db"), f"looked at {name}"]
        known = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()
        assert f"T-IN-{name}" in known
        assert client.get("/v1/records/T-C-BRAVO").json()["status"] == f"looked at {name}"
        assert (data / "voc.db-wal").exists()


def _erased(client: httpx.Client, customer: str) -> bool:
    told = client.delete(f"/v1/customers/{customer}", params={"reason": "on their wish"})
    assert told.status_code == 200, told.text
    return bool(told.json()["proved"])


def _holds(data: Path) -> set[str]:
    with closing(sqlite3.connect(data / "voc.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {name for (name,) in connection.execute("SELECT external_id FROM records")}


def test_a_service_that_erases_and_is_backed_up_goes_on_with_the_same_database(data: Path, tmp_path: Path) -> None:
    with service(data) as client:
        _writes_reach_everybody(client, data, "1")
        assert client.get("/v1/search", params={"q": "热水器忽冷忽热"}).json()["items"]
        with started(data, "backup", "-o", tmp_path / "b.tar") as backup:
            assert backup.wait(60) == 0
        _writes_reach_everybody(client, data, "2")
        assert client.get("/v1/search", params={"q": "热水器忽冷忽热"}).json()["items"]
        assert _erased(client, "C-ALPHA")
        assert held(data, OURS) == set()
        _writes_reach_everybody(client, data, "3", "4")
        assert _erased(client, "IN-1")
        _writes_reach_everybody(client, data, "5")
    kept = {f"T-{one}" for one in SAID if one != "C-ALPHA"}
    assert _holds(data) == kept | {f"T-IN-{n}" for n in "2345"}


@pytest.mark.usefixtures("english")
def test_a_search_that_breaks_off_proves_nothing(voc: Voc, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = voc("erase", "--customer", "C-ALPHA", "--yes", "--json", PYTHONHASHSEED="never")  # no Python starts so
    assert (broken.code, "not proved" in broken.err, "proved" in broken.out) == (1, True, False), broken.err
    assert "老丈人" not in broken.err
    assert "begun and not proved" in str(voc("doctor", "--json").json["problems"])
    monkeypatch.delenv("PYTHONHASHSEED")
    assert voc("erase", "--customer", "C-ALPHA", "--yes", "--json").json["proved"] is True
    assert held(data, OURS) == set()


def test_databases_in_use_are_not_opened_as_files(voc: Voc, data: Path) -> None:
    with closing(sqlite3.connect(data / "voc.db")) as connection:
        connection.execute("SELECT count(*) FROM records").fetchone()
        told = voc("ingest", data / "voc.db", "--json")
        assert (told.code, told.json["quarantined_why"]) == (3, {"unknown_format": 1})
        assert [one["format"] for one in told.json["files"]] == ["database"]
        assert voc("ingest", data / "voc.db-wal", "--json").json["quarantined_why"] == {"unknown_format": 1}
