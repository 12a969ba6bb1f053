"""`voc migrate-store`: from files to PostgreSQL and back, everything the same, or nothing there."""

import csv
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from sqlalchemy import Connection, insert, inspect, select, text

from assistant.errors import StoreError
from assistant.pipeline.moving import move
from assistant.pipeline.turns import whole_stage
from assistant.records import copying
from assistant.records.database import Database
from assistant.records.dialects import Arrival
from assistant.records.tables import records
from assistant.records.tables.sharing import sharing
from assistant.records.turn_store import TurnStore
from assistant.settings import load_settings
from tests.cli.conftest import Voc
from vectorstore.tables import passages

pytestmark = pytest.mark.postgres
SOURCE = Path(__file__).parents[2] / "assistant" / "sample" / "xinglan" / "source"
FIRST = 60
ASKED = [
    ("stats",),
    ("stats", "--by", "product"),
    ("friction",),
    ("list", "records", "--limit", "100"),
    ("list", "insights", "--limit", "200"),
    ("list", "themes"),
    ("lead", "list", "--limit", "100"),
    ("audit",),
    ("search", "热水器忽冷忽热怎么回复客户"),
]


@pytest.fixture
def filled(voc: Voc, tmp_path: Path) -> Path:
    """A data directory of the first records, with users, keys, raw values in the vault, and somebody who was erased."""
    with (SOURCE / "工单导出_2026.csv").open(encoding="gb18030", newline="") as file:
        rows = list(csv.reader(file))[: FIRST + 1]
    part = tmp_path / "part.csv"
    with part.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    for stage in (
        ("ingest", part),
        ("index",),
        ("analyse",),
        ("themes",),
        ("keys", "create", "一把", "--role", "staff"),
    ):
        ran = voc(*stage, "--json", VOC_VAULT="on")
        assert ran.code == 0, ran.err
    known = voc("list", "records", "--limit", "100", "--json").json["items"]
    assert len(known) >= FIRST - 5
    assert voc("erase", "--record", known[-1]["record_id"], "--yes", "--json").code == 0
    return tmp_path / "data"


@contextmanager
def _looking(url: str, tmp_path: Path) -> Iterator[Connection]:
    with closing(Database(url, tmp_path / "look.lock")) as database, database.reading() as connection:
        yield connection


def _everything(url: str, tmp_path: Path) -> dict[str, copying.Held]:
    with _looking(url, tmp_path) as connection:
        return {table.name: copying.look(connection, table) for table in copying.TABLES}


def _order(url: str, tmp_path: Path) -> list[str]:
    with _looking(url, tmp_path) as connection:
        return list(connection.scalars(select(records.c.id).order_by(Arrival())))


def _told(voc: Voc) -> list[Any]:
    """What somebody sees; how long it took left out."""
    found = [voc(*words, "--json").json for words in ASKED]
    return [{name: value for name, value in one.items() if name != "seconds"} for one in found]


def test_there_and_back_everything_is_the_same(voc: Voc, filled: Path, tmp_path: Path, postgres_url: str) -> None:
    first, order = _told(voc), _order(f"sqlite:///{filled / 'voc.db'}", tmp_path)
    moved = voc("migrate-store", "--to", postgres_url, "--json")
    assert moved.code == 0, moved.err
    assert moved.json["book_stands"]
    for name in (
        "records",
        "insights",
        "readings",
        "vault",
        "bans",
        "keys",
        "audit",
        "contacts",
        "passages",
        "vectors",
    ):
        assert moved.json["tables"][name]["rows"] > 0, name
    assert moved.json["rows"] == sum(one["rows"] for one in moved.json["tables"].values())
    assert _order(postgres_url, tmp_path) == order

    (filled / "voc.db").rename(tmp_path / "former.db")
    voc("index", "--json", VOC_DATABASE_URL=postgres_url)
    assert voc("audit", "--verify").code == 0
    book = ASKED.index(("audit",))
    on_server = _told(voc)
    assert on_server[:book] + on_server[book + 1 :] == first[:book] + first[book + 1 :]
    assert on_server[book]["items"][1:] == first[book]["items"]
    assert on_server[book]["items"][0]["action"] == "migrate-store"

    back = f"sqlite:///{tmp_path / 'back.db'}"
    returned = voc("migrate-store", "--to", back)
    assert returned.code == 0, returned.err
    assert "VOC_DATABASE_URL=" in returned.out
    assert "voc index" in returned.out
    assert (tmp_path / "back.db").stat().st_mode & 0o777 == 0o600
    sent, arrived = _everything(postgres_url, tmp_path), _everything(back, tmp_path)
    assert {name for name in sent if sent[name] != arrived[name]} <= {"marks"}
    assert _order(back, tmp_path) == order
    voc("index", "--json", VOC_DATABASE_URL=back)
    in_file = _told(voc)
    assert in_file[:book] + in_file[book + 1 :] == first[:book] + first[book + 1 :]


@pytest.mark.parametrize("way", ["there", "back"])
def test_numbers_go_on_after_those_that_are_gone(voc: Voc, tmp_path: Path, postgres_url: str, way: str) -> None:
    urls = [f"sqlite:///{tmp_path / 'data' / 'voc.db'}", postgres_url]
    here, there = urls if way == "there" else urls[::-1]
    row = {
        "id": "p",
        "document_id": "d",
        "ordinal": 0,
        "start": 0,
        "end": 1,
        "text": "水",
        "content_hash": "h",
        "kind": "k",
    }
    with closing(Database(here, tmp_path / "data" / "write.lock")) as database, database.writing() as connection:
        for number in range(3):
            connection.execute(insert(passages).values(**{**row, "id": f"p{number}"}))
        connection.execute(text("""DELETE FROM passages WHERE "row" > 1"""))
    assert voc("migrate-store", "--to", there, "--json", VOC_DATABASE_URL=here).code == 0
    with closing(Database(there, tmp_path / "other.lock")) as database, database.writing() as connection:
        connection.execute(insert(passages).values(**row))
        assert list(connection.scalars(select(passages.c.row).order_by(passages.c.row))) == [1, 4]


def test_what_is_stopped_or_arrives_otherwise_leaves_nothing(filled: Path, tmp_path: Path, postgres_url: str) -> None:
    here, settings = f"sqlite:///{filled / 'voc.db'}", load_settings(VOC_DATA_DIR=filled)
    target = load_settings(VOC_DATA_DIR=filled, VOC_DATABASE_URL=postgres_url)
    before = _everything(here, tmp_path)

    def stop(stage: str, done: int, total: int | None) -> None:
        if stage == "compare":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(settings, target, stop)
    with _looking(postgres_url, tmp_path) as connection:
        assert copying.first_with_rows(connection) is None
        connection.execute(text("""CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN NEW.text := NEW.text || '!'; RETURN NEW; END $$"""))  # fmt: skip
        connection.execute(text("CREATE TRIGGER other BEFORE INSERT ON records FOR EACH ROW EXECUTE FUNCTION other()"))
        connection.commit()
    with pytest.raises(StoreError, match="what arrived in records is not what was sent"):
        move(settings, target, lambda *_: None)
    with _looking(postgres_url, tmp_path) as connection:
        assert copying.first_with_rows(connection) is None
    assert _everything(here, tmp_path) == before


@pytest.mark.usefixtures("english")
def test_what_cannot_be_moved_is_said(voc: Voc, filled: Path, tmp_path: Path, postgres_url: str) -> None:
    with FileLock(str(filled / "run.lock")):
        busy = voc("migrate-store", "--to", postgres_url)
    assert (busy.code, "another run is working on" in busy.err) == (1, True)
    both = voc("migrate-store", "--to", f"sqlite:///{tmp_path / 'other.db'}")
    assert (both.code, "voc restore" in both.err) == (2, True)
    assert not (tmp_path / "other.db").exists()
    secret = voc("migrate-store", "--to", "mysql://ich:geheim@host/x")
    assert (secret.code, "geheim" in secret.err) == (2, False)
    assert voc("migrate-store", "--to", postgres_url).code == 0
    again = voc("migrate-store", "--to", postgres_url)
    assert (again.code, "is not empty" in again.err) == (2, True)
    nothing = voc("migrate-store", "--to", postgres_url, VOC_DATA_DIR=str(tmp_path / "nowhere"))
    assert (nothing.code, "nothing to move" in nothing.err) == (2, True)
    same = voc("migrate-store", "--to", postgres_url, VOC_DATABASE_URL=postgres_url)
    assert (same.code, "a new, empty one" in same.err) == (2, True)


def test_a_server_is_not_left_while_another_machine_works_on_the_whole(
    voc: Voc, tmp_path: Path, postgres_url: str
) -> None:
    back = ("migrate-store", "--to", f"sqlite:///{tmp_path / 'back.db'}")
    with closing(Database(postgres_url, tmp_path / "elsewhere" / "write.lock")) as database:
        with whole_stage(TurnStore(database), "themes", "elsewhere:"):
            busy = voc(*back, VOC_DATABASE_URL=postgres_url)
        assert (busy.code, "themes on" in busy.err) == (1, True)
        assert not (tmp_path / "back.db").exists()
        assert voc(*back).code == 0


@pytest.mark.usefixtures("english")
def test_a_value_that_a_server_does_not_take_is_told_of_and_not_shown(
    voc: Voc, filled: Path, tmp_path: Path, postgres_url: str
) -> None:
    here = f"sqlite:///{filled / 'voc.db'}"
    with closing(Database(here, filled / "write.lock")) as database, database.writing() as connection:
        connection.execute(text("UPDATE records SET title = 'ab' || char(0) || 'geheim'"))
    refused = voc("migrate-store", "--to", postgres_url)
    assert (refused.code, "in records" in refused.err, "geheim" in refused.err) == (1, True, False)
    with _looking(postgres_url, tmp_path) as connection:
        assert copying.first_with_rows(connection) is None


def test_every_table_is_copied(postgres_url: str, tmp_path: Path) -> None:
    with _looking(postgres_url, tmp_path) as connection:
        there = {name for name in inspect(connection).get_table_names() if not name.startswith("passages_full_text")}
    of_the_moment = {"alembic_version", *sharing.tables}
    assert there - of_the_moment == {table.name for table in copying.TABLES}
