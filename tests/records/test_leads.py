"""Leads keep who they are through readings, are held where nobody wants them, and add up to what stands in the tables."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from assistant.domain.filters import Filters
from assistant.domain.insights import Opportunity, Reading
from assistant.domain.records import Record
from assistant.domain.statistics import wilson
from assistant.errors import NotFoundError, UsageError
from assistant.records.erasing import belongings, remove_records
from assistant.records.lead_funnel import funnel
from assistant.records.lead_store import STATUSES, LeadChange
from assistant.records.repository import Repository
from tests.records.builders import insight, parsed, record

CALM: Any = {"churn_risk": False}
REFUSES: Any = {"resale_aversion": True}


def read(store: Repository, one: Record, *chances: Opportunity, signals: Any = CALM, identity: str = "rules-1") -> None:
    """The record read, with these opportunities."""
    found = (replace(insight(one), opportunities=tuple(chances), signals=signals),)
    store.save_readings([Reading(one.id, False, found, signals)], identity, "rules")


def chance(of: Record, start: int = 0, end: int = 4, kind: Any = "accessory") -> Opportunity:
    return Opportunity(kind, of.text[start:end], start, end)


def only(store: Repository, **narrowed: Any) -> dict[str, Any]:
    items, total = store.list_leads(Filters(), 10, **narrowed)
    assert total == len(items) == 1
    return items[0]


@pytest.fixture
def one(store: Repository) -> Record:
    made = record("A-1", "想买个充电头，有没有卖的")
    store.save_records([(made, None)])
    read(store, made, chance(made, 2, 6))
    return made


@pytest.mark.parametrize("place", [(2, 6), (1, 6), (3, 9), (2, 4)])
def test_a_lead_stays_the_same_when_its_place_is_read_a_little_otherwise(
    store: Repository, one: Record, place: tuple[int, int]
) -> None:
    before = only(store)
    store.change_lead(before["id"], LeadChange(owner="小王", note="下周回电"), "test")
    read(store, one, chance(one, *place), identity="llm-1")
    after = only(store)
    assert (after["id"], after["created_at"], after["note"]) == (before["id"], before["created_at"], "下周回电")
    assert (after["owner"], after["status"], after["quote"]) == ("小王", "assigned", one.text[slice(*place)])


def test_one_that_somebody_works_on_outlives_a_reading_without_it(store: Repository, one: Record) -> None:
    lead_id = only(store)["id"]
    store.change_lead(lead_id, LeadChange("contacted"), "test")
    read(store, one, identity="llm-1")
    assert (only(store)["id"], only(store)["current"]) == (lead_id, False)
    store.save_records([(record("A-1", "换了别的话"), None)])
    assert only(store)["id"] == lead_id
    assert len(store.lead(lead_id)["history"]) == 1  # type: ignore[index]


def test_one_that_nobody_touched_goes_with_the_reading_and_comes_back_as_itself(store: Repository, one: Record) -> None:
    lead_id = only(store)["id"]
    read(store, one, identity="llm-1")
    assert store.list_leads(Filters(), 10) == ([], 0)
    read(store, one, chance(one, 2, 6), identity="llm-2")
    assert only(store)["id"] == lead_id


def test_every_change_is_written_down_with_who_and_when(store: Repository, one: Record) -> None:
    lead_id = only(store)["id"]
    store.change_lead(lead_id, LeadChange(owner="小王"), "li")
    store.change_lead(lead_id, LeadChange("contacted", note="约了周三"), "wang")
    store.change_lead(lead_id, LeadChange("contacted"), "wang")
    store.change_lead(lead_id, LeadChange("won"), "wang")
    history = store.lead(lead_id)["history"]  # type: ignore[index]
    assert [(e["actor"], e["field"], e["before"], e["after"]) for e in history] == [
        ("li", "owner", None, "小王"),
        ("li", "status", "new", "assigned"),
        ("wang", "status", "assigned", "contacted"),
        ("wang", "note", None, "约了周三"),
        ("wang", "status", "contacted", "won"),
    ]
    assert all(event["at"] for event in history)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (LeadChange(), "nothing to change"),
        (LeadChange("assigned"), "give an owner"),
        (LeadChange("new", owner="小王"), "has no owner"),
        (LeadChange(owner=" "), "can't be blank"),
        (LeadChange(note="长" * 2001), "shorten it"),
        (LeadChange("gone"), "is no status"),  # type: ignore[arg-type]
    ],
)
def test_what_can_not_be_is_refused_with_a_sentence(
    store: Repository, one: Record, change: LeadChange, says: str
) -> None:
    lead_id = only(store)["id"]
    with pytest.raises(UsageError, match=says):
        store.change_lead(lead_id, change, "test")
    assert only(store)["status"] == "new"
    with pytest.raises(NotFoundError):
        store.change_lead("ld_none", LeadChange("won"), "test")


def test_a_customer_who_wants_no_selling_is_offered_to_nobody(store: Repository, one: Record) -> None:
    lead_id = only(store)["id"]
    other = record("A-2", "别再给我推销了", created_at="2026-04-01T10:00:00+08:00")
    store.save_records([(other, None)])
    read(store, other, signals=REFUSES)
    assert store.list_leads(Filters(), 10) == ([], 0)
    held = only(store, status="hold")
    assert (held["id"], held["status"], held["hold_because"]["external_id"]) == (lead_id, "hold", "A-2")
    assert store.held_leads(Filters()) == 1
    with pytest.raises(UsageError, match="A-2"):
        store.change_lead(lead_id, LeadChange(owner="小王"), "test")
    taken = store.change_lead(lead_id, LeadChange(owner="小王", override="客户主动来电要买"), "test")
    assert (taken["status"], taken["history"][-1]["after"]) == ("assigned", "客户主动来电要买")
    assert only(store)["id"] == lead_id


def test_one_lead_for_each_customer_and_type(store: Repository) -> None:
    texts = {
        f"A-{n}": record(f"A-{n}", f"第{n}次说想买充电头", created_at=f"2026-03-0{n}T10:00:00+08:00") for n in (1, 2, 3)
    }
    store.save_records([(one, None) for one in texts.values()])
    for one in texts.values():
        read(store, one, chance(one), chance(one, 4, 8, "upgrade") if one.external_id == "A-3" else chance(one))
    items, total = store.list_leads(Filters(), 10)
    assert total == 2
    first = next(item for item in items if item["type"] == "accessory")
    assert (first["external_id"], first["mentions"]) == ("A-1", 3)
    others = store.lead(first["id"])["others"]  # type: ignore[index]
    assert {other["external_id"] for other in others} == {"A-2", "A-3"}
    taken = next(other["id"] for other in others if other["external_id"] == "A-3")
    store.change_lead(taken, LeadChange(owner="小王"), "test")
    kinds = {item["type"]: item["id"] for item in store.list_leads(Filters(), 10)[0]}
    assert kinds["accessory"] == taken
    narrowed = store.list_leads(Filters(until="2026-03-02"), 10, kind="accessory")[0]
    assert [(item["external_id"], item["mentions"]) for item in narrowed] == [("A-1", 2)]


def test_erasing_takes_a_lead_with_its_history(store: Repository, one: Record) -> None:
    store.change_lead(only(store)["id"], LeadChange("contacted", note="约了周三"), "test")
    with store.database.writing() as connection:
        remove_records(connection, belongings(store.database, [one.id], "C1"))
    with store.database.reading() as connection:
        for table in ("leads", "lead_events"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0


@pytest.fixture(scope="module")
def funnelled(new_store: Callable[[], Repository]) -> Repository:
    """A hundred and twenty records with leads that went some way, by chance."""
    store = new_store()
    dice = random.Random(11)
    made = [
        record(
            f"R-{n}", f"第{n}条想买点什么东西", product=dice.choice(["X5", "P2"]), customer=f"C{dice.randrange(40)}",
            segment=dice.choice(["consumer", "dealer"]), created_at=f"2026-0{dice.randint(1, 4)}-1{n % 10}T08:00:00+08:00",
        )
        for n in range(120)
    ]  # fmt: skip
    store.save_records([(one, None) for one in made])
    for one in made:
        kinds = dice.sample(["accessory", "upgrade", "repurchase"], dice.randint(0, 2))
        signals = REFUSES if dice.random() < 0.05 else CALM
        read(store, one, *(chance(one, 2 * n, 2 * n + 2, kind) for n, kind in enumerate(kinds)), signals=signals)
    for item in store.list_leads(Filters(), None)[0]:
        for status in STATUSES[1 : dice.randint(1, 5)]:
            store.change_lead(item["id"], LeadChange(status, owner=dice.choice(["王", "李"])), "test")
    return store


@pytest.mark.parametrize("by", ["type", "segment", "product", "owner"])
@pytest.mark.parametrize("filters", [Filters(), Filters(product=("X5",), since="2026-02-01")])
def test_the_funnel_is_what_stands_in_the_tables(funnelled: Repository, by: Any, filters: Filters) -> None:
    store = funnelled
    expected = counted_by_hand(store, by, filters)
    rows, total = funnel(store.database, by, filters)
    stages = ("registered", "held", "assigned", "contacted", "won", "lost")
    assert {row.key: {name: getattr(row, name) for name in stages} for row in rows} == expected
    sums = Counter[str]()
    for counts in expected.values():
        sums.update(counts)
    assert {name: getattr(total, name) for name in stages} == {name: sums[name] for name in stages}
    assert total.registered > 30
    assert total.won > 0
    assert total.win_rate.interval == pytest.approx(wilson(total.won, total.won + total.lost))
    listed = store.list_leads(filters, 0)[1]
    assert (listed, store.held_leads(filters)) == (total.registered, total.held)


@pytest.mark.parametrize(
    "narrowed", [{"owner": "王"}, {"owner": "李"}, {"kind": "accessory"}, {"owner": "王", "kind": "upgrade"}]
)
def test_a_funnel_of_one_owner_or_type_counts_those_leads_alone(
    funnelled: Repository, narrowed: dict[str, str]
) -> None:
    store = funnelled
    _, everybody = funnel(store.database, "type", Filters())
    rows, total = funnel(store.database, "owner" if "owner" in narrowed else "type", Filters(), **narrowed)
    assert 0 < total.registered < everybody.registered
    assert [row.key for row in rows] == [narrowed.get("owner") or narrowed["kind"]]
    owner, kind = narrowed.get("owner"), narrowed.get("kind")
    listed = store.list_leads(Filters(), 0, owner=owner, kind=kind)[1]
    held = store.list_leads(Filters(), 0, status="hold", owner=owner, kind=kind)[1]
    assert (listed, held) == (total.registered, total.held)


def counted_by_hand(store: Repository, by: str, filters: Filters) -> dict[str, dict[str, int]]:
    """The same counts from the raw tables: groups by person and type, the one worked on first, else the oldest."""
    with store.database.reading() as connection:
        records = {row["id"]: row for row in connection.execute(text("SELECT * FROM records")).mappings()}
        leads = [dict(row) for row in connection.execute(text("SELECT * FROM leads")).mappings()]
        reached = defaultdict(set)
        for row in connection.execute(text("SELECT * FROM lead_events WHERE field = 'status'")).mappings():
            reached[row["lead_id"]].add(row["after"])
    refusing = {row["person"] for row in records.values() if (parsed(row["signals"]) or {}).get("resale_aversion")}
    groups = defaultdict(list)
    for lead in leads:
        home = records[lead["record_id"]]
        if filters.product and home["product"] not in filters.product:
            continue
        if filters.since and home["day"] < filters.since:
            continue
        worked = lead["status"] != "new" or lead["owner"]
        groups[home["person"], lead["type"]].append((not worked, home["created_at"], lead["id"], lead, home))
    found: dict[str, dict[str, int]] = {}
    for members in groups.values():
        *_, lead, home = min(members, key=lambda member: member[:3])
        key = (lead[by] if by in ("type", "owner") else home[by]) or "unknown"
        counts = found.setdefault(key, dict.fromkeys(("registered", "held", "assigned", "contacted", "won", "lost"), 0))
        if lead["status"] == "new" and home["person"] in refusing:
            counts["held"] += 1
            continue
        was = reached[lead["id"]] | {lead["status"]}
        counts["registered"] += 1
        counts["assigned"] += bool(was & {"assigned", "contacted", "won"})
        counts["contacted"] += bool(was & {"contacted", "won"})
        counts["won"] += lead["status"] == "won"
        counts["lost"] += lead["status"] == "lost"
    return found
