"""Groups of near-duplicates stay right whatever comes, changes or goes, in whatever order and however it is cut up."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain.records import Record
from assistant.intake.duplicates import signatures_of
from assistant.intake.linking import Linker
from tests.records.builders import record

SAID = "热水器洗到一半突然变冰又变烫，老人孩子都不敢用，打了三次电话没人来"
ALMOST = "热水器洗到一半突然变冰又变烫，老人孩子都不敢用，打了四次电话没人来！"
LONG = SAID + "，从去年冬天忍到今年夏天，售后每回都说在路上，邻居家同一台早就换了新的"
ELSE = "打印机升级固件以后隔一会就从网上消失，重启一次只能撑二十分钟"


@dataclass
class World:
    """What a store would hold: records with their signatures, in order, and their links."""

    linker: Linker = field(default_factory=Linker)
    rows: dict[str, tuple[Record, bytes]] = field(default_factory=dict)
    heads: dict[str, str | None] = field(default_factory=dict)

    def take(self, *records: Record) -> tuple[bool, ...]:
        """Take in a batch."""
        signatures = signatures_of(records)
        links = self.linker.link([(r.id, s) for r, s in zip(records, signatures, strict=True)])
        for one, signature in zip(records, signatures, strict=True):
            self.rows[one.id] = (one, signature)
        self.heads |= links.heads
        return links.joined

    def reopened(self) -> "World":
        """The same after the process ended and began anew."""
        stored = [(one, signature, self.heads[one]) for one, (_, signature) in self.rows.items() if signature]
        return World(Linker(stored), dict(self.rows), dict(self.heads))

    def groups(self) -> set[frozenset[str]]:
        """External ids that stand together; each link leads to a head, and a head to nothing."""
        found: dict[str, set[str]] = {}
        for one, head in self.heads.items():
            assert head is None or self.heads[head] is None
            found.setdefault(head or one, set()).add(self.rows[one][0].external_id)
        return {frozenset(group) for group in found.values() if len(group) > 1}

    def people(self) -> int:
        """How many customers are counted."""
        return len({self._own(one) or self._own(head or one) or head or one for one, head in self.heads.items()})

    def _own(self, one: str) -> str | None:
        customer = self.rows[one][0].customer
        return customer.id if customer else None


def said(name: str, text: str = SAID, customer: str | None = None, product: str | None = "X5") -> Record:
    return record(name, text, customer=customer, product=product)


def groups(*names: str) -> set[frozenset[str]]:
    return {frozenset(one.split()) for one in names}


def test_a_known_customer_met_later_is_whom_the_unknown_count_as() -> None:
    world = World()
    world.take(said("a"), said("b", ALMOST))
    assert world.people() == 1
    world.take(said("c", customer="C1"), said("d", customer="C2"))
    assert world.groups() == groups("a b c")
    assert world.people() == 2


def test_what_stands_between_two_brings_them_together_whenever_it_comes() -> None:
    first, between, last = said("a", LONG[:40], "C1"), said("b", LONG[10:50], "C1"), said("c", LONG[20:60], "C1")
    for order in ((first, between, last), (first, last, between), (last, first, between)):
        world = World()
        world.take(*order)
        assert world.groups() == groups("a b c")


def test_an_edited_head_lets_its_followers_find_one_another() -> None:
    world = World()
    world.take(said("a"), said("b", ALMOST), said("c"))
    world.take(said("a", ELSE))
    assert world.groups() == groups("b c")
    assert world.people() == 2


def test_what_was_between_two_leaves_them_apart_when_it_changes() -> None:
    world = World()
    world.take(said("a", LONG[:40], "C1"), said("b", LONG[10:50], "C1"), said("c", LONG[20:60], "C1"))
    world = world.reopened()
    world.take(said("b", "完全是另外一件事情，发票到现在都没有收到", "C1"))
    assert world.groups() == set()


def test_a_record_that_becomes_a_repeat_is_linked_and_one_cut_short_is_not() -> None:
    world = World()
    world.take(said("a"), said("b", ELSE))
    assert world.take(said("b")) == (True,)
    assert world.groups() == groups("a b")
    assert world.take(said("b", "坏了")) == (False,)
    assert world.groups() == set()
    assert world.heads[said("b").id] is None


def test_a_record_that_moves_to_another_customer_leaves_the_first_ones_group() -> None:
    world = World()
    world.take(said("a", customer="C1"), said("b", customer="C1"), said("u"))
    assert world.groups() == groups("a b u")
    world.take(said("a", customer="C2"))
    assert world.groups() == groups("b u")
    assert world.people() == 2


def test_met_again_unchanged_nothing_moves() -> None:
    world = World()
    world.take(said("a"), said("b"), said("c", ELSE))
    before = dict(world.heads)
    assert world.reopened().take(said("a"), said("b"), said("c", ELSE)) == (True, True, False)
    assert world.heads == before


def test_the_same_record_twice_in_one_batch_is_as_its_last() -> None:
    world = World()
    assert world.take(said("a"), said("b"), said("b", ELSE), said("c", ELSE)) == (False, True, False, True)
    assert world.groups() == groups("b c")


def test_a_sentence_of_thousands_stays_one_group_and_quick_to_join() -> None:
    world = World()
    world.take(*(said(f"r{n}", f"{SAID}{n % 40}") for n in range(1_200)))
    world = world.reopened()
    world.take(said("one more"), said("r0", ELSE))
    assert sorted(map(len, world.groups())) == [1_200]


def test_a_group_left_under_a_head_of_nobody_is_put_right() -> None:
    world = World()
    world.take(said("a"), said("b", customer="C1"))
    world.heads = {said("a").id: None, said("b").id: said("a").id}
    world = world.reopened()
    world.take(said("c", ELSE))
    assert world.heads == {said("a").id: said("b").id, said("b").id: None, said("c").id: None}


WORDS = [SAID, ALMOST, LONG[:40], LONG[10:50], LONG[20:60], ELSE, "太差了"]
MANY = st.lists(
    st.tuples(
        st.integers(0, 9), st.sampled_from(WORDS), st.sampled_from([None, None, "C1", "C2"]),
        st.sampled_from(["X5", "P2", None]),
    ),
    max_size=30,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(MANY, st.integers(1, 30), st.randoms(use_true_random=False))
def test_neither_order_nor_batches_nor_restarts_change_who_is_counted(
    rows: list[tuple[int, str, str | None, str | None]], size: int, chance: random.Random
) -> None:
    world = World()
    for some in _cut([said(str(n), text, customer, product) for n, text, customer, product in rows], size):
        world.take(*some)
        world = world.reopened()
    final = [one for one, _ in world.rows.values()]
    chance.shuffle(final)
    fresh = World()
    fresh.take(*final)
    assert world.people() == fresh.people() == _people(final)


def _cut(items: Sequence[Record], size: int) -> Iterable[Sequence[Record]]:
    return [items[at : at + size] for at in range(0, len(items), size)]


def _people(records: Sequence[Record]) -> int:
    """Said again, slowly: known customers, and clusters of the unknown that are like none of a known one."""
    signatures = dict(zip((r.id for r in records), signatures_of(records), strict=True))

    def alike(one: Record, other: Record) -> bool:
        pair = Linker().link([(r.id, signatures[r.id]) for r in (one, other)])
        return pair.joined == (False, True)

    left = [r for r in records if r.customer is None]
    known = [r for r in records if r.customer is not None]
    count = len({r.customer.id for r in known if r.customer})
    while left:
        cluster = [left.pop()]
        for member in cluster:
            near = [r for r in left if alike(member, r)]
            cluster += near
            left = [r for r in left if r not in near]
        count += not any(alike(member, r) for member in cluster for r in known)
    return count


@pytest.mark.parametrize("parts", [1, 7])
def test_short_words_are_in_no_group(parts: int) -> None:
    world = World()
    for some in _cut([said(f"r{n}", "很好用") for n in range(20)], 20 // parts):
        world.take(*some)
    assert world.groups() == set()
    assert world.people() == 20
    assert len(world.linker) == 0
