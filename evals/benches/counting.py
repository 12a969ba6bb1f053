"""How long counting takes over a big store: ``python -m evals.benches.counting [RECORDS]``.

The records are made up; customers write four times on average, every record has one need, a third a chance to sell.
"""

import datetime as dt
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Integer, String, cast, func, insert, update

from assistant.domain.filters import Filters
from assistant.domain.insights import Insight, LadderStanding, Opportunity, Reading
from assistant.domain.records import Customer, MaskedText, Record, record_id
from assistant.domain.themes import Theme
from assistant.domain.vocabulary import (
    ASPECTS,
    CHANNELS,
    DEEP_CATEGORIES,
    DIMENSIONS,
    NBN_TYPES,
    OPPORTUNITY_TYPES,
    SEGMENTS,
    SIGNAL_NAMES,
)
from assistant.records.comparing import compare, group_of
from assistant.records.database import Database, chunks
from assistant.records.impact import delight, friction
from assistant.records.lead_funnel import funnel
from assistant.records.repository import Repository
from assistant.records.rows import insight_values, record_values
from assistant.records.screening import screen
from assistant.records.tables import customers, idea_themes, ideas, insights, leads, records
from assistant.records.tables.voices import FACTS
from assistant.records.theme_watch import watch_themes
from assistant.records.views import page
from evals.benches.search import Figure

BATCH = 2_000
THEMES = 60
_STANDING = LadderStanding()
_TEXT = "升级之后老是掉线，重启也没有用，想买个能用的"
_AT = "2026-12-31T00:00:00+00:00"
ASKED = (
    *(("--by", by) for by in DIMENSIONS),
    ("--by", "theme", "--since", "2026-07-01"), ("--by", "aspect", "--segment", "sme", "--product", "X5"),
    ("--by", "month", "--aspect", "price"), ("--by", "region", "--since", "2026-04-01", "--sentiment", "negative"),
    ("--by", "nbn", "--since", "2026-02-01"), ("--by", "region", "--since", "2026-02-01"),
    ("--by", "aspect", "--since", "2026-02-01"), ("--by", "segment", "--since", "2026-02-01", "--sentiment", "negative"),
    ("--by", "week", "--sentiment", "negative"), ("--by", "theme", "--region", "地区3"),
)  # fmt: skip
"""What `voc stats` is asked, as whole processes."""


def counting_figures(folder: Path, count: int = 100_000) -> Iterator[Figure]:
    """Milliseconds of each count, as soon as it is known."""
    database = Database(f"sqlite:///{folder / 'voc.db'}", folder / "write.lock")
    store = Repository(database)
    fill(store, count)
    none, year = Filters(), Filters(since="2026-07-01", until="2026-12-31", segment=("sme",))
    counted = store.counting
    asked: tuple[tuple[str, Callable[[], object]], ...] = (
        ("totals", lambda: counted.totals(none)),
        ("stats by theme", lambda: counted.rows("theme", none)),
        ("stats by month", lambda: counted.rows("month", none)),
        ("stats by NBN potential", lambda: counted.rows("nbn", none)),
        ("stats by region, half a year of one segment", lambda: counted.rows("region", year)),
        ("weeks of every theme", lambda: counted.weekly(none)),
        ("friction by theme", lambda: friction(counted, "theme", none)),
        ("delight by product", lambda: delight(counted, "product", none)),
        (
            "two months compared",
            lambda: compare(counted, "theme", group_of(none, "2026-08"), group_of(none, "2026-07")),
        ),
        ("a page of leads", lambda: store.list_leads(none, 50)),
        ("the funnel of leads", lambda: funnel(database, "type", none)),
        ("a page of customers with tags", lambda: page(store, "customers", none, 50)),
        ("everybody screened", lambda: screen(database, none)),
        ("themes watched for alerts", lambda: watch_themes(database, 28, 7, {})),
    )
    for name, ask in asked:
        started = time.perf_counter()
        ask()
        yield Figure(f"{name}, {count:,} records", 1000 * (time.perf_counter() - started), "ms")
    database.close()


def fill(store: Repository, count: int) -> None:
    """Put made-up records, their needs and leads into an empty store, in bulk: it is the counting that is measured."""
    dice = random.Random(1)  # noqa: S311 - made-up records
    people = max(1, count // 4)
    with store.database.writing() as connection:
        everybody = [_customer(n, dice) for n in range(people)]
        known = [{**asdict(one), "owned": list(one.owned)} for one in everybody]
        for some in chunks(known, BATCH):
            connection.execute(insert(customers), list(some))
        for at in range(0, count, BATCH):
            made = [_record(n, dice, everybody) for n in range(at, min(count, at + BATCH))]
            rows = [(record_values(one, _AT), _reading(one, dice)) for one in made]
            connection.execute(insert(records), [_read(values, of) for values, of in rows])
            needs = [(values, need) for values, of in rows for need in of.insights]
            connection.execute(insert(insights), [_need(values, need) for values, need in needs])
            chances = [_lead(values, need, of) for values, need in needs for of in need.opportunities]
            connection.execute(insert(leads), chances)
    store.save_themes(
        [Theme(f"th_{n}", f"需求{n}", "", "", "", "", _STANDING, "trust", "rules") for n in range(THEMES)], {}, {}, []
    )
    with store.database.writing() as connection:
        ordinal = cast(func.substr(insights.c.id, 4), Integer)
        connection.execute(update(insights).values(theme_id="th_" + cast(ordinal % THEMES, String)))
        connection.execute(insert(ideas), [_idea(n) for n in range(THEMES)])
        answered = [
            {"idea_id": f"id_{n}", "theme_id": f"th_{theme}"} for n in range(THEMES) for theme in {n, 7 * n % THEMES}
        ]
        connection.execute(insert(idea_themes), answered)


def _idea(n: int) -> dict[str, Any]:
    return {
        "id": f"id_{n}", "nbn_type": NBN_TYPES[n % len(NBN_TYPES)], "title": f"点子{n}", "score": 1.0, "status": "new",
        "engine": "rules", "content": {}, "shaped_by": "", "created_at": _AT,
    }  # fmt: skip


def _read(values: dict[str, Any], of: Reading) -> dict[str, Any]:
    return {**values, "signature": None, "reading_key": values["reading_hash"], "noise": False, "signals": of.signals}


def _need(values: dict[str, Any], need: Insight) -> dict[str, Any]:
    return {**insight_values(need), "whose": values["person"], **{name: values[name] for name in FACTS}}


def _lead(values: dict[str, Any], need: Insight, of: Opportunity) -> dict[str, Any]:
    return {
        "id": f"ld_{need.id}", "record_id": need.record_id, "insight_id": need.id, "customer_id": values["customer_id"],
        "type": of.type, "quote": of.quote, "start": of.start, "end": of.end, "status": "new", "owner": None,
        "created_at": _AT, "current": True,
    }  # fmt: skip


def _customer(n: int, dice: random.Random) -> Customer:
    owned = tuple(dice.sample(["X5", "P2", "L3", "R8"], dice.randint(0, 3)))
    return Customer(f"C{n}", dice.choice(SEGMENTS), f"地区{dice.randrange(30)}", "2024", owned)


def _record(n: int, dice: random.Random, everybody: list[Customer]) -> Record:
    day = dt.date(2026, 1, 1) + dt.timedelta(days=dice.randrange(365))
    return Record(
        id=record_id("bench", str(n)), external_id=str(n), source="bench", channel=dice.choice(CHANNELS),
        text=MaskedText(_TEXT), created_at=f"{day}T08:00:00+08:00", product=dice.choice(["X5", "P2", "L3"]),
        model=dice.choice(["标准", "增强", "旗舰"]), customer=dice.choice(everybody),
    )  # fmt: skip


def _reading(of: Record, dice: random.Random) -> Reading:
    signals: Any = {name: dice.random() < 0.05 for name in SIGNAL_NAMES}
    chances = (
        (Opportunity(dice.choice(OPPORTUNITY_TYPES), of.text[15:], 15, len(of.text)),) if dice.random() < 0.33 else ()
    )
    need = Insight(
        id=f"in_{of.external_id}", record_id=of.id, surface="掉线", secondary="耽误事", deep="要靠得住", standing=_STANDING,
        deep_category=dice.choice(DEEP_CATEGORIES), aspect=dice.choice(ASPECTS), severity=dice.randint(1, 5),
        sentiment=dice.choice(["negative", "negative", "positive", "mixed"]), journey_stage="after_sale",
        quote=of.text[:4], start=0, end=4, engine="rules", opportunities=chances, signals=signals,
    )  # fmt: skip
    return Reading(of.id, False, (need,), signals)


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with TemporaryDirectory() as folder:
        for figure in counting_figures(Path(folder), count):
            print(f"{figure.name:70} {figure.value:10.1f} {figure.unit}")


if __name__ == "__main__":
    main()
