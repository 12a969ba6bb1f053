"""A database of the first release, brought up to date: nothing is lost, and every command works on it."""

import base64
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event

import assistant.records
from assistant.pipeline import backing_up
from assistant.records.database import HEAD, Database
from assistant.settings import load_settings
from tests.cli.conftest import Voc

KEPT: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "records" / "data" / "first_release.json").read_text(encoding="utf-8")
)
"""Rows as the first release wrote them, table by table, and its key."""
TABLES = {name: rows for name, rows in KEPT.items() if name != "masking.key"}
MIGRATIONS = Path(assistant.records.__file__).parent / "migrations"


def _made(data: Path) -> Path:
    """A data directory as the first release left it."""
    data.mkdir(mode=0o700, exist_ok=True)
    (data / "masking.key").write_bytes(base64.b64decode(KEPT["masking.key"]))
    (data / "masking.key").chmod(0o600)
    file = data / "voc.db"
    engine = create_engine(f"sqlite:///{file}")
    steps = Config()
    steps.set_main_option("script_location", str(MIGRATIONS))
    steps.attributes["engine"] = engine
    command.upgrade(steps, "0001")
    engine.dispose()
    with sqlite3.connect(file) as connection:
        for table, rows in TABLES.items():
            for row in rows:
                names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" for _ in row)
                connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", [_plain(v) for v in row.values()])
    connection.close()
    return file


def _plain(value: object) -> object:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return _made(tmp_path / "data")


def _rows(file: Path, table: str, columns: list[str]) -> list[tuple[Any, ...]]:
    named = ", ".join(f'"{name}"' for name in columns)
    connection = sqlite3.connect(file)
    try:
        return sorted(connection.execute(f"SELECT {named} FROM {table}").fetchall(), key=repr)
    finally:
        connection.close()


def test_no_row_and_no_value_is_lost(old: Path) -> None:
    before = {table: _rows(old, table, list(rows[0])) for table, rows in TABLES.items()}
    Database(f"sqlite:///{old}", old.parent / "write.lock").close()
    assert _rows(old, "alembic_version", ["version_num"]) == [(HEAD,)]
    for table, rows in before.items():
        assert rows, f"the fixture has no row of {table}"
        assert _rows(old, table, list(TABLES[table][0])) == rows, table
    connection = sqlite3.connect(old)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_every_command_works_on_it(voc: Voc, old: Path, tmp_path: Path) -> None:
    def items(kind: str) -> list[dict[str, Any]]:
        ran = voc("list", kind, "--limit", 500, "--json")
        assert ran.code == 0, ran.err
        return list(ran.json["items"])

    for kind in ("records", "insights", "themes", "ideas", "proposals", "leads", "customers"):
        found = items(kind)
        alike = {(row["customer_id"], row["type"]) for row in TABLES[kind]} if kind == "leads" else TABLES[kind]
        assert len(found) == len(alike), kind
        if kind != "insights":
            shown = voc("show", next(value for name, value in found[0].items() if name.endswith("id") and value))
            assert shown.code == 0, shown.err
    assert voc("audit", "--verify", "--json").json["lines"] == len(TABLES["audit"])
    assert voc("retain", "--json").json["rules"][0]["days"] == TABLES["retention"][0]["days"]
    masked = next(row for row in items("records") if "⟦phone:" in voc("show", row["record_id"]).out)
    mark = voc("show", masked["record_id"], "--json").json["text"].partition("⟦phone:")[2].partition("⟧")[0]
    assert "13912345678" in voc("unmask", f"phone:{mark}", "--reason", "客户要求回电话", VOC_VAULT="on").out
    assert voc("index", "--json").json["records"] == len(TABLES["records"])
    assert voc("search", "打印机升级掉线", "--json").json["hits"]
    answer = voc("ask", "打印机升级掉线有多少条反馈？", "--json")
    assert answer.code == 0, answer.err
    assert answer.json["figures"]
    proposal = items("proposals")[0]["id"]
    for form in ("md", "docx", "json"):
        assert voc("proposal", "show", proposal, "--format", form, "-o", tmp_path / f"p.{form}").code == 0
    analysed = voc("analyse", "--json")
    assert (analysed.code, analysed.json["pending"]) == (0, analysed.json["done"])
    for stage in (
        ("themes", "--rebuild"),
        ("ideas",),
        ("backup", "-o", tmp_path / "b.tar"),
        ("doctor",),
        ("alerts", "run"),
    ):
        ran = voc(*stage)
        assert ran.code == 0, (stage, ran.err, ran.out)
    for looking in (
        ("friction",),
        ("delight",),
        ("stats", "--by", "month"),
        ("idea", "show", items("ideas")[0]["idea_id"]),
    ):
        ran = voc(*looking, "--json")
        assert ran.code == 0, (looking, ran.err)
    kinds = ("records", "insights", "themes", "ideas", "proposals", "leads", "customers")
    for kind in kinds:
        assert voc("export", kind, "--format", "json", "-o", tmp_path / f"{kind}.json").code == 0
    again = voc("ingest", "--source", "in", tmp_path / "records.json", "--dry-run", "--json")
    assert again.code == 0, again.err
    gone = voc("erase", "--customer", TABLES["customers"][0]["id"], "--yes", "--json")
    assert (gone.code, gone.json["proved"]) == (0, True), gone.err


def test_a_backup_of_then_is_put_back_now(voc: Voc, old: Path, tmp_path: Path) -> None:
    """What an older program wrote is brought up to date on the way in."""
    with (tmp_path / "old.tar").open("wb") as file:
        settings = load_settings(data_dir=tmp_path / "data")
        backing_up.backup(settings, backing_up.PIPE, file, backing_up.Wanted())
    assert _rows(old, "alembic_version", ["version_num"]) == [("0001",)]  # a backup looks, and changes nothing
    ran = voc("restore", tmp_path / "old.tar", "--json", VOC_DATA_DIR=str(tmp_path / "new"))
    assert ran.code == 0, ran.err
    assert (ran.json["revision"], ran.json["book_stands"], ran.json["index"]) == ("0001", True, "to_build")
    assert voc("list", "records", "--json").json["total"] == len(TABLES["records"])


@pytest.mark.usefixtures("english")
def test_a_newer_database_is_refused_and_left_alone(voc: Voc, old: Path, tmp_path: Path) -> None:
    assert voc("list", "records").code == 0
    with sqlite3.connect(old) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    for ran in (voc("list", "records"), voc("serve"), voc("backup", "-o", tmp_path / "b.tar")):
        assert ran.code == 1
        assert "newer version of this program" in ran.err
        assert "Traceback" not in ran.err
    assert _rows(old, "alembic_version", ["version_num"]) == [("9999",)]


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("table", ["keys", "idea_votes", "documents"])
def test_a_migration_that_fails_leaves_the_old_database_as_it_was(
    voc: Voc, old: Path, table: str, tmp_path: Path
) -> None:
    """Something of the house stands in the way of a late step: all steps are one transaction."""
    with sqlite3.connect(old) as connection:
        connection.execute(f"CREATE TABLE {table} (theirs TEXT)")
    connection.close()
    before = sorted(sqlite3.connect(old).iterdump())
    ran = voc("list", "records")
    assert (ran.code, "Traceback" in ran.err) == (1, False)
    assert "database failed" in ran.err
    assert sorted(sqlite3.connect(old).iterdump()) == before
    with sqlite3.connect(old) as connection:
        connection.execute(f"DROP TABLE {table}")
    connection.close()
    assert voc("list", "records", "--json").json["total"] == len(TABLES["records"])


def test_a_kill_in_the_middle_leaves_the_old_database_as_it_was(old: Path, tmp_path: Path) -> None:
    """What the disk holds when a migration is cut off: every statement of it is tried, the files copied as they stand."""
    shots: list[Path] = []

    def shot(*_: Any) -> None:
        if len(shots) % 9 == 0:
            target = tmp_path / f"shot{len(shots)}"
            target.mkdir()
            for file in old.parent.glob("voc.db*"):
                shutil.copy(file, target / file.name)
        shots.append(tmp_path)

    engine = create_engine(f"sqlite:///{old}")
    event.listen(engine, "after_cursor_execute", shot)
    steps = Config()
    steps.set_main_option("script_location", str(MIGRATIONS))
    steps.attributes["engine"] = engine
    command.upgrade(steps, "head")
    engine.dispose()
    found = sorted(tmp_path.glob("shot*"))
    assert len(found) > 5
    for place in found:
        version = _rows(place / "voc.db", "alembic_version", ["version_num"])
        assert version == [("0001",)], place.name
        assert len(_rows(place / "voc.db", "insights", ["id"])) == len(TABLES["insights"])
