"""What looks a tortured data directory over finds nothing where nothing is wrong, and each kind of harm."""

import json
import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from assistant.bootstrap import open_app
from assistant.intake.reading import ReadOptions
from assistant.settings import load_settings
from evals.benches.unharmed import Expected, harm

COUNT = 60


def said(number: int) -> str:
    """Text of a record, like no other's."""
    parts = ("热水器", "门锁", "打印机", "净水器"), ("漏水了", "没电打不开", "老掉线", "滤芯贵", "装得慢")
    return f"{parts[0][number % 4]}{parts[1][number % 5]}，用了{number}天，售后一直没有来。第{number}号"


@pytest.fixture(scope="module")
def level(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unharmed")
    rows = [{"id": f"V{n}", "channel": "review", "product": "云汐", "text": said(n)} for n in range(COUNT)]
    file = folder / "given.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    app = open_app(load_settings(data_dir=folder / "data", engine="rules"))
    app.pipeline.ingest([file], ReadOptions())
    app.pipeline.index()
    app.store.database.close()
    return folder / "data"


GIVEN = {f"V{n}": said(n) for n in range(COUNT)}
HARMS = {
    "record V7 is lost": "UPDATE records SET text = '门锁' WHERE external_id = 'V7'",
    "its passages are others": "UPDATE passages SET text = text || '。' WHERE row = 9",
    "vectors missing": "DELETE FROM vectors WHERE rowid % 2",
    "full text holds 60 passages, there are 59": "DELETE FROM passages WHERE row = 5",
    "records not indexed": "UPDATE records SET indexed_hash = NULL WHERE external_id = 'V8'",
}


def test_where_nothing_is_wrong_nothing_is_found(level: Path) -> None:
    assert harm(level, Expected(GIVEN), random.Random(1), level=True) == ("nothing", [])


def test_a_record_that_is_changing_may_still_say_what_it_said_and_harm_is_found(level: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(level, data)
    with sqlite3.connect(data / "voc.db") as connection:
        for statement in HARMS.values():
            connection.execute(statement)
    connection.close()
    expected = Expected(dict(GIVEN))
    expected.change("V3", "门锁换了三把。第900号")
    found = "\n".join(harm(data, expected, random.Random(1), level=True)[1])
    assert [sentence for sentence in HARMS if sentence not in found] == []
    assert "V3" not in found
