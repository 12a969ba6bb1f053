"""Somebody who was erased stays away: old files don't bring them back, digests alone are kept, and they may come again."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Voc

SAID = "老丈人在旁边看着，水一下子变得冰凉"
ROWS: list[dict[str, Any]] = [
    {"id": "T-10001", "text": SAID, "customer": {"id": "C-ALPHA", "phone": "13912345678"}},
    {"id": "T-10002", "text": "门锁半夜没电了，人在外面进不去", "customer": {"id": "C-BRAVO", "phone": "13787654321"}},
    {"id": "T-10003", "text": "打印机升级以后天天掉线丢人", "customer": {"id": "C-ALPHA"}},
]


def _ingest(voc: Voc, tmp_path: Path, rows: Sequence[dict[str, Any]], *options: str) -> Any:
    (tmp_path / "in.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return voc("ingest", tmp_path / "in.jsonl", "--json", *options).json


def _bytes(tmp_path: Path) -> bytes:
    return b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())


@pytest.fixture
def erased(voc: Voc, tmp_path: Path) -> dict[str, Any]:
    """The receipt of C-ALPHA's erasing out of three rows."""
    assert _ingest(voc, tmp_path, ROWS)["added"] == 3
    ran = voc("erase", "--customer", "C-ALPHA", "--yes", "--json", "--reason", "来函 13912345678")
    assert ran.code == 0, ran.err
    return dict(ran.json)


def test_the_same_file_does_not_bring_them_back(voc: Voc, tmp_path: Path, erased: dict[str, Any]) -> None:
    assert erased["kept_away"] == 4
    again = _ingest(voc, tmp_path, ROWS)
    assert again["read"] == again["unchanged"] + again["quarantined"] == 3
    assert again["quarantined_why"] == {"erased_customer": 2}
    assert again["files"][0]["quarantined"] == 2
    rows = [json.loads(line) for line in Path(again["quarantine_file"]).read_text(encoding="utf-8").splitlines()]
    assert [(row["line"], row["reason"], row["cells"]) for row in rows] == [
        (1, "erased_customer", {}),
        (3, "erased_customer", {}),
    ]
    held = _bytes(tmp_path)
    for gone in (SAID, "C-ALPHA", "T-10001", "T-10003", "13912345678"):
        assert gone.encode() not in held
        assert json.dumps(gone)[1:-1].encode() not in held
    assert _ingest(voc, tmp_path, ROWS, "--dry-run")["quarantined_why"] == {"erased_customer": 2}


@pytest.mark.usefixtures("erased")
@pytest.mark.parametrize(
    ("row", "turned_away"),
    [
        ({"id": "T-20001", "text": "又坏了又坏了", "customer": {"id": "C-ALPHA"}}, True),
        ({"id": "T-20002", "text": "又坏了又坏了", "customer": {"phone": "139 1234 5678"}}, True),
        ({"id": "T-20003", "text": "又坏了又坏了", "customer": {"id": "C-OTHER", "phone": "13912345678"}}, False),
        ({"id": "T-10001", "text": "列没有了又坏了"}, True),
        ({"id": "T-10001", "text": "现在是别人的工单", "customer": {"id": "C-OTHER"}}, False),
        ({"id": "T-20004", "text": "", "customer": {"id": "C-ALPHA"}, "note": "暗号八八八"}, True),
        ({"id": "T-20005", "text": "没留名字的人说的"}, False),
    ],
    ids=["id", "telephone alone", "other id", "no name", "other owner", "unusable row", "nobody"],
)
def test_who_is_kept_away(voc: Voc, tmp_path: Path, row: dict[str, Any], turned_away: bool) -> None:
    done = _ingest(voc, tmp_path, [row])
    assert done["quarantined_why"] == ({"erased_customer": 1} if turned_away else {})
    assert done["added"] == (not turned_away)
    assert "暗号八八八".encode() not in _bytes(tmp_path)


@pytest.mark.usefixtures("erased")
@pytest.mark.parametrize("named", ["C-ALPHA", "13912345678"])
def test_they_may_come_again_on_their_own_wish(voc: Voc, tmp_path: Path, named: str) -> None:
    assert voc("erase", "--forget-ban", named, "--reason", "本人来电要求", "--json").json == {"lifted": 4}
    assert _ingest(voc, tmp_path, ROWS)["added"] == 2
    assert voc("erase", "--forget-ban", named).code == 2
    assert voc("erase", "--customer", "C-ALPHA", "--yes").code == 0


@pytest.mark.usefixtures("english")
@pytest.mark.usefixtures("erased")
def test_a_second_erasing_says_when_the_first_was(voc: Voc) -> None:
    again = voc("erase", "--customer", "C-ALPHA", "--yes")
    assert again.code == 2
    assert "was erased on 20" in again.err


def test_a_record_of_nobody_is_erased_by_its_own_id_and_stays_away(voc: Voc, tmp_path: Path) -> None:
    rows = [{"id": "T-10001", "text": SAID}, {"id": "T-10002", "text": "门锁半夜没电了，人在外面进不去"}]
    _ingest(voc, tmp_path, rows)
    ran = voc("erase", "--record", "T-10001", "--yes", "--json")
    assert (ran.code, ran.json["records"], ran.json["proved"], ran.json["kept_away"]) == (0, 1, True, 1)
    assert SAID.encode() not in _bytes(tmp_path)
    again = _ingest(voc, tmp_path, rows)
    assert (again["unchanged"], again["quarantined_why"]) == (1, {"erased_customer": 1})
    assert voc("erase", "--record", "T-10001", "--yes").code == 2
    assert voc("erase", "--record", "T-10002", "--customer", "C", "--yes").code == 2


def test_the_same_telephone_under_another_id_is_told(voc: Voc, tmp_path: Path) -> None:
    other = {"id": "W-10001", "text": "换了一家店买的滤芯", "customer": {"phone": "13912345678"}}
    _ingest(voc, tmp_path, [*ROWS, other])
    ran = voc("erase", "--customer", "C-ALPHA", "--yes", "--json")
    assert ran.code == 0
    (same,) = ran.json["same_contact"]
    assert same.startswith("phone-")
    assert same in ran.err
    assert voc("erase", "--customer", same, "--yes", "--json").json["records"] == 1
    assert _ingest(voc, tmp_path, [other])["quarantined_why"] == {"erased_customer": 1}


def test_somebody_who_stands_in_quarantine_alone_can_be_erased(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("编号,时间,客户编号,问题描述\n1,不知道,C-ALPHA,水温忽冷忽热\n", encoding="utf-8")
    assert voc("ingest", tmp_path / "in.csv", "--json").json["quarantined"] == 1
    ran = voc("erase", "--customer", "C-ALPHA", "--yes", "--json")
    assert (ran.code, ran.json["quarantined"]) == (0, 1), ran.err
    assert b"C-ALPHA" not in _bytes(tmp_path)


def test_what_is_past_its_retention_is_not_taken_in_again(voc: Voc, tmp_path: Path) -> None:
    rows = [
        {"id": "T-10001", "text": SAID, "created_at": "2020-01-01T10:00:00+08:00"},
        {"id": "T-10002", "text": "门锁半夜没电了，人在外面进不去"},
    ]
    _ingest(voc, tmp_path, rows, "--source", "crm")
    voc("retain", "--source", "crm", "--days", "365")
    shown = voc("retain", "--dry-run", "--json").json["due"]
    assert [(one["records"], one["undated"], one["oldest"]) for one in shown] == [(1, 0, "2020-01-01")]
    assert voc("list", "records", "--json").json["total"] == 2
    assert voc("retain", "--apply", "--yes", "--json").json["removed"] == {"crm": 1}
    again = _ingest(voc, tmp_path, rows, "--source", "crm")
    assert (again["unchanged"], again["quarantined_why"]) == (1, {"past_retention": 1})
    assert SAID.encode() not in _bytes(tmp_path)


@pytest.mark.parametrize("ending", ["csv", "json", "md", "xlsx"])
def test_earlier_exports_are_named_and_looked_into(voc: Voc, tmp_path: Path, ending: str) -> None:
    _ingest(voc, tmp_path, ROWS)
    outside, inside = tmp_path / f"C-ALPHA.{ending}", tmp_path / "data" / f"kept.{ending}"
    for path in (outside, inside):
        assert voc("export", "records", "-o", path).code == 0
    assert voc("export", "customers", "--customer", "C-BRAVO", "-o", tmp_path / "other.json").code == 0
    ran = voc("erase", "--customer", "C-ALPHA", "--yes", "--json")
    assert ran.code == 1
    assert [Path(left["file"]) for left in ran.json["left"]] == [inside]
    states = {Path(one["file"]).name: one["state"] for one in ran.json["exports"]}
    assert states == {outside.name: "holds", inside.name: "holds", "other.json": "clean"}
    assert str(outside) in ran.err
    inside.unlink()
    outside.unlink()
    again = voc("erase", "--customer", "C-ALPHA", "--yes", "--json")
    assert again.code == 0, again.err
    assert "C-ALPHA" not in {Path(one["file"]).stem for one in again.json["exports"]}
