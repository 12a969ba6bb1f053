"""Themes put right by hand on the command line: kept by the next run, shown in the history, taken back."""

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Voc


@pytest.fixture
def themed(voc: Voc, sample: Path, tmp_path: Path) -> Voc:
    shutil.copytree(sample, tmp_path / "data")
    return voc


def test_decisions_outlive_the_next_run_and_can_be_undone(themed: Voc) -> None:
    voc = themed
    first, second, third, *_ = voc("list", "themes", "--json").json["items"]
    merged = voc("theme", "merge", second["theme_id"], "--into", first["theme_id"], "--json").json
    renamed = voc("theme", "rename", first["theme_id"], "--title", "经理写的名字", "--json").json
    assert voc("theme", "lock", third["theme_id"], "--json").code == 0
    assert renamed["themes"][0]["records"] >= max(first["records"], second["records"])

    assert voc("themes", "--rebuild", "--json").code == 0
    items = {item["theme_id"]: item for item in voc("list", "themes", "--json").json["items"]}
    assert second["theme_id"] not in items
    assert items[first["theme_id"]]["title"] == "经理写的名字"
    assert set(items[first["theme_id"]]["record_ids"]) >= {*first["record_ids"], *second["record_ids"]}
    assert items[third["theme_id"]]["record_ids"] == third["record_ids"]

    told = voc("theme", "history", "--json").json
    assert [edit["events"][0]["kind"] for edit in told["items"]] == ["locked", "reworded", "merged_from"]
    refused = voc("theme", "undo", merged["edit_id"])
    assert (refused.code, renamed["edit_id"] in refused.err) == (2, True)
    for edit in (renamed, merged):
        assert voc("theme", "undo", edit["edit_id"], "--json").code == 0
    items = {item["theme_id"]: item for item in voc("list", "themes", "--json").json["items"]}
    assert items[second["theme_id"]]["record_ids"] == second["record_ids"]
    assert items[first["theme_id"]]["title"] == first["title"]


def test_a_theme_is_divided_and_an_insight_moved(themed: Voc) -> None:
    voc = themed
    first, second, *_ = voc("list", "themes", "--json").json["items"]
    inside = voc("list", "insights", "--theme", first["theme_id"], "--limit", 100, "--json").json["items"]
    some = [item["insight_id"] for item in inside[:2]]
    divided = voc(
        "theme", "split", first["theme_id"], "--insight", some[0], "--insight", some[1], "--title", "分出来的", "--json"
    ).json
    new = divided["themes"][-1]
    assert (new["title"], new["records"] <= 2) == ("分出来的", True)
    moved = voc("theme", "move", some[0], "--to", second["theme_id"], "--json").json
    assert moved["themes"][0]["theme_id"] == second["theme_id"]
    assert voc("themes", "--rebuild", "--json").code == 0
    shown = voc("show", some[0], "--json").json, voc("show", some[1], "--json").json
    assert [item["theme_id"] for item in shown] == [second["theme_id"], new["theme_id"]]


def test_a_wrong_wish_is_told_in_one_sentence(voc: Voc) -> None:
    wrong = voc("theme", "rename", "th_none", "--title", "x")
    assert wrong.code == 2
    assert "voc list themes" in wrong.err


def test_what_holds_too_much_is_split_by_one_command_and_its_lineage_is_told(themed: Voc) -> None:
    voc = themed
    first, second, *_ = voc("list", "themes", "--json").json["items"]
    voc("theme", "merge", second["theme_id"], "--into", first["theme_id"], "--json")
    seen = voc("theme", "split", first["theme_id"], "--by-meaning", "--dry-run", "--json").json["items"]
    assert voc("show", first["theme_id"], "--json").json["records"] == sum(one["records"] for one in seen)
    shown = voc("theme", "split", first["theme_id"], "--by-meaning", "--dry-run")
    assert ("留在原主题" in shown.out, "什么都没有改" in shown.err) == (True, True)
    split = voc("theme", "split", first["theme_id"], "--by-meaning", "--json").json
    assert [one["words"]["title"] for one in seen[1:]] == [one["title"] for one in split["themes"][1:]]
    rest, *parts = split["themes"]
    assert rest["theme_id"] == first["theme_id"]
    assert parts
    whole = {*first["record_ids"], *second["record_ids"]}
    assert {
        item for one in split["themes"] for item in voc("show", one["theme_id"], "--json").json["record_ids"]
    } == whole
    lineage = voc("theme", "history", parts[0]["theme_id"], "--json").json["items"]
    assert [(event["kind"], event["titles"]) for event in lineage] == [("split", {first["theme_id"]: first["title"]})]
    kinds = [event["kind"] for event in voc("theme", "history", first["theme_id"], "--json").json["items"]]
    assert kinds[:2] == ["founded", "merged_from"]
    assert "split_off" in kinds
    told = voc("theme", "show", parts[0]["theme_id"]).out
    assert parts[0]["title"] in told
    assert f"出自 {first['theme_id']} “{first['title']}”" in told
    gone = voc("theme", "show", second["theme_id"]).out
    assert f"已不在：其中的声音现在归入 {first['theme_id']}" in gone
    assert voc("theme", "undo", split["edit_id"], "--json").code == 0
    assert set(voc("show", first["theme_id"], "--json").json["record_ids"]) == whole
    assert voc("theme", "split", first["theme_id"], "--by-meaning", "--title", "x").code == 2
    assert voc("theme", "split", first["theme_id"]).code == 2
    assert voc("theme", "split", first["theme_id"], "--insight", "i", "--title", "x", "--dry-run").code == 2
