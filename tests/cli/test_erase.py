"""Erasing a customer: gone from every table and every byte, the others untouched, and whatever quoted them put right."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests.cli.conftest import Voc

COUNTED = ("records", "insights", "customers", "leads")


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a data directory is kept that went the whole way, for every test to copy."""
    return tmp_path_factory.mktemp("erase") / "whole"


@pytest.fixture
def data(voc: Voc, tmp_path: Path, sample: Path, whole: Path) -> Path:
    """A data directory with the sample corpus, proposals and an answer."""
    place = tmp_path / "data"
    if whole.exists():
        shutil.copytree(whole, place)
        return place
    shutil.copytree(sample, place)
    for theme in voc("list", "themes", "--limit", "8", "--json").json["items"]:
        voc("propose", theme["theme_id"], "--json")
    shutil.copytree(place, whole)
    return place


def _records(voc: Voc, customer: str) -> list[dict[str, Any]]:
    return list(voc("list", "records", "--customer", customer, "--json").json["items"])


def _bytes(data: Path) -> list[bytes]:
    return [path.read_bytes() for path in data.rglob("*") if path.is_file()]


def _stand(needles: Iterable[str], files: list[bytes]) -> set[str]:
    """Which of these stand in files, as they are or as JSON writes them."""
    forms = {(needle, form.encode()) for needle in needles for form in (needle, json.dumps(needle)[1:-1])}
    return {needle for needle, form in forms if any(form in content for content in files)}


def _pieces(records: list[dict[str, Any]], others: str) -> set[str]:
    """Pieces of twelve characters that nobody else says, found without the product's own help."""
    texts = [record["text"] for record in records]
    found = {text[at : at + 12] for text in texts for at in range(0, len(text) - 12, 3)}
    return {piece for piece in found if piece not in others and not piece.isascii()}


def _customer_in(voc: Voc, kind: str) -> str:
    """A customer whose words a proposal or a theme quotes."""
    if kind == "proposal":
        proposal = voc("list", "proposals", "--json").json["items"][0]
        record = proposal["evidence"][0]["record_id"]
    else:
        surfaces = [t["surface"].partition("：")[2][:8] for t in voc("list", "themes", "--json").json["items"]]
        records = voc("list", "records", "--limit", "1000", "--json").json["items"]
        quoted = (r["record_id"] for said in surfaces for r in records if len(said) == 8 and said in r["text"])
        record = next(quoted)
    return str(voc("show", record, "--json").json["customer_id"])


@pytest.mark.parametrize("kind", ["proposal", "theme"])
def test_nothing_of_them_is_left_and_the_others_stay(voc: Voc, data: Path, kind: str) -> None:
    customer = _customer_in(voc, kind)
    asked = voc("ask", "热水器水温忽冷忽热，客户在意什么？", "--json").json
    assert asked["citations"]
    theirs = _records(voc, customer)
    everyone = voc("list", "records", "--limit", "1000", "--json").json["items"]
    others = "\n".join(r["text"] for r in everyone if r["customer_id"] != customer)
    pieces = _pieces(theirs, others) | {customer, *(r["record_id"] for r in theirs)}
    assert len(_stand(pieces, _bytes(data))) > len(theirs)

    ran = voc("erase", "--customer", customer, "--yes", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["records"] == len(theirs)
    assert ran.json["proved"]
    assert ran.json["files"] > 3
    assert kind == "proposal" or ran.json["themes_reworded"] == 1
    assert "nothing is left" in ran.err
    assert _stand(pieces, _bytes(data)) == set()

    assert voc("list", "records", "--json").json["total"] == len(everyone) - len(theirs)
    assert voc("list", "records", "--customer", customer, "--json").json["total"] == 0
    assert voc("show", theirs[0]["record_id"]).code == 2
    assert voc("doctor", "--json").code == 0
    again = voc("run", "--json")
    assert again.code == 0, again.err
    assert _stand(pieces, _bytes(data)) == set()


def test_a_proposal_loses_the_evidence_and_says_so(voc: Voc, data: Path) -> None:
    proposal = voc("list", "proposals", "--json").json["items"][0]
    gone = proposal["evidence"][0]
    customer = voc("show", gone["record_id"], "--json").json["customer_id"]
    ids = {record["record_id"] for record in _records(voc, customer)}
    assert voc("erase", "--customer", customer, "--yes").code == 0
    after = voc("show", proposal["id"], "--json").json
    lost = {e["n"] for e in proposal["evidence"] + proposal["counter_evidence"] if e["record_id"] in ids}
    assert gone["n"] in lost
    assert after["provenance"]["erased"] == len(lost)
    assert after["provenance"]["reverified"] == len(after["evidence"]) + len(after["counter_evidence"])
    assert [e for e in proposal["evidence"] if e["n"] not in lost] == after["evidence"]
    assert all(lost.isdisjoint(statement["evidence"]) for statement in after["statements"])
    assert f"[{gone['n']}]" not in after["summary"]
    assert after["summary"]


def test_a_proposal_with_nobody_left_is_withdrawn(voc: Voc, data: Path) -> None:
    proposal = min(voc("list", "proposals", "--json").json["items"], key=lambda one: len(one["evidence"]))
    for item in proposal["evidence"]:
        ran = voc("show", item["record_id"], "--json")
        if ran.code == 0:
            assert voc("erase", "--customer", ran.json["customer_id"], "--yes").code == 0
    after = voc("show", proposal["id"], "--json").json
    assert after["evidence"] == []
    assert after["status"] == "rejected"
    assert after["provenance"]["withdrawn"] == "erased"


def test_a_stopped_erasing_goes_on(voc: Voc, data: Path) -> None:
    with FileLock(data / "index" / "index.lock"):
        stopped = voc("erase", "--customer", "C1001", "--yes")
    assert stopped.code == 1
    assert stopped.err.count("\n") == 1
    assert any((data / "erasing").iterdir())
    assert "not proved" in voc("doctor", "--json").json["problems"][0]
    assert voc("list", "records", "--customer", "C1001", "--json").json["total"] == 0
    again = voc("erase", "--customer", "C1001", "--yes", "--json")
    assert again.code == 0
    assert again.json["fragments"] > 100
    assert not (data / "erasing").exists()
    assert voc("erase", "--customer", "C1001", "--yes").code == 2


def test_what_is_left_is_told(voc: Voc, data: Path) -> None:
    text = _records(voc, "C1001")[0]["text"]
    (data / "notes.txt").write_text(f"抄下来的：{text}", encoding="utf-8")
    ran = voc("erase", "--customer", "C1001", "--yes", "--json")
    assert ran.code == 1
    assert [Path(left["file"]).name for left in ran.json["left"]] == ["notes.txt"]
    assert text[:12] not in ran.err
    (data / "notes.txt").unlink()
    assert voc("erase", "--customer", "C1001", "--yes").code == 0


def test_a_customer_is_found_by_the_telephone_of_the_source(voc: Voc, tmp_path: Path) -> None:
    row = {"id": "T-1", "text": "水温忽冷忽热，老人被烫了一下", "customer": {"phone": "13912345678"}}
    other = {"id": "T-2", "text": "门锁没电了进不去", "customer": {"phone": "13787654321"}}
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, (row, other))), encoding="utf-8")
    assert voc("ingest", tmp_path / "in.jsonl").code == 0
    assert voc("erase", "--customer", "139 1234 5678", "--yes", "--json").json["records"] == 1
    assert voc("list", "records", "--json").json["total"] == 1


def test_an_edited_record_loses_the_history_that_was_theirs(voc: Voc, tmp_path: Path) -> None:
    for customer, text in (("C-ALPHA", "水温忽冷忽热，岳父说了一晚上"), ("C-BRAVO", "门锁没电了，半夜进不去")):
        row = {"id": "T-10001", "text": text, "customer": {"id": customer}}
        (tmp_path / "in.jsonl").write_text(json.dumps(row), encoding="utf-8")
        assert voc("run", tmp_path / "in.jsonl").code == 0
    ran = voc("erase", "--customer", "C-ALPHA", "--yes", "--json")
    assert ran.code == 0
    assert (ran.json["records"], ran.json["versions"]) == (0, 1)
    assert _stand({"岳父说了一晚上", "C-ALPHA"}, _bytes(tmp_path / "data")) == set()
    assert _records(voc, "C-BRAVO")[0]["text"].startswith("门锁没电了")


def test_quarantined_rows_of_theirs_go(voc: Voc, tmp_path: Path) -> None:
    lines = [
        "编号,时间,客户编号,问题描述",
        "1,2026-01-01,C-ALPHA,水温忽冷忽热",
        "2,不知道,C-ALPHA,又坏了",
        "3,没记,C-B,坏",
    ]
    (tmp_path / "in.csv").write_text("\n".join(lines), encoding="utf-8")
    quarantine = Path(voc("ingest", tmp_path / "in.csv", "--json").json["quarantine_file"])
    assert voc("erase", "--customer", "C-ALPHA", "--yes", "--json").json["quarantined"] == 1
    (kept,) = [json.loads(line) for line in quarantine.read_text(encoding="utf-8").splitlines()]
    assert "C-B" in kept["cells"].values()


@pytest.mark.usefixtures("english")
def test_a_wrong_id_and_an_unanswered_question(voc: Voc, tmp_path: Path) -> None:
    wrong = voc("erase", "--customer", "nobody", "--yes")
    assert wrong.code == 2
    assert "there is no customer 'nobody'" in wrong.err
    (tmp_path / "in.jsonl").write_text(
        json.dumps({"id": "1", "text": "坏了", "customer": {"id": "C1"}}), encoding="utf-8"
    )
    voc("ingest", tmp_path / "in.jsonl")
    assert voc("erase", "--customer", "C1").code == 1
    assert voc("list", "records", "--json").json["total"] == 1
