"""`voc ideas` and `voc idea`: receipts that add up, decisions kept, and pages written."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Voc

ROWS = [
    ("1", "P2", "打印机升级之后天天掉线，领导在旁边看着真丢人"),
    ("2", "P2", "升级完打印机脱网，重启也没用，标书打不出来"),
    ("3", "L3", "门锁没电把我关在门外两个小时"),
    ("4", "L3", "半夜门锁突然没电，一家人进不去"),
]


@pytest.fixture
def ids(voc: Voc, tmp_path: Path) -> list[str]:
    source = tmp_path / "t.jsonl"
    rows = [{"id": n, "channel": "ticket", "product": p, "customer": {"id": n}, "text": t} for n, p, t in ROWS]
    source.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    receipt = voc("run", source, "--json").json["ideas"]
    assert receipt["suggested"] == receipt["kept"] + sum(receipt["rejected"].values())
    assert receipt["themes"] + receipt["groups"] == receipt["done"]
    return [row["idea_id"] for row in voc("list", "ideas", "--json").json["items"]]


def test_a_second_run_pays_for_nothing(voc: Voc, ids: list[str]) -> None:
    again = voc("ideas", "--json")
    assert (again.code, again.json["done"]) == (0, 0)
    assert set(again.json["skipped"]) == {"unchanged"}
    assert again.json["ideas"] == len(ids)


def test_one_idea_is_shown_voted_on_edited_rejected_and_brought_back(voc: Voc, ids: list[str]) -> None:
    shown = voc("idea", "show", ids[0]).out
    assert "得分" in shown
    assert "concept" not in shown
    assert voc("idea", "vote", ids[0], "up", "--why", "打13812345678", "--json").json["ideas"][0]["votes"] == [1, 0]
    assert voc("idea", "edit", ids[0], "--title", "我改的", "--features", "一").code == 0
    rejected = voc("idea", "reject", ids[0], "--why", "做过", "--json").json
    assert voc("list", "ideas", "--json").json["total"] == len(ids) - 1
    assert voc("idea", "undo", rejected["edit_id"]).code == 0
    shown = voc("idea", "show", ids[0], "--json").json
    assert (shown["title"], shown["status"], shown["features"]) == ("我改的", "proposed", ["一"])
    assert "13812345678" not in voc("idea", "history").out
    assert voc("idea", "history", "--json").json["total"] == 4


def test_wrong_use_is_told_in_one_sentence(voc: Voc, ids: list[str]) -> None:
    for arguments in (
        ("edit", ids[0]),
        ("restore", ids[0]),
        ("merge", ids[0], "--into", ids[0]),
        ("undo", "ie_none"),
        ("show", "id_none"),
    ):
        ran = voc("idea", *arguments)
        assert (ran.code, ran.err.count("\n")) == (2, 1), arguments


def test_the_portfolio_and_the_table_are_written(voc: Voc, ids: list[str], tmp_path: Path) -> None:
    for name in ("p.html", "p.md"):
        assert voc("idea", "portfolio", "-o", tmp_path / name, "--json").json["rows"] == len(ids)
        assert all(one in (tmp_path / "p.html").read_text(encoding="utf-8") for one in ids)
    assert voc("idea", "portfolio", "-o", tmp_path / "p.pdf").code == 2
    assert voc("export", "ideas", "-o", tmp_path / "i.xlsx", "--json").json["rows"] == len(ids)
    assert voc("export", "ideas", "-o", tmp_path / "i.csv", "--json").json["rows"] == len(ids)


def test_what_was_refused_names_what_it_is_like(voc: Voc, ids: list[str]) -> None:
    found = voc("idea", "refused", "--json").json
    assert found["total"] == len(found["items"])
    assert all(one["reason"] and one["title"] for one in found["items"])
