"""One number, wherever it is asked for: the command line, the routes and the exports say what stands in the tables."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from assistant.bootstrap import open_app
from assistant.domain.vocabulary import DIMENSIONS
from assistant.settings import Settings
from tests.cli.conftest import Voc

PHONE = "13812345678"
SAID = (
    "打印机升级之后天天掉线，修了两回都没修好，想退货",
    "打印机又掉线了，发货单打不出来",
    "门锁半夜没电，人被锁在外面进不去",
    "墨粉盒太贵，换兼容的机器又不认",
    "客服小哥很耐心，修得又快又好，推荐给邻居了",
)
NARROWED = [
    {},
    {"since": "2026-03"},
    {"segment": "sme", "sentiment": "negative"},
    {"product": "p2", "until": "2026-05-31"},
]


@pytest.fixture
def filled(voc: Voc, tmp_path: Path) -> Voc:
    """Forty tickets, and one review by somebody known by the telephone alone."""
    rows: list[dict[str, Any]] = [
        {"id": f"T-{n}", "channel": "ticket", "created_at": f"2026-0{1 + n % 6}-1{n % 9}T09:00:00+08:00",
         "product": ["P2", "L3"][n % 2], "text": f"{SAID[n % 5]}，第{n}次说了",
         "customer": {"id": f"C-{n % 13}", "segment": ["sme", "consumer"][n % 13 % 2], "phone": PHONE if n % 13 == 3 else None}}
        for n in range(40)
    ]  # fmt: skip
    (tmp_path / "tickets.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    review = {"id": "W-1", "channel": "review", "product": "P2", "text": SAID[1], "customer": {"phone": PHONE}}
    (tmp_path / "reviews.jsonl").write_text(json.dumps(review), encoding="utf-8")
    assert voc("ingest", tmp_path / "tickets.jsonl").code == 0
    taken = voc("ingest", tmp_path / "reviews.jsonl", "--json").json
    assert (taken["added"], taken["joined"]) == (1, 1)
    assert voc("analyse").code == 0
    assert voc("themes").code == 0
    return voc


@pytest.fixture
def web(filled: Voc, tmp_path: Path) -> Iterator[TestClient]:
    app = open_app(Settings(engine="rules", data_dir=tmp_path / "data", language="zh"))
    with TestClient(create_app(app), client=("127.0.0.1", 50000), base_url="http://127.0.0.1") as client:
        yield client
    app.close()


@pytest.mark.parametrize("given", NARROWED, ids=str)
def test_the_command_line_and_the_routes_count_alike(filled: Voc, web: TestClient, given: dict[str, str]) -> None:
    options = [part for name, value in given.items() for part in (f"--{name}", value)]
    for by in DIMENSIONS:
        ran = filled("stats", "--by", by, *options, "--json").json
        asked = web.get("/v1/stats", params={**given, "by": by}).json()
        assert (asked["items"], asked["totals"]) == (ran["rows"], ran["totals"]), by
    for command in ("friction", "delight"):
        ran = filled(command, "--by", "aspect", *options, "--json").json
        assert web.get(f"/v1/stats/{command}", params={**given, "by": "aspect"}).json()["items"] == ran["rows"]
    ran = filled("compare", "product=P2", "product=L3", "--by", "aspect", *options, "--json").json
    asked = web.get("/v1/stats/compare", params={**given, "one": "product=P2", "other": "product=L3", "by": "aspect"})
    assert asked.json()["items"] == ran["rows"]


def test_lists_exports_and_tables_add_up(filled: Voc, web: TestClient, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "data" / "voc.db") as connection:
        records, people = connection.execute("SELECT count(*), count(DISTINCT person) FROM records").fetchone()
        named = connection.execute(
            "SELECT count(DISTINCT person) FROM records WHERE customer_id IS NOT NULL"
        ).fetchone()[0]
        themed = connection.execute(
            "SELECT theme_id, count(DISTINCT record_id), count(DISTINCT person) FROM insights "
            "JOIN records ON records.id = record_id WHERE theme_id IS NOT NULL GROUP BY 1"
        ).fetchall()
    connection.close()
    assert (records, people, named) == (41, 13, 13)
    counted = {row["key"]: (row["records"], row["customers"]) for row in filled("stats", "--json").json["rows"]}
    assert counted == {theme: (n, persons) for theme, n, persons in themed}
    target = tmp_path / "themes.json"
    assert filled("export", "themes", "-o", target).code == 0
    exported = json.loads(target.read_text(encoding="utf-8"))
    assert {row["theme_id"]: (row["records"], row["customers"]) for row in exported} == counted
    assert {row["theme_id"]: len(row["record_ids"]) for row in exported} == {key: n for key, (n, _) in counted.items()}
    assert filled("list", "customers", "--json").json["total"] == named
    assert filled("customers", "screen", "--json").json["considered"] == named
    assert web.get("/v1/customers").json()["total"] == named
    assert filled("doctor", "--json").json["database"]["customers_joined"] == "1 go by 2 ids"
    whole = web.get("/v1/customers/C-3").json()
    assert whole["records"] == sum(n % 13 == 3 for n in range(40)) + 1
    assert web.get(f"/v1/customers/{PHONE}").json() == whole


def test_a_chinese_reader_reads_chinese_and_a_script_the_stored_words(filled: Voc) -> None:
    kinds = ("records", "insights", "themes", "customers", "leads")
    for kind in kinds:
        shown = filled("list", kind)
        assert "：共" in shown.err
        assert not any(word in shown.out for word in ("external_id", "segment", "negative", "consumer", "ticket"))
    assert "工单" in filled("list", "records").out
    assert {row["channel"] for row in filled("list", "records", "--json").json["items"]} == {"ticket", "review"}
    assert "已归类" in filled("themes").out
    assert all(" of " in filled("list", kind, VOC_LANGUAGE="en").err for kind in kinds)
    assert "unassigned" in filled("themes").out
