"""Readings written many at once: what stands afterwards is what one after the other would leave, in as many statements."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import event, select, update

from assistant.domain.filters import Filters
from assistant.domain.insights import Reading
from assistant.domain.records import Record
from assistant.records.lead_store import LeadChange
from assistant.records.repository import Repository
from assistant.records.tables import insights, leads
from tests.records.builders import insight, reading, record

IDENTITY = "llm-1"


def stored(store: Repository, count: int, name: str = "A") -> list[Record]:
    made = [record(f"{name}-{n}", customer=f"{name}{n}") for n in range(count)]
    store.save_records([(one, None) for one in made])
    return made


def statements(store: Repository, work: Callable[[], Any]) -> int:
    """How often the database is asked."""
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement)

    event.listen(store.database.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(store.database.engine, "before_cursor_execute", note)
    return len(asked)


def told(store: Repository, of: Sequence[Record]) -> tuple[list[Any], list[Any]]:
    """What follows from the readings of these records, by their places among them."""
    place = {one.id: n for n, one in enumerate(of)}
    needs = [(place[one.record_id], one.aspect, one.theme_id, one.quote) for one in store.insights_of(list(place))]
    with store.database.reading() as connection:
        rows = connection.execute(select(leads).where(leads.c.record_id.in_(list(place)))).mappings().all()
    names = ("type", "quote", "status", "current")
    return needs, sorted(
        (place[row["record_id"]], row["customer_id"][1:], *(row[name] for name in names)) for row in rows
    )


def test_many_readings_take_as_many_statements_as_one(store: Repository) -> None:
    made = stored(store, 41)
    readings = [reading(one, insight(one), insight(one, aspect="price")) for one in made]
    one = statements(store, lambda: store.save_readings(readings[:1], IDENTITY, "llm"))
    many = statements(store, lambda: store.save_readings(readings[1:], IDENTITY, "llm"))
    again = statements(store, lambda: store.save_readings(readings, "llm-2", "llm"))
    assert one == many <= 12
    assert again <= 2 * 41 + 15  # a lead that stands is brought level by itself


AGAIN: dict[str, Callable[[Record], Reading]] = {
    "the same": lambda one: reading(one, insight(one), insight(one, aspect="price")),
    "another need": lambda one: reading(one, insight(one, aspect="staff")),
    "nothing": lambda one: Reading(one.id, True),
}


@pytest.mark.parametrize("later", AGAIN)
def test_together_is_as_one_after_the_other(store: Repository, later: str) -> None:
    """Also where somebody works on leads, and themes stand, between two readings."""
    together, apart = stored(store, 6, "A"), stored(store, 6, "B")
    for number, read in enumerate((AGAIN["the same"], AGAIN[later])):
        store.save_readings([read(one) for one in together], f"llm-{number}", "llm")
        for one in apart:
            store.save_readings([read(one)], f"llm-{number}", "llm")
        if number == 0:
            with store.database.writing() as connection:
                connection.execute(update(insights).values(theme_id="th_1"))
            for lead in store.list_leads(Filters(), None)[0]:
                if lead["external_id"][2:] in "135":
                    store.change_lead(lead["id"], LeadChange("contacted"), "test")
    assert told(store, together) == told(store, apart)
    assert told(store, together)[later == "nothing"]


def test_of_two_readings_of_one_record_the_later_stands(store: Repository) -> None:
    (one,) = stored(store, 1)
    store.save_readings([reading(one, insight(one)), reading(one, insight(one, aspect="staff"))], IDENTITY, "llm")
    assert [need.aspect for need in store.insights_of([one.id])] == ["staff"]
    assert store.ledger(IDENTITY).done == 1


def test_what_others_hold_is_not_given_away_and_what_is_read_is_not_leased(store: Repository) -> None:
    made = stored(store, 6)
    ids, until = [one.id for one in made], "2099-01-01T00:00:00+00:00"
    store.save_readings([reading(made[0], insight(made[0]))], IDENTITY, "llm")
    assert list(store.claim(ids[:3], IDENTITY, "llm", "a", until)) == ids[1:3]
    assert statements(store, lambda: store.claim(ids[:3], IDENTITY, "llm", "b", until)) <= 5
    assert list(store.claim(ids, IDENTITY, "llm", "b", until)) == ids[3:]
