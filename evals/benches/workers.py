"""How much faster several workers read: ``python -m evals.benches.workers [RECORDS] [WORKERS] [ALONE]``.

Each worker is a whole `voc analyse` with a data directory of its own, as on a machine of its own, on one PostgreSQL that is
started for it and asked through its socket. The model is `evals.benches.endpoint` at 1 s a call, so that it is the
bottleneck; records a call and calls at once are the product's defaults. ALONE: so many records for the one worker that the
others are held against (default: as many; its rate does not depend on how many there are).
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evals.benches.endpoint import endpoint
from evals.benches.search import ROOT, VOC, Figure, environment
from evals.benches.texts import write_varied
from evals.postgres import SAFE, Cluster

RECORDS, WORKERS, MILLISECONDS = 20_000, 4, 1_000
PRODUCTS = 50
TIMES = 3.0
"""So many times as fast as one are four workers to be."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """What workers came to that began together: seconds until the last had ended, and what each told."""

    seconds: float
    receipts: Sequence[dict[str, Any]]

    @property
    def done(self) -> int:
        """Records read by any of them."""
        return sum(int(one["done"]) for one in self.receipts)

    @property
    def rate(self) -> float:
        """Records a second, starting the processes included."""
        return self.done / self.seconds


def mapped(cluster: Cluster, folder: Path, model: str, count: int, workers: int) -> Mapped:
    """So many records read by so many workers in a database of their own.

    Raises:
        RuntimeError: a worker failed, or a record was not read exactly once.
    """
    name = f"of_{workers}_{count}"
    settings = {"VOC_DATABASE_URL": cluster.create(name), "OPENAI_BASE_URL": model, "OPENAI_API_KEY": "none"}
    places = [folder / f"{name}_{n}" for n in range(workers)]
    _told(_voc(places[0], settings, "ingest", write_varied(folder / f"{name}.jsonl", count, PRODUCTS)))
    for place in places[1:]:
        place.mkdir()
        shutil.copy(places[0] / "masking.key", place)
    started = time.perf_counter()
    running = [_voc(place, settings, "analyse") for place in places]
    receipts = [_told(one) for one in running]
    found = Mapped(time.perf_counter() - started, receipts)
    if found.done != count:
        raise RuntimeError(f"{found.done} of {count} records were read: {receipts}")
    return found


def workers_figures(
    folder: Path, count: int = RECORDS, workers: int = WORKERS, alone: int | None = None
) -> Iterator[Figure]:
    """The rate of one worker, of several, and how they compare."""
    cluster = Cluster(SAFE)
    try:
        cluster.start()
        with endpoint(MILLISECONDS) as model:
            one = mapped(cluster, folder, model, alone or count, 1)
            yield Figure(f"1 worker, {alone or count:,} records", one.rate, "records/s")
            many = mapped(cluster, folder, model, count, workers)
    finally:
        cluster.close()
    yield Figure(f"{workers} workers, {count:,} records", many.rate, "records/s")
    yield Figure("  against one", many.rate / one.rate, "times", least=TIMES * workers / WORKERS)
    fewest, most = (of(int(each["done"]) for each in many.receipts) for of in (min, max))
    yield Figure("  records of the one that read fewest", fewest, "")
    yield Figure("  records of the one that read most", most, "")
    calls = sum(int(each["calls"]) for each in many.receipts)
    yield Figure("  records a call", count / calls, "")
    yield Figure("  calls at once, on average", calls * MILLISECONDS / 1000 / many.seconds, "")


def _voc(data: Path, settings: dict[str, str], *arguments: object) -> subprocess.Popen[str]:
    command = [VOC, *map(str, arguments), "--json"]
    env = environment(data) | settings
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, cwd=ROOT, text=True)


def _told(process: subprocess.Popen[str]) -> dict[str, Any]:
    said, wrong = process.communicate()
    if process.returncode not in (0, 3):
        raise RuntimeError(f"voc ended with {process.returncode}: {wrong.strip().splitlines()[-1:]}")
    receipt: dict[str, Any] = json.loads(said)
    return receipt


def main(arguments: Sequence[str]) -> int:
    """Print all figures; 1 where a bound was not kept."""
    failed = 0
    with TemporaryDirectory(prefix="voc-workers-") as folder:
        for figure in workers_figures(Path(folder), *map(int, arguments)):
            failed += not figure.kept
            print(figure, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
