"""The vault through the command line: off by default, opened with a reason, gone with the customer."""

import json
import re
from pathlib import Path

import pytest

from assistant.records.database import Database
from assistant.records.repository import Repository
from tests.cli.conftest import Voc

PHONE = "13912345678"
ROWS = (
    {"id": "T-10001", "text": f"水温忽冷忽热，打我电话{PHONE}", "customer": {"id": "C-ALPHA", "phone": PHONE}},
    {"id": "T-10002", "text": "门锁没电了，打我电话13787654321", "customer": {"id": "C-BRAVO"}},
)


def _ingest(voc: Voc, tmp_path: Path, **settings: str) -> str:
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    assert voc("ingest", tmp_path / "in.jsonl", **settings).code == 0
    text = voc("show", "T-10001", "--json").json["text"]
    return str(re.findall(r"⟦phone:[0-9a-f]+⟧", text)[0])


def _book(tmp_path: Path) -> list[dict[str, object]]:
    database = Database(f"sqlite:///{tmp_path / 'data' / 'voc.db'}", tmp_path / "data" / "write.lock")
    lines = Repository(database).noted()
    database.close()
    return lines


def _stands(tmp_path: Path, raw: str) -> bool:
    return any(raw.encode() in path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())


def test_the_vault_is_off_by_default(voc: Voc, tmp_path: Path) -> None:
    mark = _ingest(voc, tmp_path)
    ran = voc("unmask", mark, "--reason", "回访")
    assert ran.code == 2
    assert "VOC_VAULT=on" in ran.err


def test_a_value_is_shown_with_a_reason_and_noted(voc: Voc, tmp_path: Path) -> None:
    mark = _ingest(voc, tmp_path, VOC_VAULT="on")
    assert not _stands(tmp_path, PHONE)
    ran = voc("unmask", mark, "--reason", f"法务调查要回电 {PHONE}", "--json")
    assert ran.code == 0, ran.err
    (value,) = ran.json["values"]
    assert (value["type"], value["value"], len(value["record_ids"])) == ("phone", PHONE, 1)
    line, earlier = _book(tmp_path)
    assert earlier["action"] == "ingest"
    assert (line["action"], line["subject"], line["found"]) == ("unmask", mark.strip("⟦⟧"), 1)
    assert PHONE not in str(line["reason"])
    assert "法务调查" in str(line["reason"])


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("pseudonym", "reason", "words"),
    [
        ("phone:000000", "法务调查", "no value"),
        ("hello!", "法务调查", "no pseudonym"),
        ("phone:000000", " ", "--reason"),
    ],
)
def test_what_cannot_be_opened(voc: Voc, tmp_path: Path, pseudonym: str, reason: str, words: str) -> None:
    _ingest(voc, tmp_path, VOC_VAULT="on")
    ran = voc("unmask", pseudonym, "--reason", reason)
    assert ran.code == 2
    assert words in ran.err


@pytest.mark.usefixtures("english")
def test_another_key_opens_nothing(voc: Voc, tmp_path: Path) -> None:
    mark = _ingest(voc, tmp_path, VOC_VAULT="on")
    ran = voc("unmask", mark, "--reason", "法务调查", VOC_VAULT_KEY="another secret of more than 32 letters")
    assert ran.code == 1
    assert "another key" in ran.err
    short = voc("list", "records", VOC_VAULT_KEY="too short")
    assert short.code == 2
    assert "too short" not in short.err


def test_what_was_imported_before_is_sealed_by_importing_again(voc: Voc, tmp_path: Path) -> None:
    mark = _ingest(voc, tmp_path)
    assert _ingest(voc, tmp_path, VOC_VAULT="on") == mark
    assert voc("unmask", mark, "--reason", "法务调查").code == 0


def test_erasing_empties_the_vault_and_blanks_the_book(voc: Voc, tmp_path: Path) -> None:
    mark = _ingest(voc, tmp_path, VOC_VAULT="on")
    assert voc("unmask", mark, "--reason", "法务调查").code == 0
    ran = voc("erase", "--customer", "C-ALPHA", "--yes", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["sealed"] > 0
    assert voc("unmask", mark, "--reason", "法务调查").code == 2
    actions = [(line["action"], line["subject"]) for line in _book(tmp_path)]
    assert ("unmask", "erased") in actions
    assert any(action == "erase" and str(subject).startswith("ban:") for action, subject in actions)
    assert not _stands(tmp_path, PHONE)
    assert not _stands(tmp_path, "C-ALPHA")
    verdict = voc("audit", "--verify", "--json").json
    assert verdict["stands"]
    assert verdict["blanked"] >= 1
