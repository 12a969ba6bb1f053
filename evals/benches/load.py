"""Two hundred people at the service at once, asking and browsing: ``make bench-load`` (``-m evals.benches.load``).

The service runs as `voc serve` on 10,000 records, each user has a key of their own, and the model is the stub endpoint, which
thinks 300 ms and then says 250 characters a second. The users are one process beside it, written on bare sockets; how much of
a processor it took, and how late its own clock ran, is told below the table, because both are in every figure above it.
"""

import argparse
import asyncio
import json
import resource
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from assistant.domain.access import Limits
from assistant.pipeline.access import Access, By
from assistant.records.opening import open_store
from assistant.settings import Settings
from evals.benches.answers import MILLISECONDS, PACE, asked
from evals.benches.endpoint import endpoint
from evals.benches.rows import write_json_lines
from evals.benches.search import processor_of, resident_of, run, serving
from evals.benches.texts import SAMPLE, SHARED, queries
from evals.benches.visitors import FailedError, Seen, Visitor, visiting, worded

USERS, SECONDS, RECORDS, MOST = 200, 300, 10_000, 500.0
"""Milliseconds within which 95 of 100 pages and lists come."""
WARM = 15.0
"""Seconds in which the users arrive; what they did then is not counted."""
BY = ("theme", "product", "month", "segment", "deep_category", "aspect")
Doing = Callable[[Visitor], Awaitable[list[tuple[str, int, float]]]]


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to look at."""

    themes: Sequence[str]
    records: Sequence[str]
    ideas: Sequence[str]
    customers: Sequence[str]
    questions: Sequence[str]
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one kind of thing done; milliseconds."""

    what: str
    count: int
    errors: int
    p50: float
    p95: float
    p99: float
    bound: float | None

    @property
    def kept(self) -> bool:
        """Whether nothing failed and it came in time."""
        return not self.errors and (self.bound is None or self.p95 <= self.bound)

    def __str__(self) -> str:
        """One line of the table."""
        bound = f"{self.bound:7.0f}" if self.bound is not None else f"{'':7}"
        figures = f"{self.count:7} {self.errors:6} {self.p50:8.0f} {self.p95:8.0f} {self.p99:8.0f} {bound}"
        return f"{self.what:36} {figures}{'' if self.kept else '   <- not kept'}"


def doings(known: Known) -> list[tuple[int, Doing]]:
    """What a user may do next, each with how often of all."""

    def listed(name: str, path: Callable[[Visitor], str]) -> Doing:
        return lambda visitor: _timed(name, visitor.get(path(visitor)))

    def shown(name: str, path: Callable[[Visitor], str]) -> Doing:
        return lambda visitor: _opened(name, visitor, path(visitor))

    def some(names: Sequence[str]) -> Callable[[Visitor], str]:
        return lambda visitor: visitor.dice.choice(names)

    theme, record, idea = some(known.themes), some(known.records), some(known.ideas)
    return [
        (10, lambda v: _timed("POST /v1/ask, events", v.post("/v1/ask", _question(v, known), "text/event-stream"))),
        (5, lambda v: _timed("POST /v1/ask, JSON", v.post("/v1/ask", _question(v, known)))),
        (8, shown("page /", lambda _: "/")),
        (6, shown("page /needs", lambda _: "/needs")),
        (6, shown("page /needs?theme=", lambda v: worded("/needs", theme=theme(v)))),
        (4, shown("page /ideas", lambda _: "/ideas")),
        (4, shown("page /customers", lambda _: "/customers")),
        (8, listed("GET /v1/themes", lambda _: "/v1/themes?limit=50")),
        (8, listed("GET /v1/themes/{theme_id}", lambda v: f"/v1/themes/{theme(v)}")),
        (8, listed("GET /v1/stats", lambda v: worded("/v1/stats", by=v.dice.choice(BY)))),
        (3, listed("GET /v1/stats/friction", lambda _: "/v1/stats/friction")),
        (10, listed("GET /v1/search", lambda v: worded("/v1/search", q=v.dice.choice(known.words)))),
        (10, listed("GET /v1/records/{any_id}", lambda v: f"/v1/records/{record(v)}")),
        (4, listed("GET /v1/insights", lambda v: worded("/v1/insights", offset=str(50 * v.dice.randrange(40))))),
        (4, listed("GET /v1/ideas", lambda _: "/v1/ideas")),
        (4, listed("GET /v1/ideas/{idea_id}", lambda v: f"/v1/ideas/{idea(v)}")),
        (3, listed("GET /v1/leads", lambda _: "/v1/leads")),
        (3, listed("GET /v1/customers", lambda _: "/v1/customers")),
        (2, listed("GET /v1/customers/{customer_id}", lambda v: f"/v1/customers/{v.dice.choice(known.customers)}")),
        (1, listed("GET /v1/customers/screening", lambda _: "/v1/customers/screening")),
        (1, listed("GET /v1/themes/spikes", lambda _: "/v1/themes/spikes")),
    ]


def _question(visitor: Visitor, known: Known) -> dict[str, str]:
    return {"question": visitor.dice.choice(known.questions)}


async def _timed(what: str, call: Awaitable[tuple[int, bytes]]) -> list[tuple[str, int, float]]:
    begun = time.perf_counter()
    try:
        status, body = await call
    except FailedError:
        return [(what, 0, 1000 * (time.perf_counter() - begun))]
    if b"\nevent: error" in body or body.startswith(b"event: error"):
        status = 500
    return [(what, status, 1000 * (time.perf_counter() - begun))]


async def _opened(what: str, visitor: Visitor, path: str) -> list[tuple[str, int, float]]:
    begun = time.perf_counter()
    try:
        status, html, filled = await visitor.page(path)
    except (FailedError, OSError, TimeoutError):
        return [(f"{what}: HTML", 0, 1000 * (time.perf_counter() - begun))]
    whole = [(f"{what}: filled", status, filled)] if filled is not None else []
    return [(f"{what}: HTML", status if whole else status or 500, html), *whole]


async def _live(visitor: Visitor, whats: list[tuple[int, Doing]], begun: float, until: float, seen: list[Seen]) -> None:
    weights, ways = [weight for weight, _ in whats], [way for _, way in whats]
    await asyncio.sleep(visitor.dice.uniform(0, WARM))
    while time.perf_counter() < until:
        told = await visitor.dice.choices(ways, weights)[0](visitor)
        seen += [Seen(what, time.perf_counter() - begun, status, ms) for what, status, ms in told]
        await visitor.think(answered=any("/v1/ask" in what for what, *_ in told))


async def _late(lags: list[float]) -> None:
    """How late this process's own clock runs: that much of every figure is the users' own."""
    while True:
        begun = time.perf_counter()
        await asyncio.sleep(0.05)
        lags.append(1000 * (time.perf_counter() - begun - 0.05))


async def crowd(
    url: str, keys: Sequence[str], known: Known, seconds: float, arrived: Callable[[], None]
) -> tuple[list[Seen], list[float]]:
    """Everything that so many users saw, from when all were there (`arrived` is called then), and how late their clock ran."""
    whats, seen, lags = doings(known), list[Seen](), list[float]()
    asyncio.get_running_loop().call_later(WARM, arrived)
    begun = time.perf_counter()
    until = begun + WARM + seconds
    watch = asyncio.create_task(_late(lags))
    async with AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(visiting(url, key, n)) for n, key in enumerate(keys)]
        await asyncio.gather(*(_live(visitor, whats, begun, until, seen) for visitor in visitors))
    watch.cancel()
    with suppress(asyncio.CancelledError):
        await watch
    return [one for one in seen if one.at >= WARM], lags


def rows_of(seen: Sequence[Seen]) -> list[Row]:
    """The table; pages and lists have a bound, answers of a model have none."""
    by: dict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        by[one.what].append(one)
    listed = [one for one in seen if "/v1/ask" not in one.what]
    return [_row(what, by[what]) for what in sorted(by)] + [_row("all pages and lists", listed)]


def _row(what: str, seen: Sequence[Seen]) -> Row:
    p50, p95, p99 = np.percentile([one.ms for one in seen], (50, 95, 99))
    errors = sum(one.status != 200 for one in seen)
    return Row(what, len(seen), errors, float(p50), float(p95), float(p99), None if "/v1/ask" in what else MOST)


def prepared(data: Path, records: int) -> Known:
    """A data directory with so many records, read and grouped by the rules; what is in it."""
    if not (data / "voc.db").exists():
        real = SHARED / "midea_lowscore.jsonl"
        data.parent.mkdir(parents=True, exist_ok=True)
        made = write_json_lines(real if real.exists() else SAMPLE, data.parent / "load.jsonl", records)
        run(data, "run", made)
    with_all = {kind: run(data, "list", kind, "--limit", 300).receipt["items"] for kind in _KINDS}
    ids = {kind: [str(row[_KINDS[kind]]) for row in rows] for kind, rows in with_all.items()}
    return Known(ids["themes"], ids["records"], ids["ideas"], ids["customers"], asked(60), queries(200))


_KINDS = {"themes": "theme_id", "records": "record_id", "ideas": "idea_id", "customers": "id"}


def keys_for(data: Path, users: int) -> list[str]:
    """A manager's key for each user."""
    store = open_store(Settings(data_dir=data))
    access, by = Access(store.access), By("bench")
    made = [access.create_key(f"user{n}", "manager", by, limits=Limits(per_minute=6_000)).secret for n in range(users)]
    store.database.close()
    return made


def main(arguments: Sequence[str]) -> int:
    """Print the table; 1 where a bound was not kept."""
    parser = argparse.ArgumentParser(prog="evals.benches.load", description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--users", type=int, default=USERS)
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--data", type=Path, help="a data directory to use; it is made where it is not there, and kept")
    parser.add_argument("--json", type=Path, help="a file to write the figures to as well")
    given = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="voc-load-") as folder:
        data = Path(folder) / "data"
        if given.data is not None and given.data.exists():
            shutil.copytree(given.data, data)
        known = prepared(data, given.records)
        if given.data is not None and not given.data.exists():
            shutil.copytree(data, given.data)
        return _measured(data, known, given)


def _measured(data: Path, known: Known, given: argparse.Namespace) -> int:
    keys = keys_for(data, given.users)
    with endpoint(MILLISECONDS, PACE) as url:
        model = {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "k", "VOC_ENGINE": "llm"}
        with serving(data, model) as (service, process):
            at_first: list[tuple[float, float, float]] = []

            def now() -> tuple[float, float, float]:
                return time.perf_counter(), processor_of(process.pid), _own()

            seen, lags = asyncio.run(crowd(service, keys, known, given.seconds, lambda: at_first.append(now())))
            took, served, used = (late - early for late, early in zip(now(), at_first[0], strict=True))
            memory = resident_of(process.pid)
    rows = rows_of(seen)
    print(f"{'':36} {'count':>7} {'errors':>6} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'bound':>7}")
    for row in rows:
        print(row)
    late = float(np.percentile(lags, 95))
    told = {
        "users": given.users, "seconds": given.seconds, "records": given.records, "requests_a_second": len(seen) / given.seconds,
        "processors_of_the_service": served / took, "processors_of_the_users": used / took,
        "service_ms_of_processor_a_request": 1000 * served / max(1, len(seen)), "users_clock_late_p95_ms": late,
        "memory_of_the_service_mb": memory, "server_errors": sum(one.status >= 500 or not one.status for one in seen),
    }  # fmt: skip
    for name, value in told.items():
        print(f"{name.replace('_', ' '):36} {value:10.2f}")
    if given.json is not None:
        content = {**told, "rows": [asdict(row) for row in rows]}
        given.json.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0 if rows[-1].kept and not told["server_errors"] else 1


def _own() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
