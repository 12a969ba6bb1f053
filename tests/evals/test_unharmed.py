"""What looks a tortured data directory over finds nothing where nothing is wrong, and each kind of harm."""

import json
import random
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.bootstrap import open_app
from assistant.intake.reading import ReadOptions
from assistant.records.database import Database
from assistant.settings import load_settings
from evals.benches.unharmed import Expected, harm

COUNT = 60


def said(number: int) -> str:
    """Text of a record, like no other's."""
    parts = ("热水器", "门锁", "打印机", "净水器"), ("漏水了", "没电打不开", "老掉线", "滤芯贵", "装得慢")
    return f"{parts[0][number % 4]}{parts[1][number % 5]}，用了{number}天，售后一直没有来。第{number}号"


@dataclass(frozen=True)
class Level:
    """A data directory in which all is well."""

    data: Path
    settings: dict[str, str]

    def found(self, expected: Expected) -> tuple[str, list[str]]:
        return harm(self.data, expected, random.Random(1), level=True, settings=self.settings)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def level(request: pytest.FixtureRequest, tmp_path: Path) -> Level:
    on_server = request.param == "postgresql"
    settings = {"VOC_DATABASE_URL": str(request.getfixturevalue("postgres_url"))} if on_server else {}
    rows = [{"id": f"V{n}", "channel": "review", "product": "云汐", "text": said(n)} for n in range(COUNT)]
    file = tmp_path / "given.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    with closing(open_app(load_settings(data_dir=tmp_path / "data", engine="rules", **settings))) as app:
        app.pipeline.ingest([file], ReadOptions())
        app.pipeline.index()
    return Level(tmp_path / "data", settings)


GIVEN = {f"V{n}": said(n) for n in range(COUNT)}
HARMS = {
    "record V7 is lost": "UPDATE records SET text = '门锁' WHERE external_id = 'V7'",
    "its passages are others": "UPDATE passages SET text = text || '。' WHERE row = 9",
    "vectors missing": "DELETE FROM vectors WHERE content_hash < '8'",
    "full text holds 60 passages, there are 59": "DELETE FROM passages WHERE row = 5",
    "records not indexed": "UPDATE records SET indexed_hash = NULL WHERE external_id = 'V8'",
}


def test_where_nothing_is_wrong_nothing_is_found_and_harm_is(level: Level) -> None:
    assert level.found(Expected(GIVEN)) == ("nothing", [])
    url = level.settings.get("VOC_DATABASE_URL", f"sqlite:///{level.data / 'voc.db'}")
    with closing(Database(url, level.data / "write.lock")) as database, database.writing() as connection:
        for statement in HARMS.values():
            connection.execute(text(statement))
    expected = Expected(dict(GIVEN))
    expected.change("V3", "门锁换了三把。第900号")
    found = "\n".join(level.found(expected)[1])
    assert [sentence for sentence in HARMS if sentence not in found] == []
    assert "V3" not in found, "a record that is changing may still say what it said"
