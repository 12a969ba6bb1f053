"""What hangs on records goes with them, in the tables; what is others' stays."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import insert, select, update

import assistant.records
from assistant.domain.engine import Usage
from assistant.records import erased_texts, erasing
from assistant.records.database import Database
from assistant.records.embedding_door import People
from assistant.records.repository import Repository
from assistant.records.tables import insights, leads, model_calls, readings, records, themes
from assistant.records.traces import Traces
from tests.records.builders import insight, reading, record


def _erase(store: Repository, customer: str) -> dict[str, int]:
    theirs = erasing.belongings(store.database, erasing.record_ids_of(store.database, customer), customer)
    with store.database.writing() as connection:
        counts = erasing.remove_records(connection, theirs)
        return {**counts, "calls": erasing.remove_calls(connection, theirs)}


def test_rows_go_and_others_stay(store: Repository) -> None:
    gone, kept = record("a", customer="C-1"), record("b", "门锁没电了进不去", customer="C-2")
    store.save_records([(gone, None), (kept, None)])
    store.save_readings([reading(gone, insight(gone)), reading(kept, insight(kept))], "id", "rules")
    counts = _erase(store, "C-1")
    assert (counts["records"], counts["readings"], counts["insights"], counts["leads"]) == (1, 1, 1, 1)
    with store.database.reading() as connection:
        for table in (insights, leads, readings):
            assert set(connection.scalars(select(table.c.record_id))) == {kept.id}
    assert not erasing.is_known(store.database, "C-1")
    assert erasing.is_known(store.database, "C-2")


def test_repeats_of_an_erased_record_repeat_the_first_that_remains(store: Repository) -> None:
    first = record("a", customer="C-1")
    repeats = [record(name, customer=None, near_duplicate_of=first.id) for name in ("b", "c")]
    store.save_records([(first, None), *((one, None) for one in repeats)])
    assert _erase(store, "C-1")["relinked"] == 2
    query = select(records.c.id, records.c.near_duplicate_of, records.c.person).order_by(records.c.external_id)
    with store.database.reading() as connection:
        head, tail = connection.execute(query).all()
    assert tuple(head) == (repeats[0].id, None, repeats[0].id)
    assert tuple(tail) == (repeats[1].id, repeats[0].id, repeats[0].id)


def test_model_answers_since_their_first_record_go(store: Repository) -> None:
    gone = record("a", customer="C-1")
    store.save_records([(gone, None)])
    store.calls.put("later", "m", "extract", "{}", Usage())
    with store.database.writing() as connection:
        old = {"key": "before", "model": "m", "prompt": "p", "answer": "{}", "at": "2020-01-01T00:00:00+00:00"}
        connection.execute(insert(model_calls).values(prompt_tokens=0, completion_tokens=0, **old))
    assert _erase(store, "C-1")["calls"] == 1
    assert store.calls.get("before") == "{}"


def test_what_others_say_too_is_not_a_trace(store: Repository) -> None:
    gone = record("ext-10001", "水温忽冷忽热，洗到一半变凉，老丈人在旁边看着", customer="C-1")
    kept = record("ext-10002", "水温忽冷忽热，洗到一半变凉", customer="C-2")
    store.save_records([(gone, None), (kept, None)])
    theirs = erasing.belongings(store.database, [gone.id], "C-1")
    traces = erasing.traces_of(store.database, theirs)
    assert not traces.stand_in(kept.text)
    assert traces.stand_in("老丈人在旁边看着")
    assert traces.stand_in("ext-10001")
    assert traces.shared > 0
    with store.database.writing() as connection:
        connection.execute(update(records).where(records.c.id == kept.id).values(metadata={"note": "见ext-10001"}))
    assert not erasing.traces_of(store.database, theirs).stand_in("ext-10001")


def test_repeats_count_as_whom_they_repeat_and_two_customers_never_repeat_one_another(store: Repository) -> None:
    first = record("a", customer=None)
    rest = [
        record(name, customer=who, near_duplicate_of=first.id)
        for name, who in zip("bcd", ("C-2", None, "C-3"), strict=True)
    ]
    store.save_records([(first, None), *((one, None) for one in rest)])
    theirs = erasing.belongings(store.database, [first.id])
    with store.database.writing() as connection:
        assert erasing.remove_records(connection, theirs)["relinked"] == 3
        query = select(records.c.near_duplicate_of, records.c.person).order_by(records.c.external_id)
        rows = [tuple(row) for row in connection.execute(query)]
    assert rows == [(None, "C-2"), (rest[0].id, "C-2"), (None, "C-3")]


@pytest.mark.parametrize(("others", "engine", "reworded"), [(2, "llm", True), (3, "llm", False), (2, "rules", False)])
def test_what_a_model_says_of_few_is_worded_anew(store: Repository, others: int, engine: str, reworded: bool) -> None:
    """Its words may tell of the one who goes without quoting them."""
    members = [record(f"ext-{n}", f"各说各的第{n}件事情", customer=f"C-{n}") for n in range(others + 1)]
    store.save_records([(one, None) for one in members])
    found = [insight(one) for one in members]
    store.save_readings([reading(one, its) for one, its in zip(members, found, strict=True)], "id", "rules")
    with store.database.writing() as connection:
        row: dict[str, object] = dict.fromkeys(("title", "definition", "surface", "secondary", "deep"), "x")
        row |= {f"standing_{rung}": "stated" for rung in ("surface", "secondary", "deep")}
        row |= {"id": "th_1", "deep_category": "ease", "engine": engine, "trend": "flat", "active": True}
        voices = [one.id for one in found]
        connection.execute(insert(themes).values(**row, voices=voices, created_at="2026", updated_at="2026"))
        connection.execute(update(insights).values(theme_id="th_1"))
        theirs = erasing.belongings(store.database, [], "C-0")
        assert erased_texts.quoting_themes(connection, theirs, Traces()) == []
    theirs = erasing.belongings(store.database, [members[0].id], "C-0")
    with store.database.reading() as connection:
        assert erased_texts.quoting_themes(connection, theirs, Traces()) == (["th_1"] if reworded else [])


def test_people_are_noted_whatever_they_are_named_by(store: Repository) -> None:
    named, echo = record("a", customer="C-1"), record("b", customer=None, near_duplicate_of=record("a").id)
    alone = record("c", "门锁没电了进不去", customer=None)
    store.save_records([(named, None), (echo, None), (alone, None)])
    noted: set[str] = set()

    class Kept:
        def note(self, subjects: Iterable[str]) -> None:
            noted.update(subjects)

    made_up = f"u_{alone.id.removeprefix('r_')}"
    People(store.database, Kept()).note(["C-1", f"record:{echo.id}", f"record:{alone.id}", made_up, "record:r_unknown"])
    assert noted == {"C-1", alone.id, "r_unknown"}


def test_overdue_is_counted_before_anything_goes(store: Repository) -> None:
    old, undated = "2020-01-01T10:00:00+08:00", None
    rows = [("a", "C-1", old), ("b", "C-1", "2026-03-05T10:00:00+08:00"), ("c", "C-2", old), ("d", "C-3", undated)]
    store.save_records([(record(name, customer=who, created_at=at), None) for name, who, at in rows])
    store.retain("test", 365)
    (due,) = store.overdue(dt.date(2026, 3, 6))
    assert (due["records"], due["customers"], due["customers_gone"], due["undated"]) == (2, 2, 1, 0)
    assert (due["oldest"], due["newest"], due["kept_from"]) == ("2020-01-01", "2020-01-01", "2025-03-06")
    assert len(store.due(dt.date(2026, 3, 6))["test"]) == 2
    (later,) = store.overdue(dt.date(2100, 1, 1))
    assert (later["records"], later["undated"], later["customers_gone"]) == (4, 1, 3)


def test_a_database_of_the_first_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'voc.db'}"
    database = Database(url, tmp_path / "write.lock")
    config = Config()
    config.set_main_option("script_location", str(Path(assistant.records.__file__).parent / "migrations"))
    config.attributes["engine"] = database.engine
    command.downgrade(config, "0001")
    database.close()
    store = Repository(Database(url, tmp_path / "write.lock"))
    assert (store.bans(), store.exported(), store.called(["C-1"])) == (frozenset(), [], [])
    store.database.close()
