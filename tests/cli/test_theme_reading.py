"""Themes on the sample as a reader meets them: two levels, waves, weak signals, health, and every number as raw rows say."""

import shutil
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Voc


@pytest.fixture
def themed(voc: Voc, sample: Path, tmp_path: Path) -> Voc:
    shutil.copytree(sample, tmp_path / "data")
    return voc


def rows(folder: Path, query: str, *values: str) -> list[Any]:
    with sqlite3.connect(folder / "data" / "voc.db") as connection:
        return connection.execute(query, values).fetchall()


def test_two_levels_waves_and_health_add_up_to_the_raw_rows(themed: Voc, tmp_path: Path) -> None:
    listed = themed("list", "themes", "--limit", 1000, "--json").json
    members = rows(
        tmp_path, "SELECT i.theme_id, r.id, r.person, r.day FROM insights i, records r WHERE r.id = i.record_id"
    )
    for theme in listed["items"]:
        own = [row for row in members if row[0] == theme["theme_id"]]
        assert theme["records"] == len({row[1] for row in own}) > 0
        assert theme["customers"] == len({row[2] for row in own})
        assert theme["record_ids"] == sorted({row[1] for row in own})
    parent_of = {theme["theme_id"]: theme["parent_id"] for theme in listed["items"]}
    assert len(listed["parents"]) >= 2
    for parent in listed["parents"]:
        own = [row for row in members if row[0] in parent["children"]]
        assert (parent["records"], parent["customers"]) == (len({r[1] for r in own}), len({r[2] for r in own}))
        assert len(parent["children"]) >= 2
        assert {parent_of[child] for child in parent["children"]} == {parent["id"]}
        assert themed("show", parent["id"], "--json").json == parent
    assert set(filter(None, parent_of.values())) == {parent["id"] for parent in listed["parents"]}

    health = themed("theme", "health", "--json").json
    loose = sum(row[0] is None for row in members)
    assert (health["insights"], health["unclassified"]) == (len(members), loose)
    assert health["classified"] + health["unclassified"] == health["insights"]
    assert all(finding["suggestion"].startswith("voc theme") for finding in health["findings"])

    waves = themed("theme", "spikes", "--json").json["items"]
    planted = [
        wave for wave in waves if wave["since"] <= "2026-08-10" and "2026-09-05" <= wave["until"] <= "2026-09-20"
    ]
    assert [wave["over"] for wave in planted] == [True], "printers after firmware 3.2"
    for wave in waves:
        own = [
            row for row in members if row[0] == wave["theme_id"] and wave["since"] <= (row[3] or "") <= wave["until"]
        ]
        assert wave["observed"] == len({row[1] for row in own}) > wave["expected"]
        assert wave["quotes"]
        texts = dict(rows(tmp_path, "SELECT external_id, text FROM records"))
        assert all(quote["quote"] in texts[quote["external_id"]] for quote in wave["quotes"])

    shown = themed("show", planted[0]["theme_id"], "--json").json
    assert planted[0] in shown["spikes"]
    own = [row for row in members if row[0] == shown["theme_id"] and row[3]]
    monthly = Counter(day[:7] for day in {row[1]: row[3] for row in own}.values())
    assert {month: n for month, n in shown["months"].items() if n} == monthly
    change = shown["change"]
    assert change["interval"][0] <= change["difference"] <= change["interval"][1]
    assert change["now"] == sum(list(shown["months"].values())[-change["months"] :])
    assert {theme["theme_id"] for theme in listed["items"] if theme["weak_signal"]} <= {
        theme["theme_id"] for theme in listed["items"] if theme["customers"] < 5
    }


def test_a_second_run_is_the_first_again_and_a_merged_theme_names_its_successor(themed: Voc, tmp_path: Path) -> None:
    before = rows(tmp_path, "SELECT id, theme_id FROM insights ORDER BY id")
    parents = themed("list", "themes", "--json").json["parents"]
    assert themed("themes", "--json").json["new"] == 0
    assert rows(tmp_path, "SELECT id, theme_id FROM insights ORDER BY id") == before
    assert themed("list", "themes", "--json").json["parents"] == parents
    first, second, *_ = themed("list", "themes", "--json").json["items"]
    assert themed("theme", "merge", second["theme_id"], "--into", first["theme_id"], "--json").code == 0
    shown = themed("show", second["theme_id"], "--json").json
    assert shown["successor"] == {"theme_id": first["theme_id"], "title": first["title"]}
    assert themed("show", first["theme_id"], "--json").json["successor"] is None
