"""Impact, leads and customers at a terminal: readable in the language of the settings, whole as JSON and as a file."""

import csv
import json
from pathlib import Path

import pytest

from tests.api.test_leads import ROWS
from tests.cli.conftest import Voc


@pytest.fixture
def filled(voc: Voc, tmp_path: Path) -> Voc:
    rows = [
        {"id": name, "channel": "ticket", "created_at": f"2026-08-0{n}T09:00:00+08:00", "product": "L3", "text": said,
         "customer": {"id": who, "segment": "consumer", "owned": ["L3", "X5", "R8"]}}
        for n, (name, who, said) in enumerate(ROWS, 1)
    ]  # fmt: skip
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    assert voc("ingest", source).code == 0
    assert voc("analyse").code == 0
    return voc


@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        (("stats", "--by", "aspect"), "占比", "share"),
        (("friction", "--by", "aspect"), "流失风险", "churn risk"),
        (("delight", "--by", "product"), "口碑客户", "advocates"),
        (("compare", "2026-08", "2026-07", "--by", "channel"), "判断", "verdict"),
        (("lead", "list"), "负责人", "owner"),
        (("lead", "funnel"), "成交率", "win rate"),
        (("customers", "list"), "标签", "tags"),
        (("customers", "screen"), "理由", "why"),
    ],
)
def test_tables_speak_the_language_of_the_settings(filled: Voc, arguments: tuple[str, ...], zh: str, en: str) -> None:
    assert zh in filled(*arguments).out
    english = filled(*arguments, VOC_LANGUAGE="en").out
    assert en in english
    assert zh not in english


def test_a_lead_is_worked_on(filled: Voc) -> None:
    items = filled("lead", "list", "--json").json["items"]
    lead = next(one for one in items if one["customer_id"] == "C-1")
    assert filled("lead", "status", lead["id"], "assigned").code == 2
    assert filled("lead", "assign", lead["id"], "小王", "--note", "下周回电", "--json").json["status"] == "assigned"
    assert filled("lead", "note", lead["id"], "改到周五").code == 0
    assert filled("lead", "status", lead["id"], "lost", "--json").json["note"] == "改到周五"
    whole = filled("lead", "funnel", "--by", "owner", "--json").json
    assert {row["key"]: row["lost"] for row in whole["rows"]}["小王"] == 1
    shown = filled("show", lead["id"], "--json").json
    assert [event["field"] for event in shown["history"]] == ["status", "owner", "note", "note", "status"]
    listed = filled("list", "leads", "--json").json
    assert listed["total"] == filled("lead", "list", "--json").json["total"]


def test_one_on_hold_needs_a_reason(filled: Voc) -> None:
    held = filled("lead", "list", "--status", "hold", "--json").json["items"]
    refused = filled("lead", "assign", held[0]["id"], "小王")
    assert (refused.code, "T-3" in refused.err) == (2, True)
    assert filled("lead", "assign", held[0]["id"], "小王", "--despite-hold", "客户来电要买").code == 0


def test_a_screening_goes_to_a_file(filled: Voc, tmp_path: Path) -> None:
    target = tmp_path / "screening.csv"
    done = filled("customers", "screen", "-o", target, "--json").json
    rows = list(csv.DictReader(target.read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == done["rows"] == done["considered"] - done["averse"] - done["quiet"] > 0
    assert rows[0]["rank"] == "1"
    assert "声音丰富度" in rows[0]["why"]


def test_tags_are_counted_and_found(filled: Voc) -> None:
    counted = {row["tag"]: row["customers"] for row in filled("customers", "tags", "--json").json["rows"]}
    assert counted["tier:high"] == 4
    for tag, n in counted.items():
        assert filled("customers", "list", "--tag", tag, "--json").json["total"] == n
    assert all("tags" in row for row in filled("list", "customers", "--json").json["items"])


@pytest.mark.usefixtures("english")
def test_groups_that_are_none_are_wrong_use(filled: Voc) -> None:
    ran = filled("compare", "gestern", "2026-07")
    assert (ran.code, "no group" in ran.err) == (2, True)
