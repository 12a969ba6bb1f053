"""Every count equals one made from the raw records by hand."""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.domain.filters import Filters
from assistant.domain.insights import Insight
from assistant.domain.records import Customer, Record
from assistant.domain.statistics import wilson
from assistant.domain.themes import Theme
from assistant.records.repository import Repository
from tests.records.builders import insight, reading, record

Corpus = list[tuple[Record, list[Insight]]]


def made() -> Corpus:
    """Two hundred records over five months with repeats, unknown customers and one or two insights each."""
    chance = random.Random(7)
    corpus: Corpus = []
    for n in range(200):
        repeats = corpus[chance.randrange(n)][0].id if n > 10 and chance.random() < 0.1 else None
        made_record = record(
            f"R-{n}",
            f"第{n}条 {'掉线' if n % 3 else '漏水'}",
            product=chance.choice(["X5", "P2", None]),
            customer=f"C{chance.randrange(60)}" if chance.random() < 0.7 else None,
            segment=chance.choice(["consumer", "dealer"]),
            channel=chance.choice(["ticket", "review"]),
            created_at=f"2026-0{chance.randint(1, 5)}-1{chance.randint(0, 9)}T08:00:00+08:00",
            near_duplicate_of=repeats,
        )
        aspects = chance.sample(["price", "quality", "software"], chance.randint(0, 2))
        found = [
            replace(insight(made_record, aspect=a, deep=chance.choice(["trust", "control"])), id=f"in_{n}_{a}")
            for a in aspects
        ]
        corpus.append((made_record, found))
    return corpus


PERSONS: dict[str, str] = {}


def person(of: Record) -> str:
    """The customer, else whom the record counts as that this one repeats, else the record itself."""
    own = of.customer.id if of.customer else None
    PERSONS.setdefault(of.id, own or PERSONS.get(of.near_duplicate_of or "", of.near_duplicate_of or of.id))
    return PERSONS[of.id]


CORPUS = made()
for one, _ in CORPUS:
    person(one)


def fill(store: Repository) -> Repository:
    """The corpus in a store."""
    store.save_records([(one, None) for one, _ in CORPUS])
    store.save_readings([reading(one, *found) for one, found in CORPUS], "rules-1", "rules")
    return store


@pytest.fixture(scope="module")
def counted(new_store: Callable[[], Repository]) -> Repository:
    """The corpus in a store of either kind, for tests that change nothing."""
    return fill(new_store())


def kept(corpus: Corpus, filters: Filters) -> Corpus:
    """The filters, said again in Python."""
    items = []
    for r, found in corpus:
        segment = r.customer.segment if r.customer else None
        if filters.product and r.product not in filters.product:
            continue
        if filters.segment and segment not in filters.segment:
            continue
        if filters.since and (r.day or "") < filters.since:
            continue
        if filters.until and (r.day or "") > filters.until:
            continue
        items.append((r, [i for i in found if not filters.aspect or i.aspect in filters.aspect]))
    return items


FILTERS = [
    Filters(),
    Filters(product=("X5",)),
    Filters(segment=("dealer",), since="2026-02-15", until="2026-04-10"),
    Filters(aspect=("price", "software")),
    Filters(aspect=("price",), product=("P2",), since="2026-03-01"),
]


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("by", ["product", "segment", "channel", "month"])
def test_rows_about_records(counted: Repository, by: str, filters: Filters) -> None:
    expected = defaultdict(set)
    for r, found in kept(CORPUS, filters):
        if filters.aspect and not found:
            continue
        values = {
            "product": r.product or "unknown",
            "segment": (r.customer.segment if r.customer else None) or "unknown",
            "channel": r.channel,
            "month": (r.created_at or "")[:7],
        }
        expected[values[by]].add((r.id, person(r)))
    rows = counted.counting.rows(by, filters)  # type: ignore[arg-type]
    assert {row.key: (row.records, row.customers) for row in rows} == {
        key: (len({r for r, _ in pairs}), len({p for _, p in pairs})) for key, pairs in expected.items()
    }
    total = sum(len(pairs) for pairs in expected.values())
    assert all(row.share == pytest.approx(row.records / total) for row in rows)
    assert all(row.interval == pytest.approx(wilson(row.records, total)) for row in rows)


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("by", ["aspect", "deep_category"])
def test_rows_about_insights(counted: Repository, by: str, filters: Filters) -> None:
    expected = defaultdict(set)
    for r, found in kept(CORPUS, filters):
        for one in found:
            expected[getattr(one, by)].add((r.id, person(r)))
    rows = counted.counting.rows(by, filters)  # type: ignore[arg-type]
    assert {row.key: (row.records, row.customers) for row in rows} == {
        key: (len({r for r, _ in pairs}), len({p for _, p in pairs})) for key, pairs in expected.items()
    }


def test_totals_and_mentions(counted: Repository) -> None:
    totals = counted.counting.totals(Filters())
    assert (totals.records, totals.customers) == (200, len({person(r) for r, _ in CORPUS}))
    assert totals.insights == sum(len(found) for _, found in CORPUS)
    assert counted.counting.mentions(["掉线"], Filters()).records == sum("掉线" in r.text for r, _ in CORPUS)
    assert counted.counting.mentions(["100%", "_"], Filters()).records == 0
    either = counted.counting.mentions([], Filters(), any_of=["掉线", "太贵"]).records
    assert either == sum("掉线" in r.text or "太贵" in r.text for r, _ in CORPUS)
    both = counted.counting.mentions(["打印机"], Filters(), any_of=["掉线", "太贵"]).records
    assert both == sum("打印机" in r.text and ("掉线" in r.text or "太贵" in r.text) for r, _ in CORPUS)


@pytest.mark.parametrize("filters", [Filters(), Filters(channel=("review",)), Filters(aspect=("price",))])
def test_mentions_count_insights_and_customers_of_who_says_it(counted: Repository, filters: Filters) -> None:
    within = counted.record_ids(filters)
    saying = [(r, found) for r, found in CORPUS if "掉线" in r.text and (within is None or r.id in within)]
    kept = [i for _, found in saying for i in found if not filters.aspect or i.aspect in filters.aspect]
    told = counted.counting.mentions(["掉线"], filters)
    assert saying
    assert (told.records, told.customers) == (len(saying), len({person(r) for r, _ in saying}))
    assert told.insights == len(kept)


@pytest.mark.parametrize("filters", [Filters(), Filters(channel=("review",)), Filters(aspect=("price",))])
def test_pages_of_insights_are_pieces_of_the_whole_list(counted: Repository, filters: Filters) -> None:
    whole, total = counted.list_insights(filters, None)
    assert total == len(whole) > 20
    pages = [counted.list_insights(filters, 7, offset) for offset in range(0, total, 7)]
    assert [one for page, _ in pages for one in page] == whole
    assert {count for _, count in pages} == {total}


def test_the_period_before_is_counted_too(counted: Repository) -> None:
    filters = Filters(since="2026-03-01", until="2026-03-31")
    rows = {row.key: row for row in counted.counting.rows("channel", filters)}
    before = [r for r, _ in CORPUS if "2026-01-29" <= (r.day or "") <= "2026-02-28"]
    for key, row in rows.items():
        previous = sum(r.channel == key for r in before)
        assert row.previous == previous
        assert row.change == (None if previous == 0 else pytest.approx((row.records - previous) / previous))


def test_themes_are_counted_with_their_titles(store: Repository) -> None:
    fill(store)
    insights = [i for _, found in CORPUS for i in found]
    theme = Theme("th_1", "价格说不清", "", "", "", "", insights[0].standing, "fairness", "rules", trend="steady")
    assignment = {i.id: "th_1" for i in insights if i.aspect == "price"}
    store.save_themes([theme], assignment, {}, [("th_1", "founded", {"title": theme.title})])
    people = {person(r) for r, found in CORPUS for i in found if i.aspect == "price"}
    (row,) = store.counting.rows("theme", Filters())
    assert (row.label, row.records, row.customers) == ("价格说不清", len(assignment), len(people))
    (listed,) = store.themes()
    assert (listed.records, listed.customers) == (len(assignment), len(people))
    assert [event["kind"] for event in store.theme_history("th_1")] == ["founded"]
    voices = store.theme_voices("th_1", 100)
    assert len({person(store.record(v.record_id)) for v in voices}) == len(voices) == len(people)


def test_repeats_by_nobody_count_once_even_where_the_source_gives_a_region(store: Repository) -> None:
    first = record("A-1", customer="u_1")
    store.save_records([(first, None), (record("A-2", customer="u_2", near_duplicate_of=first.id), None)])
    totals = store.counting.totals(Filters())
    assert (totals.records, totals.customers) == (2, 1)


def test_a_month_is_compared_with_no_other_period(store: Repository) -> None:
    store.save_records([(record("A-1"), None)])
    (row,) = store.counting.rows("month", Filters(since="2026-03-01", until="2026-03-31"))
    assert (row.previous, row.change) == (None, None)


def test_who_moves_is_counted_where_they_are_now(store: Repository) -> None:
    """The region is no part of what is read: the needs stay, and go along."""
    first, other = (
        replace(one, customer=Customer(who, "consumer", region="江苏"))
        for one, who in ((record("a", "水温忽冷忽热"), "C1"), (record("b", "水压太小"), "C2"))
    )
    store.save_records([(first, None), (other, None)])
    store.save_readings([reading(one, insight(one, aspect="price")) for one in (first, other)], "x", "rules")
    store.save_records([(replace(first, customer=Customer("C1", "consumer", region="云南")), None)])
    told = store.counting.rows("region", Filters(aspect=("price",)))
    assert [(row.key, row.records, row.customers) for row in told] == [("云南", 1, 1), ("江苏", 1, 1)]
    assert store.counting.totals(Filters(region=("云南",), aspect=("price",))).insights == 1
