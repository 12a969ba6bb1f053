"""How cost grows with the records: ``python -m evals.benches.scale [--sizes 10000,100000,1000000]`` (``make bench-scale``).

For each size a corpus of its own goes through the product's doors, each stage a whole process, so that its peak memory is its
own: `voc ingest` of a CSV as a ticket system exports it, `voc index`, search over HTTP without and with filters, and `voc
analyse` against a stub model that answers at once (`evals.benches.endpoint`), so that what is measured is all that stands
around a model. Of a big corpus only the first `--read` records are read: each costs the same. What is read of a stub says
nothing worth grouping; so `voc themes` (of `--grouped` needs at most) and `voc stats` (of as many needs as records) run on needs
made of planted ones (`evals.benches.themes`). `--over postgresql` puts all of it on a server that is started for it, whose memory is not counted.
A size that is finished is kept in the folder and not measured again.
"""

import argparse
import datetime as dt
import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import text

from assistant.records.database import Database
from evals.bench import corpus
from evals.benches import themes
from evals.benches.endpoint import endpoint
from evals.benches.rows import write_csv
from evals.benches.scale_report import DATABASES, Found, bounds, table, write_docs, written
from evals.benches.search import ROOT, Ran, ask, environment, resident_of, run, serving
from evals.benches.texts import queries
from evals.postgres import SAFE, Cluster

SIZES = (10_000, 100_000, 1_000_000)
READ, GROUPED, NEW = 100_000, 300_000, 10
"""Records that are read and needs that are grouped, at most: each record costs the same, and grouping takes memory."""
FITTED = 25_000
"""Needs that are indexed, so that the embedder has something to be fitted to; grouping embeds all by itself."""
ASKED = 200
FILTERS: dict[str, Callable[[int], dict[str, str]]] = {
    "no filter": lambda _: {},
    "one product of 50": lambda at: {"product": f"X{at % 50}"},
    "one month of 12": lambda at: {"since": f"2026-{at % 12 + 1:02d}-01", "until": f"2026-{at % 12 + 1:02d}-28"},
    "one product, half a year": lambda at: {"product": f"X{at % 50}", "since": "2026-07-01"},
}
"""Filters a search has: the n-th question's."""
_THEMED = text("UPDATE insights SET theme_id = 'th_' || substr(id, length(id) - 1) WHERE theme_id IS NULL")
"""Needs that were not grouped are put into 256 themes, so that all are counted."""
Step = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """Where one size is measured: a folder for its files, and what the processes are told of the database."""

    folder: Path
    settings: Mapping[str, str]
    server: Path | None = None
    """Where the server keeps its data, if there is one."""

    def voc(self, data: Path, *arguments: object, more: Mapping[str, str] | None = None) -> Ran:
        """A whole process of ours; see `run`."""
        return run(data, *arguments, more={**self.settings, **(more or {})})

    def step(self, took: Ran, records: int, data: Path) -> Step:
        """What a stage took, and what is on disk after it."""
        places = [data] if self.server is None else [data, self.server]
        disk = sum(path.stat().st_size for place in places for path in place.rglob("*") if path.is_file()) / 1e6
        return {
            "records": records,
            "seconds": round(took.seconds, 2),
            "processor": round(took.processor, 2),
            "megabytes": round(took.megabytes),
            "disk": round(disk, 1),
        }


def voices(site: Site, size: int, read: int) -> Iterator[tuple[str, Step]]:
    """Ingest, a few more, index, search and extraction over `size` records: (name, what was measured)."""
    data = site.folder / "data"
    source, _ = corpus(site.folder)
    file = write_csv(source, site.folder / "rows.csv", size)
    yield "ingest", site.step(site.voc(data, "ingest", file, "--source", "scale"), size, data)
    write_csv(source, file, NEW, size)
    yield "ten more", site.step(site.voc(data, "ingest", file, "--source", "scale"), NEW, data)
    file.unlink()
    took = site.voc(data, "index")
    yield "index", {**site.step(took, size, data), "until_found": round(took.until_found, 1)}
    yield "search", _searched(data, site.settings) | ({} if site.server else {"recall": _recall(data)})
    with endpoint(0) as url:
        more = {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "none"}
        took = site.voc(data, "analyse", "--limit", min(read, size), more=more)
    yield "extraction", site.step(took, int(took.receipt["done"]), data)
    shutil.rmtree(data)


def needs(site: Site, size: int, grouped: int) -> Iterator[tuple[str, Step]]:
    """Grouping of made needs, and counting of `size` of them."""
    data, grouped = site.folder / "needs", min(size, grouped)
    data.mkdir()
    url = site.settings.get("VOC_DATABASE_URL", f"sqlite:///{data / 'voc.db'}")
    with closing(Database(url, data / "write.lock")) as database:
        first = min(FITTED, grouped)
        themes.fill(database, 0, first)
        site.voc(data, "index")
        themes.fill(database, first, grouped - first)
        yield "themes", site.step(site.voc(data, "themes"), grouped, data)
        themes.fill(database, grouped, size - grouped)
        with database.writing() as connection:
            connection.execute(_THEMED)
    yield "counting", {" ".join(asked): round(site.voc(data, "stats", *asked).seconds, 2) for asked in themes.ASKED}


def _searched(data: Path, settings: Mapping[str, str]) -> Step:
    """Milliseconds over HTTP, p50, p95 and the worst, by what was filtered; each question is asked once of each kind."""
    asked = queries(ASKED)
    with serving(data, settings) as (url, process):
        for query in asked[:20]:
            ask(url, q=query)
        taken = {
            name: [ask(url, q=query, **narrowed(at)) for at, query in enumerate(asked)]
            for name, narrowed in FILTERS.items()
        }
        memory = round(resident_of(process.pid))
    told = {name: [round(float(np.percentile(of, share)), 1) for share in (50, 95, 100)] for name, of in taken.items()}
    return {"milliseconds": told, "megabytes": memory}


def _recall(data: Path) -> dict[str, float]:
    """Share of the true ten nearest that the index finds; see `evals.benches.recall`."""
    command = [sys.executable, "-m", "evals.benches.recall", str(data)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, env=environment(data), cwd=ROOT, check=True)
    told: dict[str, float] = json.loads(ran.stdout)
    return told


def machine() -> dict[str, str]:
    """What it was measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processors": str(os.cpu_count()),
        "memory": f"{memory:.0f} GB",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load at the end": f"{os.getloadavg()[2]:.1f}",
        "measured": dt.datetime.now(dt.UTC).date().isoformat(),
    }


def kept(folder: Path) -> Found:
    """What was measured before in this folder."""
    file = folder / "scale.json"
    found: Found = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


def main(arguments: Sequence[str]) -> int:
    """Measure what is not measured yet, print it, write documents where wished; 1 where a bound was not kept."""
    parser = argparse.ArgumentParser(prog="evals.benches.scale")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of records, parted by commas")
    parser.add_argument("--over", choices=DATABASES, default=DATABASES[0])
    parser.add_argument("--read", type=int, default=READ, help="records that are read by the stub model, at most")
    parser.add_argument("--grouped", type=int, default=GROUPED, help="needs that are grouped into themes, at most")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "voc-scale")
    parser.add_argument(
        "--write", type=Path, metavar="DOCS", help="put figures and pictures into this folder's scaling.md"
    )
    asked = parser.parse_args(arguments)
    found = kept(asked.folder)
    for size in sorted(int(one) for one in asked.sizes.split(",")):
        sizes = found.setdefault(asked.over, {})
        if str(size) not in sizes:
            sizes[str(size)] = _one_size(asked.folder / str(size), asked.over, size, (asked.read, asked.grouped))
            found["machine"] = machine()
            (asked.folder / "scale.json").write_text(written(found), encoding="utf-8")
    print("\n\n".join(table(found[name]) for name in DATABASES if name in found))
    if asked.write:
        write_docs(found, asked.write)
    broken = [one for name in DATABASES for one in bounds(found.get(name, {}))]
    print("".join(f"not kept: {one}\n" for one in broken), end="")
    return 1 if broken else 0


def _one_size(folder: Path, over: str, size: int, most: tuple[int, int]) -> dict[str, Step]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    steps: dict[str, Step] = {}
    try:
        for name, step in _steps(folder, over, size, most):
            steps[name] = step
            print(f"{size:>11,} {name:10} {json.dumps(step, ensure_ascii=False)}", file=sys.stderr, flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return steps


def _steps(folder: Path, over: str, size: int, most: tuple[int, int]) -> Iterator[tuple[str, Step]]:
    with _site(folder, over) as site:
        yield from voices(site, size, most[0])
    with _site(folder, over) as site:
        yield from needs(site, size, most[1])


@contextmanager
def _site(folder: Path, over: str) -> Iterator[Site]:
    if over == DATABASES[0]:
        yield Site(folder, {})
        return
    cluster = Cluster(SAFE)
    try:
        cluster.start()
        yield Site(folder, {"VOC_DATABASE_URL": cluster.create("scale")}, cluster.folder)
    finally:
        cluster.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
