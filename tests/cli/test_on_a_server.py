"""The whole way on PostgreSQL by a setting alone: the same numbers, lists, answers and files as on SQLite, and nobody erased is left."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.cli.conftest import Voc

pytestmark = pytest.mark.postgres
SOURCE = Path(__file__).parents[2] / "assistant" / "sample" / "xinglan" / "source"
QUESTION = "热水器忽冷忽热怎么回复客户"
ASKED = [
    ("stats",),
    *(("stats", "--by", by) for by in ("product", "week", "aspect", "theme", "region", "segment", "model")),
    ("stats", "--since", "2026-03", "--segment", "sme"),
    ("friction",),
    ("delight",),
    ("list", "records", "--limit", "1000"),
    ("list", "insights", "--limit", "1000"),
    ("list", "themes"),
    ("list", "ideas"),
    ("lead", "list", "--limit", "1000"),
    ("customers", "list", "--limit", "1000"),
    ("search", QUESTION),
]
TIMED = ("added_at", "updated_at", "created_at", "elapsed_ms", "seconds", "at")


def _whole(voc: Voc, **settings: str) -> list[Any]:
    """Everything from files to ideas and a proposal, and what is told of it; kept at the same place under `SQLite`'s key."""
    for stage in (("ingest", SOURCE), ("index",), ("analyse",), ("themes",), ("ideas",)):
        ran = voc(*stage, "--json", **settings)
        assert ran.code == 0, ran.err
    first = voc("list", "themes", "--json").json["items"][0]["theme_id"]
    assert voc("propose", first, "--json").code == 0
    told = [_timeless(voc(*words, "--json").json) for words in ASKED]
    return [*told, _timeless(voc("ask", QUESTION, "--json").json)["citations"]]


def _timeless(told: Any) -> Any:
    """Without moments, and without the last places of sums, which hang on the order of their parts."""
    if isinstance(told, float):
        return round(told, 9)
    if isinstance(told, dict):
        return {name: _timeless(value) for name, value in told.items() if name not in TIMED}
    return [_timeless(one) for one in told] if isinstance(told, list) else told


def _exported(voc: Voc, tmp_path: Path) -> list[list[str]]:
    target = tmp_path / "out.csv"
    target.unlink(missing_ok=True)
    assert voc("export", "insights", "-o", target, "--json").code == 0
    with target.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_everything_is_the_same_and_who_is_erased_is_gone(voc: Voc, tmp_path: Path, postgres_url: str) -> None:
    on_file, file_rows = _whole(voc), _exported(voc, tmp_path)
    data, aside = tmp_path / "data", tmp_path / "aside"
    data.rename(aside)
    data.mkdir()
    shutil.copy(aside / "masking.key", data / "masking.key")
    on_server = _whole(voc, VOC_DATABASE_URL=postgres_url)
    for words, here, there in zip([*ASKED, ("ask",)], on_server, on_file, strict=True):
        assert here == there, words
    assert _exported(voc, tmp_path) == file_rows
    assert not (data / "voc.db").exists()
    assert "PostgreSQL" in voc("doctor").out

    everything = voc("list", "records", "--limit", "1000", "--json").json["items"]
    customer = next(one["customer_id"] for one in everything if (one["customer_id"] or "u_")[:2] != "u_")
    told = voc("list", "records", "--customer", customer, "--json").json["items"]
    receipt = voc("erase", "--customer", customer, "--yes", "--json").json
    assert receipt["proved"]
    assert receipt["left"] == []
    assert any("PostgreSQL" in place for place in receipt["not_searched"])
    rows = _rows(postgres_url)
    assert not [one["record_id"] for one in told if one["record_id"] in rows or one["text"] in rows]


def _rows(url: str) -> str:
    """All rows of all tables, as somebody sees them who has the server alone."""
    tables = (
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        names = [row[0] for row in connection.execute(tables)]
        found = [connection.execute(f'SELECT t::text FROM "{name}" t').fetchall() for name in names]
    return json.dumps(found, ensure_ascii=False)
