"""A backup made while the service answers and takes in, put back elsewhere: the same counts, answers and book."""

import gzip
import io
import json
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.bootstrap import open_app
from assistant.intake.shapes import ReadOptions
from assistant.pipeline.backing_up import PIPE, Wanted, backup
from assistant.settings import Settings, load_settings
from tests.api.serving import serving
from tests.cli.conftest import Ran, Voc

SAID = "老丈人在旁边看着，水一下子变得冰凉"
PHONE = "13912345678"
ROWS: list[dict[str, Any]] = [
    {
        "id": f"T-{n}", "channel": "ticket", "created_at": f"2026-08-{n % 28 + 1:02d}T09:00:00+08:00", "product": "P2",
        "customer": {"id": f"C-{n}", "segment": "sme"},
        "text": f"打印机升级之后总是掉线，{['发货单', '标签', '合同', '发票'][n % 4]}打不出来，重启{n % 7 + 1}次也没用，耽误了{n}个客户。",
    }
    for n in range(24)
]  # fmt: skip
ROWS.append({"id": "T-90", "text": f"{SAID}，请回电{PHONE}", "customer": {"id": "C-ALPHA", "phone": PHONE}})
SAME = ("records", "insights", "themes", "ideas", "proposals", "leads", "customers")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test leaves its data directory for the others."""
    return tmp_path_factory.mktemp("kept") / "data"


@pytest.fixture
def filled(voc: Voc, tmp_path: Path, kept: Path) -> Voc:
    """A data directory with everything in it, raw values in the vault too."""
    file = tmp_path / "in.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS), encoding="utf-8")
    if not kept.exists():
        _fill(voc, tmp_path, file)
        shutil.copytree(tmp_path / "data", kept)
    else:
        shutil.copytree(kept, tmp_path / "data")
    assert voc("list", "proposals", "--json", VOC_VAULT="on").json["total"] == 1
    return voc


def _fill(voc: Voc, tmp_path: Path, file: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "alerts.toml").write_text("# nobody yet\n", encoding="utf-8")
    (tmp_path / "manual.md").write_text("# 保修\n\n打印机保修三年，上门维修不收费。\n", encoding="utf-8")
    assert voc("run", file, VOC_VAULT="on").code == 0
    assert voc("learn", tmp_path / "manual.md").code == 0
    best = voc("list", "ideas", "--json").json["items"][0]["idea_id"]
    assert voc("propose", best, "-o", tmp_path / "p.md").code == 0


def _all_of(voc: Voc) -> dict[str, Any]:
    """What somebody would look at."""
    found: dict[str, Any] = {kind: voc("list", kind, "--limit", 500, "--json").json for kind in SAME}
    found["search"] = voc("search", "打印机升级掉线", "--json").json["hits"]
    found["stats"] = voc("stats", "--by", "theme", "--json").json["rows"]
    answer = voc("ask", "打印机掉线有多少条反馈？", "--json").json
    found["answer"] = (answer["text"], answer["citations"], answer["figures"])
    found["documents"] = voc("documents", "list", "--json").json
    return found


def _restored(voc: Voc, tmp_path: Path, source: Path) -> Ran:
    return voc("restore", source, "--json", VOC_DATA_DIR=str(tmp_path / "elsewhere"))


def test_everything_comes_back(filled: Voc, tmp_path: Path) -> None:
    made = filled("backup", "-o", tmp_path / "b.tar", "--json")
    assert made.code == 0, made.err
    receipt = made.json
    assert (receipt["vault"], receipt["index"], receipt["counts"]["records"]) == ("included", "included", len(ROWS))
    assert (tmp_path / "b.tar").stat().st_mode & 0o777 == 0o600
    before = _all_of(filled)
    raw = filled("unmask", _pseudonym(filled), "--reason", "客户要求回电话", "--json")
    assert PHONE in raw.out
    back = _restored(filled, tmp_path, tmp_path / "b.tar")
    assert back.code == 0, back.err
    assert (back.json["counts"], back.json["index"]) == (receipt["counts"], "ok")
    assert back.json["book_stands"] is True
    after = _all_of(filled)
    assert after == before
    assert PHONE in filled("unmask", _pseudonym(filled), "--reason", "客户要求回电话", "--json").out
    head = receipt["head"]
    assert filled("audit", "--verify", "--head", head, "--json").json["stands"] is True
    assert filled("audit", "--json").json["items"][-1:] != []
    doctor = filled("doctor", "--json")
    assert (doctor.code, doctor.json["problems"]) == (0, [])
    assert (tmp_path / "elsewhere" / "alerts.toml").is_file()
    key = "masking.key"
    assert (tmp_path / "elsewhere" / key).read_bytes() == (tmp_path / "data" / key).read_bytes()
    again = filled("ingest", tmp_path / "in.jsonl", "--json").json
    assert again["unchanged"] == len(ROWS)  # the same key makes the same pseudonyms


def _pseudonym(voc: Voc) -> str:
    text = str(voc("show", "T-90", "--json").json["text"])
    return text[text.index("⟦phone:") + 7 :].partition("⟧")[0]


def test_while_the_service_answers_and_takes_in(filled: Voc, tmp_path: Path) -> None:
    app = open_app(load_settings())
    over = threading.Event()
    codes: list[int] = []

    def write(address: str) -> None:
        with httpx.Client(base_url=address, timeout=60) as client:
            for n in range(10_000):
                row = {
                    **ROWS[0],
                    "id": f"NEW-{n}",
                    "text": f"{ROWS[0]['text']}第{n}回",
                    "customer": {"id": f"C-NEW-{n}"},
                }
                codes.append(client.post("/v1/records", json=[row]).status_code)
                if over.is_set():
                    return

    with serving(app) as address:
        writer = threading.Thread(target=write, args=(address,))
        writer.start()
        try:
            receipts = []
            for n in range(3):
                known = len(codes)
                receipts.append(filled("backup", "-o", tmp_path / f"{n}.tar", "--json").json)
                assert httpx.get(f"{address}/readyz", timeout=60).status_code == 200
                assert len(ROWS) + known <= receipts[-1]["counts"]["records"] <= len(ROWS) + len(codes) + 1
        finally:
            over.set()
            writer.join()
    app.close()
    assert set(codes) == {200}
    back = _restored(filled, tmp_path, tmp_path / "2.tar")
    assert (back.code, back.json["counts"]) == (0, receipts[2]["counts"])
    told = filled("doctor", "--json").json
    assert told["database"]["quick_check"] == "ok"
    assert told["database"]["records"] == receipts[2]["counts"]["records"]
    assert filled("audit", "--verify", "--head", receipts[2]["head"], "--json").json["stands"] is True
    assert filled("index").code == 0
    assert filled("doctor").code == 0


def test_without_vault_and_index_through_a_pipe(filled: Voc, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from assistant.cli.main import main; main()"]
    ran = subprocess.run(  # a pipe of bytes, which `capsys` is not
        [*command, "backup", "-o", "-", "--without-vault", "--without-index"],
        capture_output=True,
        check=True,
        timeout=60,
    )
    (tmp_path / "b.tar.gz").write_bytes(gzip.compress(ran.stdout))
    sealed = _sealed(tmp_path / "data" / "voc.db")
    assert sealed
    assert not any(value in ran.stdout for value in sealed)
    back = _restored(filled, tmp_path, tmp_path / "b.tar.gz")
    assert (back.code, back.json["vault"], back.json["index"]) == (0, "left_out", "to_build")
    assert back.json["counts"]["vault"] == 0
    assert filled("search", "打印机升级掉线", "--json").json["hits"]
    assert filled("index", "--json").json["embedded"] == 0
    assert filled("doctor").code == 0


def _sealed(database: Path) -> list[bytes]:
    with sqlite3.connect(database) as connection:
        return [value for (value,) in connection.execute("SELECT sealed FROM vault")]


def test_an_erasing_says_which_backup_still_holds_somebody(filled: Voc, tmp_path: Path) -> None:
    filled("backup", "-o", tmp_path / "b.tar")
    ran = filled("erase", "--customer", "C-ALPHA", "--yes", "--json")
    assert ran.code == 0
    held = {one["file"]: (one["kind"], one["state"]) for one in ran.json["exports"]}
    assert held[str(tmp_path / "b.tar")] == ("backup", "holds")
    filled("backup", "-o", tmp_path / "later.tar")
    assert SAID.encode() not in (tmp_path / "later.tar").read_bytes()


@pytest.fixture
def small(voc: Voc, tmp_path: Path) -> Path:
    """A backup of a store with one record."""
    (tmp_path / "in.jsonl").write_text(json.dumps(ROWS[0]), encoding="utf-8")
    voc("ingest", tmp_path / "in.jsonl")
    assert voc("backup", "-o", tmp_path / "b.tar").code == 0
    return tmp_path / "b.tar"


@pytest.mark.usefixtures("english")
def test_nothing_is_overwritten(voc: Voc, tmp_path: Path, small: Path) -> None:
    before = small.read_bytes()
    for place, word in (
        (small, "exists"),
        (tmp_path / "data" / "b.tar", "data directory"),
        (tmp_path / "no" / "b", "folder"),
    ):
        refused = voc("backup", "-o", place)
        assert (refused.code, word in refused.err) == (2, True), refused.err
    assert voc("backup", "-o", "-", "--json").code == 2
    assert small.read_bytes() == before
    refused = voc("restore", small)
    assert (refused.code, "not empty" in refused.err) == (2, True)
    assert voc("list", "records", "--json").json["total"] == 1
    assert sorted(path.name for path in (tmp_path / "data").iterdir() if path.is_dir()) == []


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A backup of a store with one record, once for all that is done to it."""
    place = tmp_path_factory.mktemp("made")
    (place / "in.jsonl").write_text(json.dumps(ROWS[0]), encoding="utf-8")
    settings = Settings(engine="rules", data_dir=place / "data", database_url=None)
    app = open_app(settings)
    app.pipeline.ingest([place / "in.jsonl"], ReadOptions())
    app.close()
    written = io.BytesIO()
    backup(settings, PIPE, written, Wanted())
    return written.getvalue()


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _turned(content: bytes) -> bytes:
    return content[:100_000] + bytes([content[100_000] ^ 1]) + content[100_001:]


def _with(name: str) -> Callable[[bytes], bytes]:
    def outside(content: bytes) -> bytes:
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w") as new, tarfile.open(fileobj=io.BytesIO(content)) as old:
            for member in old:
                new.addfile(member, old.extractfile(member))
            info = tarfile.TarInfo(name)
            info.size = 2
            new.addfile(info, io.BytesIO(b"hi"))
        return made.getvalue()

    return outside


def _newer(content: bytes) -> bytes:
    return content.replace(b'"format": 1', b'"format": 9')


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("changed", "word"),
    [
        (_cut, "cut off"), (_turned, "changed"), (_with("../out.txt"), "no backup"), (_with("/tmp/voc-out.txt"), "no backup"),
        (_with("data/../../out.txt"), "no backup"), (_with("voc.db"), "no backup"), (lambda _: b"", "no backup"),
        (lambda _: b"PK\x03\x04 something else", "no backup"), (_newer, "newer version"),
    ],
    ids=["cut", "a bit", "outside", "absolute", "climbing", "twice", "empty", "other file", "newer"],
)  # fmt: skip
def test_a_damaged_backup_is_refused_and_nothing_put_in_place(
    voc: Voc, tmp_path: Path, made: bytes, changed: Callable[[bytes], bytes], word: str
) -> None:
    bad = tmp_path / "bad.tar"
    bad.write_bytes(changed(made))
    refused = _restored(voc, tmp_path, bad)
    assert (refused.code, word in refused.err) == (1, True), refused.err
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert not (tmp_path / "out.txt").exists()
    assert not Path("/tmp/voc-out.txt").exists()
    bad.write_bytes(made)
    assert _restored(voc, tmp_path, bad).code == 0


def test_what_lies_elsewhere_is_named(voc: Voc, tmp_path: Path, small: Path) -> None:
    (tmp_path / "policy.toml").write_text('[types]\norder_no = "keep"\n', encoding="utf-8")
    (tmp_path / "data" / "link").symlink_to(tmp_path / "policy.toml")
    told = voc("backup", "-o", tmp_path / "2.tar", "--json", VOC_MASKING_POLICY=str(tmp_path / "policy.toml")).json
    assert (told["elsewhere"], told["left_out"]) == (["VOC_MASKING_POLICY"], ["link"])
    back = _restored(voc, tmp_path, tmp_path / "2.tar").json
    assert back["settings"] == {}
    there = voc("restore", tmp_path / "2.tar", "--json", VOC_DATA_DIR=str(tmp_path / "third"), VOC_LANGUAGE="en").json
    assert there["settings"] == {"VOC_LANGUAGE": ["zh", "en"]}
    assert voc("restore", tmp_path / "none.tar").code == 2
