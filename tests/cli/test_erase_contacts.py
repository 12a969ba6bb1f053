"""Erasing by a telephone: whoever has it is named, nobody is taken in silence, and what others say of them is told."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests.cli.conftest import Voc

PHONE, OTHER = "13817642290", "13787654321"
ALONE = {"id": "W-10001", "text": "换了一家店买的滤芯，装不上去，白跑一趟", "customer": {"phone": PHONE}}
NAMED = [
    {"id": "T-10001", "text": "老丈人在旁边看着，水一下子变得冰凉", "customer": {"id": "C-ALPHA", "phone": PHONE}},
    {"id": "T-10002", "text": "打印机升级以后天天掉线丢人", "customer": {"id": "C-ALPHA"}},
]
GROUP = {
    "id": "G-10001",
    "text": f"门锁半夜没电了，人在外面进不去\n群里另一位说：我也是，打我电话{PHONE}",
    "customer": {"id": "C-BRAVO", "phone": OTHER},
}


def _ingest(voc: Voc, tmp_path: Path, rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Our id of each record by the source's."""
    (tmp_path / "in.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    assert voc("ingest", tmp_path / "in.jsonl").code == 0
    items = voc("list", "records", "--json").json["items"]
    return {item["external_id"]: item["record_id"] for item in items}


def test_a_mask_in_somebody_elses_record_is_told_first(voc: Voc, tmp_path: Path) -> None:
    ids = _ingest(voc, tmp_path, [ALONE, GROUP])
    ran = voc("erase", "--customer", PHONE, "--yes", "--json")
    assert (ran.code, ran.json["records"], ran.json["proved"]) == (0, 1, True), ran.err
    assert ran.json["mentioned_elsewhere"] == [ids["G-10001"]]
    assert list(ran.json)[:3] == ["customer", "proved", "mentioned_elsewhere"]
    headline = ran.err.splitlines()[0]
    assert headline.startswith("of what was theirs alone nothing is left; masks of theirs")
    assert f"1 record(s) of others: {ids['G-10001']} (`voc erase --record ID`" in headline
    again = voc("erase", "--customer", PHONE, "--yes")
    assert again.code == 2
    assert "was erased on 20" in again.err
    assert ids["G-10001"] in again.err
    assert voc("erase", "--record", ids["G-10001"], "--yes").code == 0
    assert ids["G-10001"] not in voc("erase", "--customer", PHONE, "--yes").err


def test_whoever_is_erased_by_an_id_is_looked_for_by_the_telephone_too(voc: Voc, tmp_path: Path) -> None:
    ids = _ingest(voc, tmp_path, [*NAMED, GROUP])
    ran = voc("erase", "--customer", "C-ALPHA", "--yes", "--json")
    assert (ran.json["records"], ran.json["mentioned_elsewhere"]) == (2, [ids["G-10001"]])


def test_the_contact_of_another_customer_is_not_a_mask_of_theirs(voc: Voc, tmp_path: Path) -> None:
    own = {"id": "T-30001", "text": f"我的电话{OTHER}，门锁又没电了", "customer": {"id": "C-BRAVO", "phone": OTHER}}
    _ingest(voc, tmp_path, [*NAMED, GROUP, own, {**NAMED[1], "id": "T-10003", "text": f"邻居的电话是{OTHER}"}])
    ids = {item["external_id"]: item["record_id"] for item in voc("list", "records", "--json").json["items"]}
    ran = voc("erase", "--customer", "C-ALPHA", "--yes", "--json")
    assert ran.json["mentioned_elsewhere"] == [ids["G-10001"]]


def test_an_erasing_that_nobody_else_mentions_says_nothing_is_left(voc: Voc, tmp_path: Path) -> None:
    _ingest(voc, tmp_path, [*NAMED, {**GROUP, "text": "门锁半夜没电了，人在外面进不去"}])
    ran = voc("erase", "--customer", PHONE, "--yes", "--json")
    assert ran.json["mentioned_elsewhere"] == []
    assert ran.err.splitlines()[0].endswith(": nothing is left")


def test_a_telephone_of_several_takes_nobody_in_silence(voc: Voc, tmp_path: Path) -> None:
    ids = _ingest(voc, tmp_path, [ALONE, *NAMED, GROUP])
    refused = voc("erase", "--customer", PHONE, "--yes")
    assert refused.code == 2
    assert refused.err.count("\n") == 1
    assert all(ids[name] in refused.err for name in ("W-10001", "T-10001", "T-10002", "G-10001"))
    assert "C-ALPHA (2 record(s)" in refused.err
    assert "--all-of-them" in refused.err
    assert PHONE not in refused.err
    assert voc("list", "records", "--json").json["total"] == 4

    ran = voc("erase", "--customer", PHONE, "--all-of-them", "--yes", "--json")
    assert (ran.code, ran.json["records"], ran.json["same_contact"]) == (0, 3, []), ran.err
    assert ran.json["mentioned_elsewhere"] == [ids["G-10001"]]
    held = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert not any(one.encode() in held for one in ("C-ALPHA", "老丈人在旁边看着", "装不上去，白跑一趟", PHONE))
    (tmp_path / "in.jsonl").write_text(json.dumps({**ALONE, "id": "W-2"}), encoding="utf-8")
    assert voc("ingest", tmp_path / "in.jsonl", "--json").json["quarantined_why"] == {"erased_customer": 1}


def test_one_of_several_may_be_named_and_who_stays_is_told_at_the_top(voc: Voc, tmp_path: Path) -> None:
    _ingest(voc, tmp_path, [ALONE, *NAMED])
    ran = voc("erase", "--customer", "C-ALPHA", "--yes")
    assert ran.code == 0
    headline, warning = ran.err.splitlines()[:2]
    assert ran.out.splitlines()[1].startswith("  同一电话           phone-")
    assert "of what was theirs alone nothing is left" in headline
    assert warning.startswith("the same telephone stands with phone-")


def test_a_stopped_erasing_of_all_of_them_goes_on_and_keeps_its_warning(voc: Voc, tmp_path: Path) -> None:
    ids = _ingest(voc, tmp_path, [ALONE, *NAMED, GROUP])
    assert voc("index").code == 0
    with FileLock(tmp_path / "data" / "index" / "index.lock"):
        assert voc("erase", "--customer", PHONE, "--all-of-them", "--yes").code == 1
    ran = voc("erase", "--customer", PHONE, "--all-of-them", "--yes", "--json")
    assert (ran.code, ran.json["proved"]) == (0, True), ran.err
    assert ran.json["mentioned_elsewhere"] == [ids["G-10001"]]
    assert not (tmp_path / "data" / "erasing").exists()


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("value", [PHONE, "138 1764 2290", "li.ming@example.com"])
def test_who_stands_in_texts_alone_is_told_where(voc: Voc, tmp_path: Path, value: str) -> None:
    ids = _ingest(voc, tmp_path, [{**GROUP, "text": f"门锁没电了，请联系 {value.replace(' ', '')} 处理"}])
    ran = voc("erase", "--customer", value, "--yes")
    assert ran.code == 2
    assert ids["G-10001"] in ran.err
    assert "`voc erase --record ID`" in ran.err
    assert value not in ran.err
    assert voc("list", "records", "--json").json["total"] == 1


def test_an_earlier_version_that_holds_the_mask_is_told(voc: Voc, tmp_path: Path) -> None:
    _ingest(voc, tmp_path, [ALONE, GROUP])
    ids = _ingest(voc, tmp_path, [{**GROUP, "text": "门锁半夜没电了，改过的工单"}])
    ran = voc("erase", "--customer", PHONE, "--yes", "--json")
    assert ran.json["mentioned_elsewhere"] == [ids["G-10001"]]


@pytest.mark.usefixtures("english")
def test_all_of_them_goes_with_a_customer(voc: Voc) -> None:
    ran = voc("erase", "--record", "T-1", "--all-of-them", "--yes")
    assert ran.code == 2
    assert "--all-of-them goes with --customer" in ran.err
