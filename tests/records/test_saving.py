"""What saving does to what is there: history, links of others, whom everybody counts as."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from assistant.domain.filters import Filters
from assistant.domain.records import Customer, MaskedText, Record, Turn
from assistant.intake.duplicates import signatures_of
from assistant.intake.linking import Linker
from assistant.records.record_store import Saved
from assistant.records.repository import Repository
from assistant.records.saving import Linked
from assistant.records.tables import records
from tests.records.builders import record

SAID = "热水器洗到一半突然变冰又变烫，老人孩子都不敢用，打了三次电话没人来"
ELSE = "打印机升级固件以后隔一会就从网上消失，重启一次只能撑二十分钟"


class Import:
    """One run: links as the ingest stage does."""

    def __init__(self, store: Repository) -> None:
        self.store, self.linker = store, Linker(store.signatures())

    def __call__(self, *batch: Record) -> Saved:
        return self.store.take_in(batch, self._link)

    def _link(self, changed: Sequence[Record]) -> Linked:
        signatures = signatures_of(changed)
        links = self.linker.link([(r.id, s) for r, s in zip(changed, signatures, strict=True)])
        return Linked(signatures, links.joined, links.heads)


def rows(store: Repository) -> dict[str, Any]:
    """External id → (whom it repeats, whom it counts as)."""
    c = records.c
    with store.database.reading() as connection:
        found = connection.execute(select(c.external_id, c.id, c.near_duplicate_of, c.person)).all()
    names = {one: name for name, one, _, _ in found}
    return {name: (names.get(near or ""), names.get(person, person)) for name, _, near, person in found}


def customers(store: Repository) -> int:
    return store.counting.totals(Filters()).customers


def test_followers_of_an_edited_head_count_anew(store: Repository) -> None:
    Import(store)(*(record(name, SAID, customer=None) for name in "abc"))
    assert customers(store) == 1
    assert Import(store)(record("a", ELSE, customer=None)) == Saved(updated=1)
    assert rows(store) == {"a": (None, "a"), "b": (None, "b"), "c": ("b", "b")}
    assert customers(store) == 2


def test_who_turns_out_to_be_a_known_customers_counts_as_them(store: Repository) -> None:
    Import(store)(record("a", SAID, customer=None), record("b", SAID, customer=None))
    assert Import(store)(record("c", SAID, customer="C1")) == Saved(added=1, duplicates=1)
    assert rows(store) == {"a": ("c", "C1"), "b": ("c", "C1"), "c": (None, "C1")}
    Import(store)(record("c", ELSE, customer="C1"))
    assert rows(store) == {"a": (None, "a"), "b": ("a", "a"), "c": (None, "C1")}


def test_a_record_that_moves_to_another_customer_takes_its_followers_along(store: Repository) -> None:
    Import(store)(record("a", SAID, customer="C1"), record("u", SAID, customer=None))
    Import(store)(record("a", SAID, customer="C2"))
    assert rows(store) == {"a": (None, "C2"), "u": ("a", "C2")}
    assert [version["content"]["customer_id"] for version in store.versions(record("a").id)] == ["C1"]
    assert store.customer("C2")["records"] == 1


@pytest.mark.parametrize("cut", [1, 2, 5])
def test_neither_order_nor_cut_changes_the_count(store: Repository, cut: int) -> None:
    some = [
        record("a", SAID, customer=None),
        record("b", SAID, customer="C1"),
        record("c", ELSE, customer=None),
        record("d", ELSE + "！", customer=None),
        record("e", SAID, customer="C2"),
    ]
    for at in range(0, len(some), cut):
        Import(store)(*reversed(some[at : at + cut]))
    assert customers(store) == 3


def test_every_edit_is_kept_in_order(store: Repository) -> None:
    for text in ("一", "二", "三", "三", "二"):
        Import(store)(record("a", text))
    assert [version["content"]["text"] for version in store.versions(record("a").id)] == ["一", "二", "三"]
    assert [version["version"] for version in store.versions(record("a").id)] == [1, 2, 3]
    assert store.record("a").text == "二"


def test_turns_added_to_a_conversation_update_it(store: Repository) -> None:
    short = MaskedText("客户: 机器不热")
    long = MaskedText("客户: 机器不热\n客服: 请稍等\n客户: 等了三天了")
    first = replace(record("a", short), turns=(Turn("customer", MaskedText("机器不热"), 4, 8),))
    more = (Turn("agent", MaskedText("请稍等"), 13, 16), Turn("customer", MaskedText("等了三天了"), 21, 26))
    later = replace(first, text=long, turns=(*first.turns, *more))
    assert Import(store)(first) == Saved(added=1)
    assert Import(store)(later) == Saved(updated=1)
    assert store.record("a") == later
    assert [len(version["content"]["turns"]) for version in store.versions(first.id)] == [1]


def test_two_states_of_one_ticket_in_a_file_are_read_again_without_a_change(store: Repository) -> None:
    states = [record("a", SAID, status="open"), record("b", ELSE), record("a", SAID, status="closed")]
    assert Import(store)(*states) == Saved(added=2, updated=1)
    assert Import(store)(*states) == Saved(unchanged=3)
    assert store.record("a").status == "closed"
    assert store.versions(record("a").id) == []


def test_what_a_silent_record_does_not_say_of_a_customer_stays_known(store: Repository) -> None:
    told = replace(record("a", SAID), customer=Customer("C1", "consumer", region="江苏南京"))
    Import(store)(told, record("b", ELSE))
    assert store.customer("C1")["region"] == "江苏南京"
