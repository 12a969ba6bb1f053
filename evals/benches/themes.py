"""Themes of a large corpus: 100,000 insights grouped, 1,000 more taken in, and a million counted.

Run by itself: ``python -m evals.benches.themes [INSIGHTS]``. The insights are made from the sample's planted needs, put
together anew and told of eight product lines, and written to the store as they are: what is measured is grouping and
counting, not reading.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert, text

from assistant.records.database import Database
from assistant.records.tables import insights, records
from assistant.records.tables.voices import FACTS
from evals.benches.search import Figure
from evals.workbench import CASES, read_lines

VOC = str(Path(sys.executable).with_name("voc"))
LINES = ("X5", "P2", "R8", "L3", "N7", "C4", "T9", "M1")
_BATCH = 5_000
ASKED = (
    ("--by", "theme"), ("--by", "aspect"), ("--by", "product"), ("--by", "month"),
    ("--by", "theme", "--since", "2025-03-01"), ("--by", "segment", "--since", "2025-03-01", "--sentiment", "negative"),
)  # fmt: skip
"""What `voc stats` is asked, as whole processes."""


def planted() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """(planted need, its record) for every planted need of the sample."""
    found = {row["id"]: row for row in read_lines(CASES / "records.jsonl")}
    return [(need, found[row["id"]]) for row in read_lines(CASES / "truth.jsonl") for need in row["needs"]]


def made_rows(first: int, count: int, seed: int = 7) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """(record, insight) rows from number `first` on: the wording of two tellings of one need, on some product line."""
    by_need: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = {}
    for need, record in planted():
        by_need.setdefault(need["need"], []).append((need, record))
    needs = sorted(by_need)
    for number in range(first, first + count):
        dice = random.Random(seed * 1_000_003 + number)  # noqa: S311 - made-up data
        told = by_need[needs[dice.randrange(len(needs))]]
        (need, record), (other, _) = dice.choice(told), dice.choice(told)
        shift = dice.randrange(len(LINES)) if dice.random() < 0.5 else 0
        product = LINES[(LINES.index(record["product"]) + shift) % len(LINES)] if record["product"] else None
        quote = f"{need['quote'][: len(need['quote']) * 2 // 3]}，{other['quote'][-12:]}{number % 97}"
        yield _record(number, record, product, quote, dice), _insight(number, need, other, quote)


def fill(database: Database, first: int, count: int) -> None:
    """Write so many made records with one insight each."""
    pairs = made_rows(first, count)
    with database.writing() as connection:
        for _ in range(0, count, _BATCH):
            part = [pair for _, pair in zip(range(_BATCH), pairs, strict=False)]
            if part:
                connection.execute(insert(records), [record for record, _ in part])
                connection.execute(insert(insights), [_with_facts(own, record) for record, own in part])


def _with_facts(own: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """The insight with what it repeats of its record."""
    return {**own, "whose": record["person"], **{fact: record.get(fact) for fact in FACTS}}


def _record(number: int, like: dict[str, Any], product: str | None, quote: str, dice: random.Random) -> dict[str, Any]:
    day = f"{2025 + dice.randrange(2)}-{1 + dice.randrange(12):02d}-{1 + dice.randrange(28):02d}"
    customer = f"c{dice.randrange(10**9) % 700_000}"
    return {
        "id": f"r_{number:012x}",
        "source": "bench",
        "external_id": f"B{number}",
        "channel": like["channel"],
        "created_at": f"{day}T10:00:00+08:00",
        "day": day,
        "month": day[:7],
        "product": product,
        "customer_id": customer,
        "segment": (like["customer"] or {}).get("segment"),
        "person": customer,
        "text": quote,
        "turns": [],
        "masked": [],
        "metadata": {},
        "script": "hans",
        "content_hash": str(number),
        "reading_hash": str(number),
        "reading_key": "made",
        "noise": False,
        "signals": {},
        "added_at": day,
        "updated_at": day,
    }


def _insight(number: int, need: dict[str, Any], other: dict[str, Any], quote: str) -> dict[str, Any]:
    rungs = {"surface": need["surface"], "secondary": other["secondary"], "deep": need["deep"]}
    standing = {"standing_surface": "stated", "standing_secondary": "implied", "standing_deep": "hypothesis"}
    coded = {name: need[name] for name in ("deep_category", "aspect", "sentiment", "severity")}
    return {
        "id": f"in_{number:012x}",
        "record_id": f"r_{number:012x}",
        **rungs,
        **standing,
        **coded,
        "journey_stage": "after_sale",
        "quote": quote,
        "start": 0,
        "end": len(quote),
        "opportunities": [],
        "signals": {},
        "engine": "llm",
    }


def theme_figures(folder: Path, count: int = 100_000) -> Iterator[Figure]:
    """Time and memory of grouping `count` insights, the same again, and a thousand more."""
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(f"sqlite:///{folder / 'voc.db'}", folder / "write.lock")
    fill(database, 0, count)
    _voc(folder, "index")
    seconds, megabytes = _voc(folder, "themes")
    yield Figure(f"{count:,} insights grouped and named", seconds, "s", most=300)
    yield Figure("  peak memory of the process", megabytes, "MB", most=3_000)
    yield Figure("  the same again", _voc(folder, "themes")[0], "s", most=60)
    fill(database, count, 1_000)
    before = _homes(database)
    yield Figure(f"1,000 more into {count:,}", _voc(folder, "themes")[0], "s", most=10)
    after = _homes(database)
    kept = sum(after.get(one) == theme for one, theme in before.items())
    yield Figure("  old members that kept their theme", kept / max(1, len(before)), "", least=0.95)
    database.close()


def counting_figures(folder: Path, count: int = 1_000_000) -> Iterator[Figure]:
    """`voc stats` over a million insights in two hundred themes, as a whole process."""
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(f"sqlite:///{folder / 'voc.db'}", folder / "write.lock")
    fill(database, 0, count)
    with database.writing() as connection:
        connection.execute(text("UPDATE insights SET theme_id = 'th_' || (rowid % 200)"))
    database.close()
    for asked in ASKED:
        seconds, _ = _voc(folder, "stats", *asked)
        yield Figure(f"voc stats {' '.join(asked)} over {count:,} insights", seconds, "s", most=2)


def _homes(database: Database) -> dict[str, str]:
    with database.reading() as connection:
        rows = connection.execute(text("SELECT id, theme_id FROM insights WHERE theme_id IS NOT NULL")).all()
    return {row[0]: row[1] for row in rows}


def _voc(folder: Path, *arguments: str) -> tuple[float, float]:
    """(seconds, peak megabytes) of one whole process of ours with no key and no endpoint."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("VOC_", "OPENAI_"))}
    started = time.perf_counter()
    process = subprocess.Popen(
        [VOC, *arguments, "--json"], stdout=subprocess.DEVNULL, env={**environment, "VOC_DATA_DIR": str(folder)}
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3):
        raise SystemExit(f"voc {' '.join(arguments)} ended with {process.returncode}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def main(arguments: Sequence[str]) -> int:
    """Print all figures; 1 where a bound was not kept."""
    numbers = [int(one) for one in arguments if one.isdigit()]
    failed = 0
    with TemporaryDirectory(prefix="voc-themes-") as folder:
        counting = counting_figures(Path(folder) / "counting", 10 * numbers[0] if numbers else 1_000_000)
        for figures in (counting, theme_figures(Path(folder) / "themes", *numbers)):
            for figure in figures:
                failed += not figure.kept
                print(figure, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
