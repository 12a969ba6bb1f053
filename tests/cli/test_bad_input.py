"""Every kind of bad input: one clear sentence, the right exit code, nothing good lost."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Voc


@pytest.mark.usefixtures("english")
def test_a_missing_file(voc: Voc, tmp_path: Path) -> None:
    ran = voc("ingest", tmp_path / "nowhere.csv")
    assert ran.code == 1
    assert ran.err.startswith("error: ")
    assert "nowhere.csv does not exist" in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "empty"),
        ("columns.csv", "编号,数量\n1,2\n2,3\n".encode(), "--map text="),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "picture.csv"),
    ],
)
def test_a_file_that_cannot_be_used_does_not_stop_the_others(
    voc: Voc, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / name).write_bytes(content)
    (folder / "good.csv").write_text("工单编号,问题描述\n1,水温忽冷忽热\n2,安装多收钱\n", encoding="utf-8")
    ran = voc("ingest", folder, "--json")
    assert ran.code == 3
    receipt = ran.json
    assert receipt["added"] == 2
    assert receipt["quarantined"] == 1
    assert receipt["read"] == receipt["added"] + receipt["updated"] + receipt["unchanged"] + receipt["quarantined"]
    (row,) = [json.loads(line) for line in Path(receipt["quarantine_file"]).read_text(encoding="utf-8").splitlines()]
    assert words in row["sentence"]


def test_a_row_with_a_broken_date_is_set_aside_with_line_and_reason(voc: Voc, tmp_path: Path) -> None:
    source = tmp_path / "tickets 15451624407.csv"
    source.write_text(
        "工单编号,创建时间,客户姓名,联系电话,问题描述\n"
        "1,2026-03-01 10:00,李晓明,15451624407,水温忽冷忽热\n"
        "2,三月初七晚上,李晓明,15451624407,打15451624407找我\n"
        "3,2026-03-03 10:00,,,安装多收钱\n",
        encoding="utf-8",
    )
    ran = voc("ingest", source, "--json")
    assert ran.code == 3
    assert (ran.json["added"], ran.json["quarantined"]) == (2, 1)
    text = Path(ran.json["quarantine_file"]).read_text(encoding="utf-8")
    row = json.loads(text)
    assert (row["line"], row["reason"]) == (3, "bad_date")
    assert "15451624407" not in text
    assert "李晓明" not in text
    assert voc("list", "records", "--json").json["total"] == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VOC_PORT", "eighty"),
        ("VOC_ENGINE", "magic"),
        ("VOC_LLM_CONCURRENCY", "0"),
        ("OPENAI_BASE_URL", "localhost:8000"),
        ("VOC_LANGUAGE", "fr"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_its_name(voc: Voc, name: str, value: str) -> None:
    ran = voc("stats", **{name: value})
    assert ran.code == 2
    assert name in ran.err
    assert ran.err.count("\n") == 1


def test_a_key_is_never_shown(voc: Voc) -> None:
    ran = voc("doctor", "--json", OPENAI_API_KEY="sk-very-secret")
    assert "sk-very-secret" not in ran.out + ran.err
    assert ran.json["settings"]["OPENAI_API_KEY"] == "set"


@pytest.mark.parametrize("arguments", [("nonsense",), ("list", "dreams"), ("stats", "--since", "gestern"), ("ingest",)])
def test_wrong_use(voc: Voc, arguments: tuple[str, ...]) -> None:
    assert voc(*arguments).code == 2


@pytest.mark.parametrize("any_id", ["th_nothing", "id_nothing", "pr_nothing", "in_nothing", "A-001"])
def test_an_id_that_is_not_there(voc: Voc, any_id: str) -> None:
    ran = voc("show", any_id)
    assert ran.code == 2
    assert any_id in ran.err


def test_a_data_directory_that_cannot_be_made(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    ran = voc("stats", VOC_DATA_DIR=str(tmp_path / "file" / "data"))
    assert ran.code == 2
    assert "VOC_DATA_DIR" in ran.err


@pytest.mark.usefixtures("english")
def test_a_wrong_map_option(voc: Voc, tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text("a,b\n1,2\n", encoding="utf-8")
    ran = voc("ingest", source, "--map", "text")
    assert ran.code == 2
    assert "FIELD=COLUMN" in ran.err


@pytest.mark.usefixtures("english")
def test_a_database_of_a_newer_version_is_left_alone(voc: Voc, tmp_path: Path) -> None:
    assert voc("stats").code == 0
    with closing(sqlite3.connect(tmp_path / "data" / "voc.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    ran = voc("stats")
    assert ran.code == 1
    assert "newer version" in ran.err


@pytest.mark.usefixtures("english")
def test_a_demo_without_a_model_that_answers_ends_with_one_sentence(voc: Voc) -> None:
    ran = voc("demo", OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert ran.code == 1
    assert "error: the demo ends without an idea: " in ran.err
    assert "the model endpoint" in ran.err
