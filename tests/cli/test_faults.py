"""Kills, full disks, damage, two at once: one clear sentence, nothing lost, nothing twice, and it works again after."""

import csv
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests.cli.conftest import Voc
from tests.stub_model.server import StubModel

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "assistant" / "sample" / "xinglan" / "source"
TRUTH = ROOT / "evals" / "cases" / "xinglan" / "truth.jsonl"
VOC = (sys.executable, "-c", "from assistant.cli.main import main; main()")
MANY = 3_000


@contextmanager
def started(
    data_dir: Path, *arguments: object, before: Callable[[], None] | None = None, **settings: str
) -> Iterator[subprocess.Popen[str]]:
    """`voc` in a process of its own, ended at the latest when the block ends."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VOC_", "OPENAI_"))}
    with subprocess.Popen(
        [*VOC, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**kept, "VOC_DATA_DIR": str(data_dir), "VOC_LANGUAGE": "en", **settings},
        preexec_fn=before,  # noqa: PLW1509  (the child is single-threaded and only sets a limit)
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until(happened: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for something, or for the process to end."""
    for _ in range(12_000):
        if happened() or process.poll() is not None:
            return
        time.sleep(0.01)
    pytest.fail("waited two minutes in vain")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data directory that the `voc` fixture uses too."""
    return tmp_path / "data"


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    """Many tickets of no customer, some nearly the same as others."""
    places = ["厨房", "浴室", "阳台", "客厅", "门口", "楼道", "车库", "地下室", "屋顶", "花园"]
    target = tmp_path / "many.csv"
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("工单编号", "创建时间", "产品", "问题描述"))
        for n in range(MANY):
            words = "".join(places[int(digit)] for digit in str(n * 7 + n // 3))
            text = f"{words}的机器装好才三天就漏水，打电话一直没人接，等了好几天才上门看了一眼就走"
            writer.writerow((n, f"2026-03-{1 + n % 28:02d}", f"P{n % 3}", text))
    return target


def cut(source: Path, lines: int) -> Path:
    """A file with the header and the first lines of another, at the same place."""
    target = source.with_name("part") / source.name
    target.parent.mkdir(exist_ok=True)
    rows = source.read_text(encoding="utf-8").splitlines(keepends=True)
    target.write_text("".join(rows[: lines + 1]), encoding="utf-8")
    return target


def test_an_import_killed_and_run_again_is_the_import(voc: Voc, data: Path, tickets: Path) -> None:
    with started(data, "ingest", tickets) as process:
        until(lambda: (data / "voc.db-wal").exists() and (data / "voc.db-wal").stat().st_size > 1_000_000, process)
        process.send_signal(signal.SIGKILL)
    receipt = voc("ingest", tickets, "--json").json
    assert receipt["added"] + receipt["unchanged"] == MANY
    assert voc("list", "records", "--limit", 1, "--json").json["total"] == MANY


def test_an_index_killed_and_run_again_is_whole(voc: Voc, data: Path, tickets: Path) -> None:
    voc("ingest", cut(tickets, 600))
    with started(data, "index") as process:
        until(lambda: any((data / "index").glob("generations/*")), process)
        process.send_signal(signal.SIGKILL)
    receipt = voc("index", "--json").json
    assert receipt["records"] == 600
    assert receipt["passages"] == receipt["embedded"] + receipt["reused"] >= 600
    assert voc("doctor", "--json").json["problems"] == []
    assert voc("search", "机器漏水没人接", "--json").json["hits"]


def test_who_repeats_whom_does_not_depend_on_how_the_import_was_cut_up(voc: Voc, tmp_path: Path, tickets: Path) -> None:
    whole = voc("ingest", cut(tickets, 900), "--json").json
    totals = voc("stats", "--json").json["totals"]
    assert 0 < totals["customers"] < 900
    elsewhere = {"VOC_DATA_DIR": str(tmp_path / "cut")}
    parts = [voc("ingest", cut(tickets, lines), "--json", **elsewhere).json for lines in (250, 600, 900)]
    assert sum(part["duplicates"] for part in parts) == whole["duplicates"]
    assert voc("stats", "--json").json["totals"] == totals


@pytest.mark.usefixtures("english")
def test_a_second_run_is_turned_away_and_questions_are_answered(voc: Voc, data: Path, tickets: Path) -> None:
    voc("ingest", cut(tickets, 50))
    with FileLock(str(data / "run.lock")):
        for command in (("run",), ("ingest", tickets, "--wait", 0), ("index",), ("analyse",), ("themes",), ("ideas",)):
            ran = voc(*command)
            assert (ran.code, ran.out) == (1, "")
            assert "another run" in ran.err
            assert ran.err.count("\n") == 1
        assert voc("stats", "--json").json["totals"]["records"] == 50
        assert voc("ask", "有多少条反馈?").code == 0


@pytest.mark.usefixtures("english")
def test_a_full_disk_is_one_sentence_and_the_work_goes_on_after(voc: Voc, data: Path, tickets: Path) -> None:
    voc("stats")

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))

    with started(data, "ingest", tickets, before=limited) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("error: ")
    assert "disk" in err
    assert err.count("\n") == 1
    assert voc("ingest", tickets, "--json").json["quarantined"] == 0
    assert voc("list", "records", "--limit", 1, "--json").json["total"] == MANY
    assert voc("doctor", "--json").json["database"]["quick_check"] == "ok"


def test_the_first_ctrl_c_waits_for_what_is_under_way_and_the_second_does_not(
    voc: Voc, data: Path, tickets: Path
) -> None:
    voc("ingest", cut(tickets, 20))
    with StubModel() as stub:
        stub.mode("slow", seconds=60)
        with started(data, "analyse", OPENAI_BASE_URL=stub.base_url) as process:
            until(lambda: bool(stub.chats), process)
            process.send_signal(signal.SIGINT)
            assert process.stderr is not None
            while "Ctrl-C again" not in process.stderr.readline():
                assert process.poll() is None
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=120)
        assert process.returncode == 1
        assert err.startswith("stopped at once")
        assert "Traceback" not in err
    assert voc("analyse", "--json").json["done"] == 20


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("damage", ["random", "half", "middle"])
def test_a_damaged_database_is_said_so_by_every_command(voc: Voc, data: Path, tickets: Path, damage: str) -> None:
    with started(data, "ingest", cut(tickets, 600)) as process:  # a process of its own leaves no open connection
        process.communicate(timeout=60)
    path = data / "voc.db"
    whole = path.read_bytes()
    broken = {
        "random": bytes(range(256)) * 200,
        "half": whole[: len(whole) // 2],
        "middle": whole[:8192] + b"\x5a" * (len(whole) - 16384) + whole[-8192:],
    }
    path.write_bytes(broken[damage])
    for command in (("stats",), ("list", "records"), ("ask", "漏水怎么办"), ("doctor",), ("index",), ("run",)):
        ran = voc(*command)
        assert (ran.code, ran.out) == (1, "")
        assert "damaged: restore it from a backup" in ran.err
        assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("stats",), 0),
        (("doctor",), 0),
        *(((("list", kind)), 0) for kind in ("records", "insights", "themes", "ideas", "proposals", "leads", "customers")),
        (("index",), 0),
        (("analyse",), 0),
        (("themes",), 0),
        (("ideas",), 0),
        (("run",), 0),
        (("ask", "打印机有多少条反馈"), 0),
        (("search", "打印机掉线"), 0),
        (("propose", "th_none"), 2),
        (("propose", "id_none"), 2),
        (("show", "r_none"), 2),
    ],
)  # fmt: skip
def test_an_empty_store_has_an_answer_to_everything(voc: Voc, command: tuple[str, ...], code: int) -> None:
    ran = voc(*command, "--json")
    assert ran.code == code
    assert "Traceback" not in ran.err
    if code == 0:
        assert ran.json is not None
        assert ran.err == ""


def test_a_place_that_cannot_be_used_is_named(voc: Voc, data: Path, tickets: Path) -> None:
    voc("ingest", cut(tickets, 10))
    (data / "run.lock").unlink()
    (data / "run.lock").mkdir()
    ran = voc("index")
    assert ran.code == 1
    assert "run.lock" in ran.err
    assert ran.err.count("\n") == 1


def test_a_database_that_is_not_supported_is_a_wrong_setting_and_shows_no_password(voc: Voc) -> None:
    ran = voc("stats", VOC_DATABASE_URL="oracle+oracledb://somebody:secret-word@127.0.0.1:1/x")
    assert ran.code == 2
    assert "must begin with sqlite" in ran.err
    assert "secret-word" not in ran.err


def test_no_planted_value_is_anywhere_in_the_data_directory(voc: Voc, data: Path, tmp_path: Path) -> None:
    planted = {span["text"] for case in _cases() for span in case["pii"]}
    assert len(planted) > 100
    longest = sorted(planted, key=len)[-20:]
    bad = tmp_path / "bad.csv"
    bad.write_text(
        "工单编号,创建时间,问题描述\n" + "".join(f"{n},三月初七,找我{one}\n" for n, one in enumerate(longest)),
        encoding="utf-8",
    )
    ran = [voc("ingest", SOURCE, "--json"), voc("ingest", bad, "--json"), voc("run", "--json")]
    assert [one.code for one in ran] == [0, 3, 0]
    said = "".join(one.out + one.err for one in ran)
    stored = [
        path for path in data.rglob("*") if path.is_file() and path.name != "jieba.cache"
    ]  # a dictionary of names
    held = {path.name: path.read_bytes() for path in stored}
    assert any(name.endswith(".jsonl") for name in held)
    assert {one for one in planted if one in said} == set()
    assert {(name, one) for name, content in held.items() for one in planted if one.encode() in content} == set()


def _cases() -> list[dict[str, Any]]:
    return [json.loads(line) for line in TRUTH.read_text(encoding="utf-8").splitlines()]


def test_what_only_counts_does_not_load_what_only_searches(data: Path) -> None:
    code = (
        "import sys\nfrom assistant.cli.main import main\n"
        "try: main(sys.argv[1:])\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    heavy = {"chromadb", "langchain_core", "langchain_openai", "openai", "sklearn", "scipy", "jieba", "rich"}
    for command in (("stats", "--json"), ("list", "records", "--json")):
        ran = subprocess.run(
            [sys.executable, "-c", code, *command],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "VOC_DATA_DIR": str(data)},
        )
        assert heavy & set(ran.stderr.split()) == set()


def test_the_service_ends_well_when_it_is_told_to_and_names_a_taken_port(voc: Voc, data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = voc("serve", "--port", port)
        assert ran.code == 2
        assert f"VOC_PORT={port}" in ran.err
        assert ran.err.count("\n") == 1
    with started(data, "serve", "--port", port) as process:
        assert process.stderr is not None
        assert "http://127.0.0.1" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
