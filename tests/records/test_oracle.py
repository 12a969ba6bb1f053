"""Every count equals one made with plain Python from the raw tables, which knows nothing of the product's SQL."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import pytest
from scipy.stats import binomtest, chi2_contingency, false_discovery_control
from sqlalchemy import text

from assistant.domain.filters import Filters
from assistant.domain.insights import LadderStanding, Reading
from assistant.domain.records import Record
from assistant.domain.statistics import wilson
from assistant.domain.themes import Theme
from assistant.domain.vocabulary import DIMENSIONS, SEGMENTS, Dimension, SignalName
from assistant.records.comparing import FEWEST, compare
from assistant.records.lead_funnel import FunnelKey, funnel
from assistant.records.lead_store import LeadChange
from assistant.records.repository import Repository
from tests.records.builders import insight, parsed, record

RECORD_DIMENSIONS = ("product", "model", "segment", "channel", "region", "month", "week")
PHONES = ("phone-00000000000000a1", "phone-00000000000000b2")
Raw = list[dict[str, Any]]
UNHEARD: Any = {"theme": (), "deep_category": (), "aspect": (), "sentiment": ()}


@pytest.fixture(params=[1, 2], scope="module")
def filled(new_store: Callable[[], Repository], request: pytest.FixtureRequest) -> Repository:
    """A store filled by chance through the doors: repeats, nobody's records, joined customers, themes, ideas, leads."""
    store = new_store()
    dice = random.Random(request.param)
    made: list[Record] = []
    for n in range(140):
        day = dt.date(2026, 1, 20) + dt.timedelta(days=dice.randrange(120))
        who = dice.choice([f"C{dice.randrange(25)}", f"u_{n}", dice.choice(PHONES), None])
        one = record(
            f"R-{n}",
            f"第{n}条 水温不稳",
            product=dice.choice(["X5", "P2", "", None]),
            customer=who,
            segment=dice.choice(SEGMENTS[:3]) if who and who.startswith("u_") else "consumer",
            channel=dice.choice(["ticket", "review", "call"]),
            created_at=None if n % 13 == 0 else f"{day}T08:00:00+08:00",
            near_duplicate_of=dice.choice(made).id if n > 10 and dice.random() < 0.15 else None,
        )
        where = dice.choice(["江苏", "广东", None])
        one = replace(one, model=dice.choice(["A", "B", None]), source=dice.choice(["crm", "shop"]))
        one = replace(one, customer=replace(one.customer, region=where)) if one.customer else one
        made.append(one)
    store.save_records([(one, None) for one in made])
    store.save_contacts([(PHONES[0], "C1"), (PHONES[1], "C2"), (PHONES[1], "C3")])
    store.save_readings([_reading(one, dice) for one in made if dice.random() < 0.9], "rules-1", "rules")
    _themes(store, dice)
    for lead, _ in zip(store.list_leads(Filters(), None)[0], range(12), strict=False):
        for change in dice.choice(
            [[], ["assigned"], ["assigned", "contacted"], ["contacted", "won"], ["assigned", "lost"]]
        ):
            owner = dice.choice(["小王", "小李"]) if change == "assigned" else None
            store.change_lead(lead["id"], LeadChange(change, owner), "test")  # type: ignore[arg-type]
    return store


def _reading(of: Record, dice: random.Random) -> Reading:
    names: tuple[SignalName, ...] = get_args(SignalName)
    signals: dict[SignalName, bool] = {name: dice.random() < 0.08 for name in names}
    needs = []
    for aspect in dice.sample(["price", "quality", "software"], dice.randint(0, 2)):
        mood = dice.choice(["negative", "mixed", "positive", "neutral"])
        one = insight(of, aspect=aspect, deep=dice.choice(["trust", "ease"]), sentiment=mood)
        stage: Any = dice.choice(["pre_sale", "after_sale"])
        chances = one.opportunities if dice.random() < 0.5 else ()
        needs.append(
            replace(one, severity=dice.randint(1, 5), journey_stage=stage, opportunities=chances, signals=signals)
        )
    return Reading(of.id, not needs, tuple(needs), signals)


def _themes(store: Repository, dice: random.Random) -> None:
    themes = [
        Theme(f"th_{n}", f"需求{n}", "", "", "", "", LadderStanding(), "trust", "rules", archived=n == 3)
        for n in range(4)
    ]
    placed = {one.insight.id: dice.choice(["th_0", "th_1", "th_2", "th_3"]) for one in store.placed_insights()}
    store.save_themes(themes, {one: of for one, of in placed.items() if dice.random() < 0.8}, {}, [])
    with store.database.writing() as connection:
        connection.execute(text("UPDATE themes SET archived = true WHERE id = 'th_3'"))
        for n, kind in enumerate(["new_product", "better_product", "better_product"]):
            connection.execute(
                text(
                    "INSERT INTO ideas (id, nbn_type, title, score, status, engine, content, shaped_by, created_at) "
                    f"VALUES ('id_{n}', '{kind}', 't', 1, 'new', 'rules', '{{}}', '', '')"
                )
            )
            for theme in range(n + 1):
                connection.execute(text(f"INSERT INTO idea_themes (idea_id, theme_id) VALUES ('id_{n}', 'th_{theme}')"))


def raw(store: Repository) -> Raw:
    """Records with their insights, each with its theme's NBN types; read without any of the product's conditions."""
    with store.database.reading() as connection:
        rows = [dict(row) for row in connection.execute(text("SELECT * FROM records")).mappings()]
        needs: dict[str, Raw] = defaultdict(list)
        kinds: dict[str, set[str]] = defaultdict(set)
        told = "SELECT theme_id, nbn_type FROM idea_themes JOIN ideas ON ideas.id = idea_themes.idea_id"
        for theme, kind in connection.execute(text(told)):
            kinds[theme].add(kind)
        for need in connection.execute(text("SELECT * FROM insights")).mappings():
            needs[need["record_id"]].append({**need, "nbn": kinds[need["theme_id"]]})
    for row in rows:
        row["insights"] = needs[row["id"]]
        row["month"] = (row["day"] or "")[:7]
        day = dt.date.fromisoformat(row["day"]) if row["day"] else None
        row["week"] = (day - dt.timedelta(days=day.weekday())).isoformat() if day else ""
    return rows


def within(row: dict[str, Any], filters: Filters) -> bool:
    """The filters on a record, said again in Python."""
    named = {name.casefold() for name in filters.product}
    return (
        (not named or bool({(row["product"] or "").casefold(), (row["model"] or "").casefold()} & named))
        and (not filters.channel or row["channel"] in filters.channel)
        and (not filters.segment or row["segment"] in filters.segment)
        and (not filters.customer or row["customer_id"] in filters.customer)
        and (not filters.region or row["region"] in filters.region)
        and (not filters.since or (row["day"] or "") >= filters.since)
        and (not filters.until or (bool(row["day"]) and row["day"] <= filters.until))
    )


def heard(row: dict[str, Any], filters: Filters) -> Raw:
    """The insights of a record that satisfy the filters on insights."""
    names = {"theme": "theme_id", "deep_category": "deep_category", "aspect": "aspect", "sentiment": "sentiment"}
    return [
        need
        for need in row["insights"]
        if all(not getattr(filters, name) or need[column] in getattr(filters, name) for name, column in names.items())
    ]


def expected(rows: Raw, by: Dimension, filters: Filters) -> tuple[dict[str, tuple[int, int]], int]:
    """(key → (records, customers), base of the shares)."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    kept = [row for row in rows if within(row, filters)]
    about = [row for row in kept if filters == replace(filters, **UNHEARD) or heard(row, filters)]
    for row in about if by in RECORD_DIMENSIONS else kept:
        needs = heard(row, filters)
        if by in RECORD_DIMENSIONS:
            keys: set[str] = {row[by] or "unknown"}
        elif by == "theme":
            keys = {need["theme_id"] for need in needs} - {None, "th_3"}
        elif by == "nbn":
            keys = {kind for need in needs for kind in need["nbn"]}
        else:
            keys = {need[by] for need in needs}
        for key in keys:
            found[key].add((row["id"], row["person"]))
    base = len(about) if by in RECORD_DIMENSIONS else sum(row["reading_key"] is not None for row in kept)
    return {key: (len(ids), len({person for _, person in ids})) for key, ids in found.items()}, base


FILTERS = [
    Filters(),
    Filters(product=("x5",), since="2026-02-10", until="2026-04-10"),
    Filters(segment=("consumer",), channel=("ticket", "call"), region=("江苏", "广东")),
    Filters(aspect=("price", "software"), sentiment=("negative",)),
    Filters(theme=("th_0", "th_1"), since="2026-03-01"),
    Filters(deep_category=("ease",), product=("A",), segment=("consumer",)),
    Filters(customer=("C1", PHONES[0])),
    Filters(customer=("C1", "C2", "C3"), aspect=("price",)),
    Filters(until="2025-01-01"),
    Filters(since="2026-02-15"),
    Filters(region=("江苏",), sentiment=("negative", "mixed")),
]


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_every_dimension_under_every_filter(filled: Repository, filters: Filters) -> None:
    rows = raw(filled)
    for by in DIMENSIONS:
        counts, base = expected(rows, by, filters)
        found = filled.counting.rows(by, filters)
        assert {row.key: (row.records, row.customers) for row in found} == counts, by
        for row in found:
            assert row.share == pytest.approx(row.records / base)
            assert row.interval == pytest.approx(tuple(binomtest(row.records, base).proportion_ci(method="wilson")))
        order = sorted(counts) if by in ("month", "week") else sorted(counts, key=lambda k: (-counts[k][0], k))
        assert [row.key for row in found] == order


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_totals_and_mentions(filled: Repository, filters: Filters) -> None:
    rows = [row for row in raw(filled) if within(row, filters)]
    kept = [row for row in rows if filters == replace(filters, **UNHEARD) or heard(row, filters)]
    for said in ("", "7"):
        about = [row for row in kept if said in row["text"]]
        totals = filled.counting.mentions([said] if said else [], filters)
        assert (totals.records, totals.customers) == (len(about), len({row["person"] for row in about}))
        assert totals.records_read == sum(row["reading_key"] is not None for row in about)
        assert totals.insights == sum(len(heard(row, filters)) for row in about)
        if not said:
            loose = [one for row in about for one in heard(row, filters) if one["theme_id"] is None]
            assert filled.counting.unplaced(filters) == len(loose)


def test_the_period_before_of_every_dimension(filled: Repository) -> None:
    now, before = Filters(since="2026-03-01", until="2026-03-31"), Filters(since="2026-01-29", until="2026-02-28")
    for by in (one for one in DIMENSIONS if one not in ("month", "week")):
        earlier, _ = expected(raw(filled), by, before)
        for row in filled.counting.rows(by, now):
            n = earlier.get(row.key, (0, 0))[0]
            assert (row.previous, row.change) == (n, pytest.approx((row.records - n) / n) if n else None)


def test_weeks_and_months_leave_none_out(filled: Repository) -> None:
    rows = [row for row in raw(filled) if row["day"]]
    weeks, series, read = filled.counting.weekly(Filters())
    for theme, counts in series.items():
        told = [
            len({r["id"] for r in rows if r["week"] == week and any(i["theme_id"] == theme for i in r["insights"])})
            for week in weeks
        ]
        assert counts == told
    assert read == [sum(r["week"] == week and r["reading_key"] is not None for r in rows) for week in weeks]
    price = Filters(aspect=("price",))
    assert filled.counting.monthly(price) == [
        (
            month,
            sum(r["month"] == month and bool(heard(r, price)) for r in rows),
            sum(r["month"] == month for r in rows),
        )
        for month in sorted({r["month"] for r in rows})
    ]


@pytest.mark.parametrize("by", ["aspect", "channel", "theme", "sentiment"])
def test_a_comparison_is_the_pooled_test_with_false_discoveries_held_to_one_in_twenty(
    filled: Repository, by: Any
) -> None:
    groups = Filters(until="2026-03-15"), Filters(since="2026-03-16")
    (here, n), (there, m) = (expected(raw(filled), by, group) for group in groups)
    found = compare(filled.counting, by, *groups)
    assert found.bases == (n, m)
    assert {row.key: row.records for row in found.rows} == {
        key: (here.get(key, (0, 0))[0], there.get(key, (0, 0))[0]) for key in {*here, *there}
    }
    told = [row for row in found.rows if max(row.records) >= FEWEST]
    assert all(row.too_few != (row in told) for row in found.rows)
    tables = [[[a, n - a], [b, m - b]] for a, b in (row.records for row in told)]
    p = [1.0 if not any(map(sum, zip(*table, strict=True))) or 0 in map(sum, zip(*table, strict=True)) else
         float(chi2_contingency(table, correction=False).pvalue) for table in tables]  # fmt: skip
    outside = [row.interval[0] > 0 or row.interval[1] < 0 for row in told]
    found_by_test = [bool(q <= 0.05) for q in false_discovery_control(p)]
    assert [row.significant for row in told] == [q and out for q, out in zip(found_by_test, outside, strict=True)]
    for row in found.rows:
        shares = row.records[0] / n, row.records[1] / m
        assert (*row.shares, row.difference) == pytest.approx((*shares, shares[0] - shares[1]))
        assert row.interval[0] <= row.difference <= row.interval[1]


def test_no_difference_is_called_one_whose_interval_holds_nought(store: Repository) -> None:
    # 5 of 41 against 0 of 34: the pooled test says p = 0.035, the interval of the difference reaches over 0
    made = [record(f"A-{n}", f"第{n}条 水温不稳", product="X5") for n in range(41)]
    made += [record(f"B-{n}", f"第{n}条 噪音大", product="P2") for n in range(34)]
    named = {f"A-{n}" for n in range(5)}
    made = [replace(one, channel="review" if one.external_id in named else "call") for one in made]
    store.save_records([(one, None) for one in made])
    store.save_readings([Reading(one.id, True) for one in made], "rules-1", "rules")
    rows = compare(store.counting, "channel", Filters(product=("X5",)), Filters(product=("P2",))).rows
    review = next(row for row in rows if row.key == "review")
    assert review.records == (5, 0)
    assert not review.too_few
    assert review.interval[0] <= 0 <= review.interval[1]
    assert not any(row.significant for row in rows)


def test_the_wilson_interval_is_the_known_one() -> None:
    for n in (1, 2, 7, 40, 1000):
        for k in {0, 1, n // 3, n}:
            assert wilson(k, n) == pytest.approx(tuple(binomtest(k, n).proportion_ci(method="wilson")))


@pytest.mark.parametrize("by", get_args(FunnelKey))
def test_the_funnel_of_leads(filled: Repository, by: FunnelKey) -> None:
    with filled.database.reading() as connection:
        stored = [dict(row) for row in connection.execute(text("SELECT * FROM leads")).mappings()]
        events = connection.execute(text("SELECT lead_id, after FROM lead_events WHERE field = 'status'")).all()
    of = {row["id"]: row for row in raw(filled)}
    refusing = {row["person"] for row in of.values() if parsed(row["signals"] or "{}").get("resale_aversion")}
    groups: dict[tuple[str, str], Raw] = defaultdict(list)
    for lead in stored:
        groups[of[lead["record_id"]]["person"], lead["type"]].append(lead)
    expect: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(("registered", "held", "won", "lost", "assigned", "contacted"), 0))  # fmt: skip
    for (person, _), leads in groups.items():
        leads.sort(key=lambda one: (one["status"] == "new" and one["owner"] is None, not one["current"],
                                    of[one["record_id"]]["created_at"] or "", one["id"]))  # fmt: skip
        first = leads[0]
        row = expect[(of[first["record_id"]][by] if by in ("segment", "product") else first[by]) or "unknown"]
        if first["status"] == "new" and person in refusing:
            row["held"] += 1
            continue
        been = {after for lead_id, after in events if lead_id == first["id"]} | {first["status"]}
        row["registered"] += 1
        row["won"] += first["status"] == "won"
        row["lost"] += first["status"] == "lost"
        row["contacted"] += bool(been & {"contacted", "won"})
        row["assigned"] += bool(been & {"assigned", "contacted", "won"})
    rows, total = funnel(filled.database, by, Filters())
    assert {told.key: {name: getattr(told, name) for name in expect[told.key]} for told in rows} == expect
    assert total.registered == sum(counts["registered"] for counts in expect.values())
    for told in (*rows, total):
        closed = told.won + told.lost
        assert (told.win_rate.count, told.win_rate.of) == (told.won, closed)
        if closed:
            assert told.win_rate.interval == pytest.approx(
                tuple(binomtest(told.won, closed).proportion_ci(method="wilson"))
            )
