"""A screening equals one made with plain Python from the raw tables: who is left out, every point, the order."""

import datetime as dt
import random
from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from assistant.domain.filters import Filters
from assistant.domain.insights import Reading
from assistant.domain.records import MaskedText
from assistant.records.repository import Repository
from assistant.records.screening import screen
from tests.records.builders import insight, parsed, record

PHONE = "phone-00000000000000a1"
WEIGHTS = {
    "tier": 30,
    "voice": 30,
    "advocate": 15,
    "praise": 5,
    "suggestions": 10,
    "recent": 5,
    "leads": 5,
    "at_risk": -10,
}


@pytest.fixture
def filled(store: Repository) -> Repository:
    """Ninety tickets of thirty customers, one of whom is known by a telephone too."""
    dice = random.Random(11)
    made, readings = [], []
    for n in range(90):
        who = PHONE if n == 50 else f"C{dice.randrange(30)}"
        day = dt.date(2025, 6, 1) + dt.timedelta(days=dice.randrange(400))
        one = record(
            f"R-{n}", f"第{n}条，水温不稳" * dice.randint(1, 30), customer=who, created_at=f"{day}T08:00:00+08:00"
        )
        assert one.customer is not None
        owned = tuple(["X5", "P2", "L3"][: int(who[1:]) % 4]) if who.startswith("C") else ("R8",)
        one = replace(one, source="shop" if who == PHONE else "crm", text=MaskedText(one.text),
                      customer=replace(one.customer, owned=owned, bought_service=len(owned) == 1))  # fmt: skip
        names = ("resale_aversion", "advocate", "churn_risk", "escalation")
        signals: Any = {name: dice.random() < (0.04 if name == "resale_aversion" else 0.15) for name in names}
        needs = tuple(
            replace(insight(one, aspect=aspect, sentiment=dice.choice(["positive", "negative"])),
                    suggestion=dice.choice([None, "加个提示"]), signals=signals)
            for aspect in dice.sample(["price", "quality"], dice.randint(0, 2))
        )  # fmt: skip
        made.append(one)
        readings.append(Reading(one.id, not needs, needs, signals))
    store.save_records([(one, None) for one in made])
    store.save_contacts([(PHONE, "C7")])
    store.save_readings(readings, "rules-1", "rules")
    return store


def test_every_point_of_every_customer(filled: Repository) -> None:
    with filled.database.reading() as connection:
        rows = [dict(row) for row in connection.execute(text("SELECT * FROM records")).mappings()]
        needs = [dict(row) for row in connection.execute(text("SELECT * FROM insights")).mappings()]
        leads = [dict(row) for row in connection.execute(text("SELECT * FROM leads")).mappings()]
        people = {row["id"]: dict(row) for row in connection.execute(text("SELECT * FROM customers")).mappings()}
    assert "C7" in {row["person"] for row in rows if row["customer_id"] == PHONE}
    today = max(row["day"] for row in rows)

    def age(day: str) -> int:
        return (dt.date.fromisoformat(today) - dt.date.fromisoformat(day)).days

    theirs = defaultdict(list)
    for row in rows:
        theirs[row["person"]].append({**row, "said": parsed(row["signals"])})
    expect: dict[str, dict[str, float]] = {}
    averse = quiet = 0
    for person, own in theirs.items():
        ids = {row["id"] for row in own}
        mine = [need for need in needs if need["record_id"] in ids]
        usable = [row for row in own if not row["noise"]]
        last = {name: max((str(row["day"]) for row in own if row["said"][name]), default="") for name in own[0]["said"]}
        if last["resale_aversion"]:
            averse += 1
            continue
        voice = (25 * min(1, len(usable) / 5) + 15 * min(1, len(usable) / 12)
                 + 30 * min(1, sum(len(row["text"]) for row in usable) / 600)
                 + 30 * min(1, len({(need["aspect"], need["deep_category"]) for need in mine}) / 4))  # fmt: skip
        if round(voice, 1) < 10:
            quiet += 1
            continue
        known = [one for one in people.values() if one["id"] in {row["customer_id"] for row in own}]
        owned = {item for one in known for item in parsed(one["owned"])}
        service = any(one["bought_service"] for one in known)
        tier = (
            1
            if len(owned) >= 3 or (len(owned) >= 2 and service)
            else 2 / 3
            if len(owned) >= 2 or service
            else len(owned) / 3
        )
        risky = any(last[name] and age(last[name]) <= 180 for name in ("churn_risk", "escalation"))
        amounts = {
            "tier": tier,
            "voice": round(voice, 1) / 100,
            "advocate": bool(last["advocate"]) and age(last["advocate"]) <= 730,
            "praise": sum(need["sentiment"] == "positive" for need in mine) / 3,
            "suggestions": sum(bool(need["suggestion"]) for need in mine) / 3,
            "recent": 1 - age(max(row["day"] for row in own)) / 365,
            "leads": len({lead["type"] for lead in leads if lead["record_id"] in ids}) / 2,
            "at_risk": risky,
        }
        points = {name: round(WEIGHTS[name] * min(1, max(0, float(part))), 1) for name, part in amounts.items()}
        expect[person] = {name: part for name, part in points.items() if part}
    found = screen(filled.database, Filters())
    assert (found.considered, found.averse, found.quiet) == (len(theirs), averse, quiet)
    assert {one.customer_id: {part.name: part.points for part in one.parts} for one in found.customers} == expect
    scores = {person: round(sum(parts.values()), 1) for person, parts in expect.items()}
    assert [one.customer_id for one in found.customers] == sorted(scores, key=lambda one: (-scores[one], one))
    assert [one.score for one in found.customers] == pytest.approx(sorted(scores.values(), reverse=True))
