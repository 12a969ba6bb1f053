"""Who counts as one person: the rule, its upkeep by every writer, and what is counted with it."""

import itertools
from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from assistant.domain.filters import Filters
from assistant.domain.insights import Reading
from assistant.domain.outcomes import Launch
from assistant.domain.records import Customer, Record, record_id
from assistant.records import erasing
from assistant.records.customer_facts import facts_of
from assistant.records.persons import MOST_IDS, joined_by
from assistant.records.repository import Repository
from assistant.records.screening import screen
from assistant.records.views import page, thing
from tests.records.builders import insight, reading, record

PHONE, OTHER = "phone-0123456789abcdef", "phone-fedcba9876543210"


@pytest.mark.parametrize(
    ("ties", "segments", "expected"),
    [
        ([{"C1", PHONE}], {}, {"C1": "C1", PHONE: "C1"}),
        ([{"C1", PHONE}, {"C1", OTHER}], {}, dict.fromkeys(["C1", PHONE, OTHER], "C1")),
        ([{PHONE, OTHER}], {}, dict.fromkeys([PHONE, OTHER], PHONE)),
        ([{"C1", "U1"}], {}, {}),
        ([{"C1", "C2", PHONE}], {}, {}),
        ([{"C1", PHONE}, {"U1", PHONE}], {}, {}),
        ([{"D1", PHONE}], {"D1": "dealer", PHONE: "consumer"}, {}),
        ([{"D1", PHONE}], {"D1": "dealer", PHONE: None}, {"D1": "D1", PHONE: "D1"}),
        ([{f"phone-{n:016x}" for n in range(MOST_IDS + 1)}], {}, {}),
        ([{"C1"}], {}, {}),
    ],
)
def test_a_telephone_joins_only_whom_nothing_tells_apart(
    ties: list[set[str]], segments: dict[str, str | None], expected: dict[str, str]
) -> None:
    assert joined_by(ties, segments) == expected


def heard(name: str, customer: str | None, source: str, near: str | None = None, segment: Any = "consumer") -> Record:
    one = record(name, f"{name} 水温不稳", customer=None, near_duplicate_of=near)
    who = None if customer is None else Customer(customer, segment)
    return replace(one, id=record_id(source, name), source=source, customer=who)


def raw_persons(store: Repository) -> dict[str, str]:
    """record id → person, made anew from records and contacts by naive means."""
    with store.database.reading() as connection:
        rows = [dict(row) for row in connection.execute(text("SELECT * FROM records")).mappings()]
        pairs = connection.execute(text("SELECT alias, customer_id FROM contacts")).all()
        people = {row["id"]: row["segment"] for row in connection.execute(text("SELECT * FROM customers")).mappings()}
    carriers: dict[str, set[str]] = defaultdict(set)
    for alias, one in pairs:
        carriers[alias].add(one)
    for one in people:
        if one.startswith("phone-"):
            carriers[one].add(one)

    def fits(ids: set[str]) -> bool:
        named = [one for one in ids if not one.startswith("phone-")]
        return 2 <= len(ids) <= MOST_IDS and len(named) <= 1 and len({people.get(one) for one in ids} - {None}) <= 1

    groups = [set(ids) for ids in carriers.values() if fits(ids)]
    while touching := next(((a, b) for a, b in itertools.combinations(groups, 2) if a & b), None):
        groups = [group for group in groups if group not in touching] + [touching[0] | touching[1]]
    person = {
        one: min(group, key=lambda i: (i.startswith("phone-"), i)) for group in groups if fits(group) for one in group
    }

    def own(row: dict[str, Any]) -> str | None:
        customer = row["customer_id"]
        return person.get(customer, customer) if customer and not customer.startswith("u_") else None

    by_id = {row["id"]: row for row in rows}
    return {
        row["id"]: own(row) or (own(by_id[head]) or head if (head := row["near_duplicate_of"]) else row["id"])
        for row in rows
    }


def stored_persons(store: Repository) -> dict[str, str]:
    """As stored; what insights say of it must be the same."""
    with store.database.reading() as connection:
        persons: dict[str, str] = dict(connection.execute(text("SELECT id, person FROM records")).all())
        for of, whose in connection.execute(text("SELECT record_id, whose FROM insights")):
            assert persons[of] == whose
    return persons


def fill(store: Repository, batch: list[Record], pairs: list[tuple[str, str]]) -> None:
    store.save_records([(one, None) for one in batch])
    store.save_readings(
        [reading(one, replace(insight(one), id=f"in_{one.id[2:]}")) for one in batch], "rules-1", "rules"
    )
    store.save_contacts(pairs)


def test_one_who_is_known_by_an_id_here_and_a_telephone_there_is_one_customer(store: Repository) -> None:
    ticket = heard("T-1", "C1", "tickets")
    fill(store, [ticket, heard("T-2", None, "tickets", near=ticket.id)], [(PHONE, "C1")])
    fill(store, [heard("W-1", PHONE, "shop"), heard("W-2", "C9", "shop")], [])
    assert store.counting.totals(Filters()).customers == 2
    assert store.joined() == (1, 2)
    assert stored_persons(store) == raw_persons(store)
    assert (store.person_ids(PHONE), store.person_ids("C9"), store.person_ids("nobody")) == (
        ["C1", PHONE], ["C9"], ["nobody"],
    )  # fmt: skip
    rows, total = page(store, "customers", Filters(), 10)
    assert (total, [(row["id"], row["records"], row["also_known_as"]) for row in rows]) == (
        2, [("C1", 2, [PHONE]), ("C9", 1, [])],
    )  # fmt: skip
    assert {name: thing(store, PHONE)[name] for name in ("customer_id", "also_known_as", "records", "insights")} == {
        "customer_id": "C1", "also_known_as": [PHONE], "records": 2, "insights": 2,
    }  # fmt: skip
    assert sorted(row["mentions"] for row in store.list_leads(Filters(), 10)[0]) == [1, 3]


def test_who_refuses_under_one_id_is_not_invited_under_the_other(store: Repository) -> None:
    one, other = heard("T-1", "C1", "tickets"), heard("W-1", PHONE, "shop")
    store.save_records([(one, None), (other, None)])
    refusing: Any = {"resale_aversion": True}
    store.save_readings([reading(one, insight(one)), Reading(other.id, True, (), refusing)], "rules-1", "rules")
    store.save_contacts([(PHONE, "C1")])
    found = screen(store.database, Filters(customer=("C1",)))
    assert (found.considered, found.averse) == (1, 1)
    assert facts_of(store.database, ["C1"])["C1"].records == 2


def test_who_owns_a_product_under_two_ids_owns_it_once(store: Repository) -> None:
    owners = [
        replace(heard(name, who, "tickets"), customer=Customer(who, "consumer", owned=("X5",)))
        for name, who in (("T-1", "C1"), ("T-2", PHONE), ("T-3", "C2"))
    ]
    fill(store, owners, [(PHONE, "C1")])
    launch = Launch("2026-08-01", products=("X5",))
    window = store.outcomes.window(launch, ["th_none"], "fewer", "2026-01-01", "2026-12-31")
    assert (window.owners, window.people, window.records) == (2, 2, 3)


def test_who_is_told_apart_later_counts_twice_again(store: Repository) -> None:
    fill(store, [heard("T-1", "C1", "tickets"), heard("W-1", PHONE, "shop")], [(PHONE, "C1")])
    assert store.counting.totals(Filters()).customers == 1
    fill(store, [heard("T-2", "C2", "tickets")], [(PHONE, "C2")])
    assert (store.counting.totals(Filters()).customers, store.joined()) == (3, (0, 0))
    assert stored_persons(store) == raw_persons(store)


def test_erasing_one_id_leaves_no_trace_of_it_in_the_other(store: Repository) -> None:
    fill(store, [heard("T-1", "C1", "tickets"), heard("W-1", PHONE, "shop")], [(PHONE, "C1")])
    assert set(stored_persons(store).values()) == {"C1"}
    ids = erasing.record_ids_of(store.database, "C1")
    theirs = erasing.belongings(store.database, ids, "C1", store.aliases_of("C1"))
    with store.database.writing() as connection:
        erasing.remove_records(connection, theirs)
    assert set(stored_persons(store).values()) == {PHONE}
    assert store.joined() == (0, 0)


SOURCES = ("crm", "shop", "app")
ONE = st.tuples(
    st.integers(0, 7),
    st.sampled_from(["C1", "C2", "U1", "U2", PHONE, OTHER, "u_9", None]),
    st.sampled_from(SOURCES),
    st.sampled_from([PHONE, OTHER, None]),
    st.sampled_from(["consumer", "consumer", "dealer", None]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(st.lists(ONE, min_size=1, max_size=5), min_size=1, max_size=4),
    gone=st.sampled_from(["C1", "U1", PHONE]),
)
def test_whatever_comes_and_goes_everybody_counts_as_a_count_from_scratch_says(
    store: Repository, batches: list[list[tuple[int, str | None, str, str | None, Any]]], gone: str
) -> None:
    with store.database.writing() as connection:
        for table in ("insights", "leads", "readings", "record_versions", "records", "customers", "contacts"):
            connection.execute(text(f"DELETE FROM {table}"))
    for batch in batches:
        made = [heard(f"R-{n}", who, source, segment=segment) for n, who, source, _, segment in batch]
        pairs = [
            (phone, who) for _, who, _, phone, _ in batch if who and phone and who != phone and not who.startswith("u_")
        ]
        fill(store, list({one.id: one for one in made}.values()), pairs)
        assert stored_persons(store) == raw_persons(store)
    ids = erasing.record_ids_of(store.database, gone)
    theirs = erasing.belongings(store.database, ids, gone, store.aliases_of(gone))
    with store.database.writing() as connection:
        erasing.remove_records(connection, theirs)
    assert stored_persons(store) == raw_persons(store)
    assert gone not in stored_persons(store).values()
