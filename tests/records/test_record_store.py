"""Saving, finding and listing records."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from assistant.domain.filters import Filters
from assistant.domain.records import record_id
from assistant.errors import NotFoundError, UsageError
from assistant.records.record_store import Saved
from assistant.records.repository import Repository
from assistant.records.selection import all_conditions
from assistant.records.tables import records
from tests.records.builders import record


def test_a_record_comes_back_as_it_was_saved(store: Repository) -> None:
    saved = record("A-1")
    assert store.save_records([(saved, b"sig")]) == Saved(added=1)
    assert store.record(saved.id) == saved
    assert store.record("A-1") == saved


def test_saving_again_changes_nothing(store: Repository) -> None:
    batch = [(record(f"A-{n}"), None) for n in range(1200)]
    assert store.save_records(batch) == Saved(added=1200)
    assert store.save_records(batch) == Saved(unchanged=1200)


def test_an_edited_record_updates_and_keeps_history(store: Repository) -> None:
    store.save_records([(record("A-1", "旧的话"), None)])
    assert store.save_records([(record("A-1", "新的话"), None)]) == Saved(updated=1)
    assert store.record("A-1").text == "新的话"
    assert [version["content"]["text"] for version in store.versions(record_id("test", "A-1"))] == ["旧的话"]


def test_the_last_of_two_with_one_id_in_a_batch_wins_and_counts_add_up(store: Repository) -> None:
    saved = store.save_records([(record("A-1", "先"), None), (record("A-1", "后"), None), (record("A-1", "后"), None)])
    assert saved == Saved(added=1, updated=1, unchanged=1)
    assert store.record("A-1").text == "后"


def test_the_same_words_of_two_customers_stay_two_records(store: Repository) -> None:
    store.save_records([(record("A-1", "坏了", customer="C1"), None), (record("A-2", "坏了", customer="C2"), None)])
    assert store.list_records(Filters(), None)[1] == 2


def test_an_external_id_of_two_sources_must_be_named_exactly(store: Repository) -> None:
    one = record("A-1")
    other = replace(one, id=record_id("other", "A-1"), source="other")
    store.save_records([(one, None), (other, None)])
    assert store.record(other.id) == other
    with pytest.raises(UsageError, match=one.id):
        store.record("A-1")


def test_a_missing_record_is_said_to_be_missing(store: Repository) -> None:
    with pytest.raises(NotFoundError, match="voc list records"):
        store.record("nobody")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), None),
        (Filters(product=("x5",)), {"A-1", "A-2"}),
        (Filters(product=("P2",)), {"A-3"}),
        (Filters(segment=("dealer",)), {"A-2"}),
        (Filters(channel=("review",)), {"A-3"}),
        (Filters(since="2026-03-06"), {"A-2", "A-3"}),
        (Filters(until="2026-03-06"), {"A-1", "A-2"}),
        (Filters(customer=("C3",), product=("P2",)), {"A-3"}),
        (Filters(customer=("C3",), product=("X5",)), set()),
    ],
)
def test_filters(store: Repository, filters: Filters, expected: set[str] | None) -> None:
    store.save_records(
        [
            (record("A-1", created_at="2026-03-05T23:59:00+08:00"), None),
            (record("A-2", customer="C2", segment="dealer", created_at="2026-03-06T00:10:00+08:00"), None),
            (
                record("A-3", customer="C3", product="P2", channel="review", created_at="2026-03-07T01:00:00+08:00"),
                None,
            ),
        ]
    )
    ids = store.record_ids(filters)
    assert (None if ids is None else {r.external_id for r in store.records_by_id(list(ids)).values()}) == expected


def test_customers_are_merged_and_counted(store: Repository) -> None:
    first = record("A-1")
    assert first.customer is not None
    known = replace(first, customer=replace(first.customer, region="江苏南京", owned=("X5",)))
    store.save_records([(known, None), (record("A-2"), None), (record("A-3", customer="C2"), None)])
    customers, total = store.list_customers(Filters(), 10)
    assert total == 2
    assert customers[0]["id"] == "C1"
    assert customers[0]["records"] == 2
    assert store.customer("C1")["owned"] == ["X5"]


def test_customers_are_narrowed_by_their_records(store: Repository) -> None:
    store.save_records([(record("A-1"), None), (record("A-2", customer="C2", product="P2"), None)])
    customers, total = store.list_customers(Filters(product=("P2",)), 10)
    assert ([customer["id"] for customer in customers], total) == (["C2"], 1)
    assert store.list_customers(Filters(aspect=("price",)), 10) == ([], 0)


def test_products_and_models_are_found_however_they_are_written(store: Repository) -> None:
    made = [record("A-1", product="AirPro"), record("A-2", product="AIRPRO"), record("A-3", product=None)]
    batch = [*made, replace(record("A-4", product="X5"), model="airpro"), record("A-5", product="")]
    store.save_records([(one, None) for one in batch])
    found = store.record_ids(Filters(product=("airPro",)))
    assert found == {record_id("test", name) for name in ("A-1", "A-2", "A-4")}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_products_and_models_are_found_without_reading_every_record(store: Repository) -> None:
    asked = select(records.c.id).where(*all_conditions(Filters(product=("airpro",))))
    compiled = asked.compile(store.database.engine, compile_kwargs={"literal_binds": True})
    with store.database.reading() as connection:
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")]
    assert any("ix_records_model" in step for step in plan)
    assert not any(step == "SCAN records" for step in plan), plan
