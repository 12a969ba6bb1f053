"""What hangs on records goes with them, in the tables; what is others' stays."""

from sqlalchemy import insert, select, update

from assistant.domain.engine import Usage
from assistant.records import erasing
from assistant.records.repository import Repository
from assistant.records.tables import insights, leads, model_calls, readings, records
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
