"""Retention by source: rules set and shown, what is older erased with the same proof."""

import datetime as dt
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Voc


def _day(days_ago: int) -> str:
    return (dt.datetime.now().astimezone() - dt.timedelta(days=days_ago)).isoformat(timespec="seconds")


def _row(name: str, days_ago: int | None, text: str, customer: str) -> str:
    row = {"id": name, "text": text, "customer": {"id": customer}}
    return json.dumps(row if days_ago is None else {**row, "created_at": _day(days_ago)}, ensure_ascii=False)


@pytest.fixture
def filled(voc: Voc, tmp_path: Path) -> None:
    """Two sources with old and new records."""
    tickets = [
        _row("T-10001", 400, "老丈人在旁边看着，水温忽冷忽热", "C-ALPHA"),
        _row("T-10002", 10, "门锁半夜没电了，人在外面进不去", "C-ALPHA"),
        _row("T-10003", 400, "打印机升级以后天天掉线丢人", "C-BRAVO"),
        _row("T-10004", None, "净水器滤芯贵得买不起", "C-CHARLIE"),
    ]
    for source, lines in (("crm", tickets), ("web", [_row("W-10001", 400, "安装师傅乱收费三百块", "C-DELTA")])):
        (tmp_path / f"{source}.jsonl").write_text("\n".join(lines), encoding="utf-8")
        assert voc("run", tmp_path / f"{source}.jsonl", "--source", source).code == 0


@pytest.mark.usefixtures("filled")
def test_what_is_older_goes_and_is_proved_gone(voc: Voc, tmp_path: Path) -> None:
    assert voc("retain", "--source", "crm", "--days", "365").code == 0
    shown = voc("retain", "--json").json
    assert [(rule["source"], rule["days"]) for rule in shown["rules"]] == [("crm", 365)]
    assert shown["sources"] == {"crm": 4, "web": 1}

    ran = voc("retain", "--apply", "--yes", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["removed"] == {"crm": 2}
    assert ran.json["erased"]["records"] == 2
    assert ran.json["proved"]
    kept = {record["external_id"] for record in voc("list", "records", "--json").json["items"]}
    assert kept == {"T-10002", "T-10004", "W-10001"}
    customers = {row["id"] for row in voc("list", "customers", "--json").json["items"]}
    assert customers == {"C-ALPHA", "C-CHARLIE", "C-DELTA"}
    files = [path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()]
    for gone in ("老丈人在旁边看着", "打印机升级以后天天掉线", "C-BRAVO", "T-10001"):
        assert not any(form.encode() in content for content in files for form in (gone, json.dumps(gone)[1:-1]))

    again = voc("retain", "--apply", "--yes", "--json")
    assert (again.code, again.json["removed"]) == (0, {})


@pytest.mark.usefixtures("filled")
def test_a_rule_can_be_taken_away(voc: Voc) -> None:
    voc("retain", "--source", "crm", "--days", "30")
    assert voc("retain", "--source", "crm", "--forever", "--json").json["rules"] == []
    assert voc("retain", "--apply", "--yes", "--json").json["removed"] == {}
    assert "一直保留" in voc("retain").out


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--source", "crn", "--days", "30"), "no records of the source 'crn'"),
        (("--source", "crm"), "--days N"),
        (("--days", "3"), "--source NAME"),
        (("--source", "crm", "--days", "0"), "--days"),
        (("--apply", "--source", "crm"), "--apply goes with no rule"),
    ],
)
def test_rules_that_make_no_sense(voc: Voc, arguments: tuple[str, ...], words: str) -> None:
    ran = voc("retain", *arguments)
    assert ran.code == 2
    assert words in ran.err
