"""Frictions, delights and comparisons equal what is counted by hand from the raw tables."""

import datetime as dt
import math
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from assistant.domain.counts import ImpactWeights
from assistant.domain.filters import Filters
from assistant.domain.insights import Reading
from assistant.records.comparing import compare
from assistant.records.impact import delight, friction
from assistant.records.repository import Repository
from tests.records.builders import insight, parsed, record


@pytest.fixture(scope="module")
def filled(new_store: Callable[[], Repository]) -> Repository:
    """Three hundred records of sixty customers over half a year, with moods, severities and signals by chance."""
    store = new_store()
    chance = random.Random(3)
    records, readings = [], []
    for n in range(300):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=chance.randrange(180))
        one = record(
            f"R-{n}",
            f"第{n}条 水温不稳",
            product=chance.choice(["X5", "P2"]),
            customer=f"C{chance.randrange(60)}" if chance.random() < 0.8 else None,
            segment=chance.choice(["consumer", "dealer"]),
            created_at=f"{day}T08:00:00+08:00",
        )
        if one.customer and chance.random() < 0.5:
            one = replace(one, customer=replace(one.customer, owned=("X5", "P2"), bought_service=False))
        signals: Any = {
            name: chance.random() < 0.2
            for name in ("churn_risk", "advocate", "resale_aversion", "escalation", "repeat_contact")
        }
        found = [
            replace(
                insight(one, aspect=aspect, sentiment=chance.choice(["negative", "mixed", "positive", "neutral"])),
                severity=chance.randint(1, 5),
                signals=signals,
            )
            for aspect in chance.sample(["price", "quality", "software"], chance.randint(0, 2))
        ]
        records.append((one, None))
        readings.append(Reading(one.id, not found, tuple(found), signals))
    store.save_records(records)
    store.save_readings(readings, "rules-1", "rules")
    return store


def raw(store: Repository) -> list[dict[str, Any]]:
    """The raw tables, read without any of the product's conditions: one dict per record."""
    with store.database.reading() as connection:
        rows = [dict(row) for row in connection.execute(text("SELECT * FROM records")).mappings()]
        people = {row["id"]: dict(row) for row in connection.execute(text("SELECT * FROM customers")).mappings()}
        needs: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for need in connection.execute(text("SELECT * FROM insights")).mappings():
            needs[need["record_id"]].append(dict(need))
    for row in rows:
        row["insights"] = needs[row["id"]]
        row["signals"] = parsed(row["signals"])
        owner = people.get(row["customer_id"])
        row["valued"] = owner is not None and (len(parsed(owner["owned"])) >= 2 or bool(owner["bought_service"]))
        later = sorted(
            (other["day"], other["id"])
            for other in rows
            if other["customer_id"] == row["customer_id"] is not None
            and (other["day"], other["id"]) > (row["day"], row["id"])
        )
        row["wait"] = (
            (dt.date.fromisoformat(later[0][0]) - dt.date.fromisoformat(row["day"])).days if later else math.inf
        )
    return rows


@pytest.mark.parametrize(
    "filters", [Filters(), Filters(product=("X5",), since="2026-02-01"), Filters(aspect=("price",))]
)
def test_frictions_are_counted_and_weighed(filled: Repository, filters: Filters) -> None:
    weights = ImpactWeights(repeat_7=1, repeat_30=0.25, escalation=2, churn_risk=3, valued=0.5)
    expected: dict[str, dict[str, Any]] = {}
    kept = [
        row
        for row in raw(filled)
        if (not filters.product or row["product"] in filters.product)
        and (not filters.since or row["day"] >= filters.since)
    ]
    for aspect in {"price", "quality", "software"} & set(filters.aspect or ("price", "quality", "software")):
        hits = [
            (row, need)
            for row in kept
            for need in row["insights"]
            if need["aspect"] == aspect and need["sentiment"] in ("negative", "mixed")
        ]

        def people(test: Any, among: Any = tuple(hits)) -> int:
            return len({row["person"] for row, _ in among if test(row)})

        severity = sum(need["severity"] for _, need in hits) / len(hits)
        n = people(lambda _: True)
        parts = {
            "repeat_7": people(lambda row: row["wait"] <= 7),
            "repeat_30": people(lambda row: row["wait"] <= 30),
            "escalation": people(lambda row: row["signals"]["escalation"]),
            "churn_risk": people(lambda row: row["signals"]["churn_risk"]),
            "valued": people(lambda row: row["valued"]),
        }
        weight = (
            parts["repeat_7"] + 0.25 * parts["repeat_30"] + 2 * parts["escalation"]
            + 3 * parts["churn_risk"] + 0.5 * parts["valued"]
        )  # fmt: skip
        expected[aspect] = {**parts, "customers": n, "severity": severity, "score": severity * (n + weight)}
        expected[aspect]["records"] = len({row["id"] for row, _ in hits})
        expected[aspect]["reach"] = n / len({row["person"] for row in kept})
    rows = friction(filled.counting, "aspect", filters, weights)
    assert {row.key for row in rows} == set(expected)
    for row in rows:
        for name, value in expected[row.key].items():
            assert getattr(row, name) == pytest.approx(value), (row.key, name)
    assert [row.score for row in rows] == sorted((row.score for row in rows), reverse=True)


def test_delights_are_counted_apart_from_complaints(filled: Repository) -> None:
    rows = {row.key: row for row in delight(filled.counting, "product", Filters())}
    for product, row in rows.items():
        glad = [
            r
            for r in raw(filled)
            if r["product"] == product and any(need["sentiment"] == "positive" for need in r["insights"])
        ]
        assert row.records == len(glad)
        assert row.customers == len({r["person"] for r in glad})
        assert row.advocate == len({r["person"] for r in glad if r["signals"]["advocate"]})


@pytest.mark.parametrize("by", ["product", "aspect", "region", "week", "sentiment", "journey_stage", "model"])
def test_every_dimension_counts_what_stands_in_the_tables(filled: Repository, by: Any) -> None:
    expected = defaultdict(set)
    for row in raw(filled):
        monday = dt.date.fromisoformat(row["day"])
        week = (monday - dt.timedelta(days=monday.weekday())).isoformat()
        if by in ("aspect", "sentiment", "journey_stage"):
            keys = {need[by] for need in row["insights"]}
        else:
            keys = {week if by == "week" else row[by] or "unknown"}
        for key in keys:
            expected[key].add(row["id"])
    assert {row.key: row.records for row in filled.counting.rows(by, Filters())} == {
        key: len(ids) for key, ids in expected.items()
    }


def test_two_segments_are_told_apart_only_where_they_differ(store: Repository) -> None:
    records, readings = [], []
    for segment, dear in (("consumer", 10), ("dealer", 40)):
        for n in range(100):
            one = record(f"{segment}-{n}", customer=f"{segment}{n}", segment=segment)
            aspect = "price" if n < dear else "quality" if n < 97 else "design"
            records.append((one, None))
            readings.append(Reading(one.id, False, (insight(one, aspect=aspect),)))
    store.save_records(records)
    store.save_readings(readings, "rules-1", "rules")
    found = compare(store.counting, "aspect", Filters(segment=("dealer",)), Filters(segment=("consumer",)))
    rows = {row.key: row for row in found.rows}
    assert found.bases == (100, 100)
    assert rows["price"].records == (40, 10)
    assert rows["price"].significant
    assert rows["price"].interval[0] > 0.15 > 0
    assert rows["price"].difference == pytest.approx(0.30)
    assert (rows["design"].too_few, rows["design"].significant) == (True, False)
    same = compare(store.counting, "aspect", Filters(segment=("dealer",)), Filters(segment=("dealer",)))
    assert not any(row.significant for row in same.rows)
