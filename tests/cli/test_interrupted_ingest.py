"""An import that is killed, stopped, met by another or out of room: nothing lost, nothing twice, and it goes on after."""

import csv
import json
import os
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Voc
from tests.cli.test_faults import started, until

ROWS = 1_600
BAD = 40
"""Every so many rows the time can't be read."""
PLACES = ["厨房", "浴室", "阳台", "客厅", "门口", "楼道", "车库", "地下室", "屋顶", "花园"]


def written(target: Path, rows: int = ROWS, first: int = 0) -> Path:
    """Tickets: some of nobody known, some near-duplicates, some with a time that can't be read."""
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("工单编号", "创建时间", "产品", "客户编号", "联系电话", "问题描述"))
        for n in range(first, first + rows):
            said = n - (n % 5 == 4)  # every fifth says again what the one before said
            words = "".join(PLACES[int(digit)] for digit in str(said * 7 + said // 3))
            day = "三月初七" if n % BAD == 0 else f"2026-03-{1 + n % 28:02d}"
            text = f"{words}的机器装好才三天就漏水，打电话一直没人接，等了好几天才上门看了一眼就走"
            writer.writerow(
                (n, day, f"P{said % 3}", f"C{said % 700}" if said % 4 else "", f"1{3 + n % 7}{n:09d}", text)
            )
    return target


def stored(data: Path) -> dict[str, object]:
    """All that an import writes, without the moments."""
    tables = {
        "records": "id, external_id, text, customer_id, person, near_duplicate_of, content_hash",
        "record_versions": "record_id, version",
        "customers": "id, segment, region, owned",
    }
    with closing(sqlite3.connect(data / "voc.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {
            name: database.execute(f"SELECT {columns} FROM {name} ORDER BY 1, 2").fetchall()
            for name, columns in tables.items()
        }


def count(data: Path) -> int:
    """Records stored so far, as another process sees them."""
    try:
        with closing(sqlite3.connect(f"file:{data / 'voc.db'}?mode=ro", uri=True, timeout=5)) as database:
            return int(database.execute("SELECT count(*) FROM records").fetchone()[0])
    except sqlite3.OperationalError:  # not made yet
        return 0


def past(data: Path, reached: int) -> Callable[[], bool]:
    """Whether more than so many records are stored by now."""
    return lambda: (data / "voc.db").exists() and count(data) > reached


def set_aside(data: Path) -> list[str]:
    """Rows of all quarantine files, sorted."""
    files = (data / "quarantine").glob("*.jsonl")
    return sorted(line for file in files for line in file.read_text(encoding="utf-8").splitlines())


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data directory that the `voc` fixture uses too."""
    return tmp_path / "data"


def test_killed_again_and_again_it_ends_as_if_nothing_had_been(voc: Voc, data: Path, tmp_path: Path) -> None:
    source = written(tmp_path / "tickets.csv")
    for reached in (-1, 0, 900):  # while the database is made, before the first batch, amid the batches
        with started(data, "ingest", source) as process:
            until(past(data, reached), process)
            process.send_signal(signal.SIGKILL)
    seen = count(data)
    assert 500 < seen < ROWS
    assert set_aside(data), "what was set aside before a kill stays"
    receipt = voc("ingest", source, "--json").json
    assert (receipt["read"], receipt["quarantined"]) == (ROWS, ROWS // BAD)
    assert receipt["unchanged"] >= seen
    assert receipt["updated"] == 0
    elsewhere = tmp_path / "undisturbed"
    elsewhere.mkdir()
    (elsewhere / "masking.key").write_bytes((data / "masking.key").read_bytes())
    whole = voc("ingest", source, "--json", VOC_DATA_DIR=str(elsewhere)).json
    assert stored(data) == stored(elsewhere)
    assert set_aside(data) == set_aside(elsewhere)
    assert len(list((data / "quarantine").iterdir())) == 1
    assert whole["duplicates"] > 0


def test_imported_again_nothing_is_written_anywhere(voc: Voc, data: Path, tmp_path: Path) -> None:
    source = written(tmp_path / "tickets.csv", 700)
    first = voc("ingest", source, "--json").json
    before, size = stored(data), (data / "voc.db").stat().st_size
    again = voc("ingest", source, "--json").json
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, first["added"])
    assert again["quarantine_file"] == first["quarantine_file"]
    assert (stored(data), (data / "voc.db").stat().st_size) == (before, size)
    assert len(list((data / "quarantine").iterdir())) == 1


def test_ctrl_c_keeps_what_is_stored_and_says_so(voc: Voc, data: Path, tmp_path: Path) -> None:
    source = written(tmp_path / "tickets.csv")
    with started(data, "ingest", source, "--json") as process:
        until(lambda: count(data) >= 500, process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    receipt = json.loads(out)
    assert process.returncode == 3
    assert "stopped; what was finished is kept" in err
    assert "Traceback" not in err
    assert receipt["stopped"] is True
    assert receipt["added"] == count(data)
    assert receipt["read"] == receipt["added"] + receipt["quarantined"] < ROWS
    rest = voc("ingest", source, "--json").json
    assert (rest["stopped"], rest["read"], rest["unchanged"]) == (False, ROWS, receipt["added"])
    assert len(list((data / "quarantine").iterdir())) == 1


def test_a_second_import_waits_for_the_first(voc: Voc, data: Path, tmp_path: Path) -> None:
    source, other = written(tmp_path / "tickets.csv"), written(tmp_path / "other.csv", 300, ROWS)
    with started(data, "ingest", source, "--json") as first:
        until(lambda: count(data) >= 500, first)
        with started(data, "ingest", source, other, "--json") as second:
            (out, _), (later, err) = first.communicate(timeout=60), second.communicate(timeout=60)
    assert (first.returncode, second.returncode) == (3, 3), err
    one, two = json.loads(out), json.loads(later)
    assert one["added"] == two["unchanged"] == ROWS - ROWS // BAD
    assert two["read"] == ROWS + 300
    assert voc("list", "records", "--limit", 1, "--json").json["total"] == one["added"] + two["added"]


def test_who_waits_is_told_and_goes_on_when_the_other_is_killed(data: Path, tmp_path: Path) -> None:
    source = written(tmp_path / "tickets.csv")
    with started(data, "ingest", source) as first:
        until(lambda: count(data) >= 500, first)
        first.send_signal(signal.SIGSTOP)
        with started(data, "ingest", source) as second:
            assert second.stderr is not None
            assert "waiting for another run" in second.stderr.readline()
            first.send_signal(signal.SIGKILL)
            second.communicate(timeout=60)
        assert second.returncode == 3
    assert count(data) == ROWS - ROWS // BAD


@contextmanager
def small_disk(at: Path, size: str) -> Iterator[None]:
    """A disk of its own of so many bytes, where this machine lets us mount one."""
    at.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", at], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("a small disk can't be mounted here: needs root and the right to mount")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", at], check=True)


@pytest.mark.usefixtures("english")
@pytest.mark.skipif(os.geteuid() != 0, reason="a small disk can't be mounted here: needs root")
@pytest.mark.parametrize("size", ["200k", "2m"])
def test_a_disk_that_fills_up_is_one_sentence_and_the_rest_follows(voc: Voc, tmp_path: Path, size: str) -> None:
    source, disk = written(tmp_path / "tickets.csv"), tmp_path / "disk"
    with small_disk(disk, size):
        with started(disk, "ingest", source) as process:
            out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (1, "")
        assert err.startswith("error: ")
        assert "disk is full" in err
        assert "make room and run the same command again" in err
        assert err.count("\n") == 1
        kept = count(disk)
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        with started(disk, "ingest", source, "--json") as process:
            receipt = json.loads(process.communicate(timeout=60)[0])
        assert (receipt["read"], receipt["unchanged"]) == (ROWS, kept)
        assert count(disk) == ROWS - ROWS // BAD
        assert len(list((disk / "quarantine").iterdir())) == 1


@pytest.mark.usefixtures("english")
@pytest.mark.skipif(os.geteuid() != 0, reason="a small disk can't be mounted here: needs root")
def test_a_disk_that_fills_up_with_rows_set_aside(tmp_path: Path) -> None:
    disk, source = tmp_path / "disk", tmp_path / "bad.csv"
    source.write_text(
        "工单编号,创建时间,问题描述\n" + "".join(f"{n},三月初七,漏水{n}\n" for n in range(400)), encoding="utf-8"
    )
    with small_disk(disk, "8m"):
        with started(disk, "stats") as process:
            process.communicate(timeout=60)
        room = os.statvfs(disk)
        (disk / "ballast").write_bytes(bytes((room.f_bavail - 10) * room.f_frsize))
        with started(disk, "ingest", source) as process:
            _, err = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "the disk is full: 0 records are stored; make room" in err
        assert err.count("\n") == 1
        for line in set_aside(disk):
            assert json.loads(line)["reason"] == "bad_date"
