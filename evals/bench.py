"""Measured speed and size on this machine: ``python -m evals.bench`` (or ``make bench``).

Whole processes are timed from outside, as a user would meet them. Real texts beside the checkout
(``../shared/data``) are used where they are; without them a corpus of the same size is made from the sample.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from assistant.records.opening import open_store
from assistant.settings import Settings
from evals.benches import counting, masking, themes
from evals.benches.answers import answer_figures
from evals.benches.model import model_figures
from evals.benches.rows import write_csv, write_json_lines
from evals.benches.search import search_figures
from evals.benches.tokens import MOST_SHARE, sample_records, token_cost, token_line

ROOT = Path(__file__).resolve().parents[1]
REVIEWS = ROOT.parent / "shared" / "data" / "midea_lowscore.jsonl"
VOC = str(Path(sys.executable).with_name("voc"))


@dataclass(frozen=True, slots=True)
class Measure:
    """One whole process: wall seconds, peak resident memory in MB, exit code, and its JSON where it printed one."""

    name: str
    seconds: float
    megabytes: float
    code: int
    limit: float
    output: str
    records: int = 0
    """How many were taken in, where that is what is measured."""

    @property
    def kept(self) -> bool:
        """True where it ended well within its limit."""
        return self.code in (0, 3) and self.seconds <= self.limit

    @property
    def line(self) -> str:
        """The row of the table."""
        rate = f"{self.records / self.seconds:9,.0f}" if self.records else " " * 9
        mark = "" if self.kept else "   <- not kept"
        return f"{self.name:58} {self.seconds:8.2f} {self.limit:7.1f} {rate} {self.megabytes:8.0f}  {self.code}{mark}"


def measure(name: str, arguments: list[str], limit: float, data_dir: Path) -> Measure:
    """Run ``voc`` with arguments on a data directory, with no key and no endpoint set; ended at three times its limit."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("VOC_", "OPENAI_"))}
    environment |= {"VOC_DATA_DIR": str(data_dir), "PYTHONDONTWRITEBYTECODE": "1"}
    started = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen([VOC, *arguments], stdout=out, stderr=subprocess.DEVNULL, env=environment, cwd=ROOT)
        guard = threading.Timer(3 * limit, process.kill)
        guard.start()
        _, status, usage = os.wait4(process.pid, 0)
        guard.cancel()
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode("utf-8", "replace")
    return Measure(name, seconds, usage.ru_maxrss / 1024, process.returncode, limit, text)


def corpus(folder: Path) -> tuple[Path, str]:
    """The reviews, or as many variations of the sample's texts, as one JSON Lines file."""
    if REVIEWS.exists():
        return REVIEWS, "7,231 real reviews"
    sample = ROOT / "evals" / "cases" / "xinglan" / "records.jsonl"
    texts = [json.loads(line) for line in sample.read_text(encoding="utf-8").splitlines()]
    target = folder / "made.jsonl"
    with target.open("w", encoding="utf-8") as file:
        for n in range(7_231):
            record = texts[n % len(texts)]
            words = record["text"] or "。".join(t["text"] for t in record["turns"] if t["speaker"] == "customer")
            row = {"id": f"made-{n}", "channel": "review", "product": record["product"], "text": f"{words}（{n}）"}
            file.write(json.dumps({**row, "created_at": record["created_at"]}, ensure_ascii=False) + "\n")
    return target, "7,231 texts made from the sample (the real reviews are not here)"


def measures(folder: Path) -> Iterator[Measure]:
    """All measurements in turn, each as soon as it is done."""
    source, what = corpus(folder)
    measure("warm-up", ["--help"], 60, folder / "none")
    yield measure("voc --help", ["--help"], 0.5, folder / "none")
    yield measure("first demo (environment ready)", ["demo", "--json"], 120, folder / "demo")
    yield measure("second demo", ["demo", "--json"], 30, folder / "demo")
    yield measure(
        "voc ask, cold start", ["ask", "门锁没电打不开门，客户在意什么", "--json"], 3, folder / "demo" / "demo"
    )
    yield measure(f"voc run: {what}, file to ideas", ["run", str(source), "--json"], 180, folder / "reviews")
    yield measure("voc ask on the reviews, cold", ["ask", "安装收费客户怎么说", "--json"], 3, folder / "reviews")
    yield measure("voc stats on the reviews", ["stats", "--by", "theme", "--json"], 3, folder / "reviews")
    yield from counting_measures(folder, 50_000, 1.5)
    yield from ingest_measures(folder, source)


def ingest_measures(folder: Path, source: Path) -> Iterator[Measure]:
    """Masking, near-duplicate linking and storing of 100,000 records: at least 3,000 and 2,000 a second."""
    count = 100_000
    made = write_json_lines(source, folder / "many.jsonl", count)
    yield _ingest("voc ingest: 100,000 records, JSON Lines", made, count, 33.3, folder / "lines")
    yield _ingest("the same again: nothing changes", made, count, 33.3, folder / "lines")
    made = write_csv(source, folder / "many.csv", count)
    yield _ingest("voc ingest: 100,000 records, CSV", made, count, 50, folder / "csv")
    few = write_csv(source, folder / "few.csv", 10, count)
    yield _ingest("voc ingest: 10 new records into 100,000", few, 10, 10, folder / "csv")


def _ingest(name: str, file: Path, count: int, limit: float, data_dir: Path) -> Measure:
    arguments = ["ingest", str(file), "--source", "bench", "--json"]
    return replace(measure(name, arguments, limit, data_dir), records=count)


def counting_measures(folder: Path, count: int, limit: float) -> Iterator[Measure]:
    """``voc stats`` over so many needs, by several dimensions and with filters."""
    data_dir = folder / "counted"
    store = open_store(Settings(data_dir=data_dir, database_url=None))
    counting.fill(store, count)
    store.database.close()
    for asked in counting.ASKED:
        name = " ".join(asked).replace("--", "")
        yield measure(f"stats {name}, {count:,}", ["stats", *asked, "--json"], limit, data_dir)
    shutil.rmtree(data_dir, ignore_errors=True)


def counted(counts: list[int]) -> int:
    """Only the counting, over so many needs (default a million); 1 where a limit was not kept."""
    with tempfile.TemporaryDirectory(prefix="voc-bench-") as folder:
        found = []
        for one in counting_measures(Path(folder), counts[0] if counts else 1_000_000, 2):
            print(one.line, flush=True)
            found.append(one)
    return 0 if all(one.kept for one in found) else 1


def main(arguments: list[str]) -> int:
    """Print a table; 1 where a limit was not kept."""
    if "--masking" in arguments:
        return masking.main()
    if "--counting" in arguments:
        return counted([int(one) for one in arguments if one.isdigit()])
    if "--themes" in arguments:
        return themes.main([one for one in arguments if one.isdigit()])
    folder = Path(tempfile.mkdtemp(prefix="voc-bench-"))
    failed = 0
    cost = token_cost(sample_records())
    failed += cost.share > MOST_SHARE
    print(token_line(cost), flush=True)
    print(f"{'':58} {'seconds':>8} {'limit':>7} {'records/s':>9} {'peak MB':>8}  exit")
    try:
        for m in measures(folder):
            failed += not m.kept
            print(m.line, flush=True)
        more = chain(search_figures(folder), model_figures(folder), answer_figures(folder))
        for figure in more:
            failed += not figure.kept
            print(figure, flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
