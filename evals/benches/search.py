"""Measured speed and rightness of finding on many records: ``python -m evals.benches.search`` (part of ``make bench``).

Everything goes through the doors a user has: `voc` processes and the service over HTTP. The texts are real reviews and
utterances put together two by two, so that no two are alike; queries are cut out of other ones. The peer, LangChain's
way with Chroma, runs on the same texts with the same embedder (`evals.benches.peer`).
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

import numpy as np

from evals.benches.endpoint import AT_ONCE, endpoint
from evals.benches.texts import queries, write_varied

ROOT = Path(__file__).resolve().parents[2]
VOC = str(Path(sys.executable).with_name("voc"))
PRODUCTS = 50
"""As many products as make a filter by one of them let 2 % through."""
QUERIES = 250
ENDPOINT_SAMPLE, ENDPOINT_MILLISECONDS = 24_000, (50, 200)
LOOK = 0.02
"""Seconds between two looks at a process."""
_HTTP = build_opener(ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number, in its unit, and the bound it is held to; no bound is a number told for comparison."""

    name: str
    value: float
    unit: str
    least: float = float("-inf")
    most: float = float("inf")

    @property
    def kept(self) -> bool:
        """True where the number is within its bounds."""
        return self.least <= self.value <= self.most

    def __str__(self) -> str:
        """One line of the report."""
        bounds = [f">= {self.least:g}"] * (self.least > float("-inf")) + [f"<= {self.most:g}"] * (
            self.most < float("inf")
        )
        mark = "" if self.kept else "   <- not kept"
        return f"{self.name:58} {self.value:10.2f} {self.unit:10} {' '.join(bounds)}{mark}"


def search_figures(folder: Path, count: int = 100_000) -> Iterator[Figure]:
    """All figures of finding over `count` records in turn, each as soon as it is known; uses `folder` for its files."""
    data = folder / "finding"
    run(data, "ingest", write_varied(folder / "varied.jsonl", count, PRODUCTS))
    took = run(data, "index")
    yield Figure(f"voc index from nothing: {count:,} records, to the end", count / took.seconds, "records/s", least=600)
    yield Figure("  until all of them are found", count / took.until_found, "records/s", least=600)
    yield Figure("  a second of processor time", count / took.processor, "records")
    yield Figure("  its peak memory, helping processes too", took.megabytes, "MB", most=2_500)
    yield Figure("  passages", took.receipt["passages"], "")
    yield from _against_peer(data, took, count)
    for milliseconds in ENDPOINT_MILLISECONDS:
        yield from _behind_endpoint(folder / f"{milliseconds}", min(ENDPOINT_SAMPLE, count), milliseconds)
    yield from _new_records(folder, data, count)
    yield from _latency(data, count)
    yield from _recall(data)


@dataclass(frozen=True, slots=True)
class Ran:
    """One whole process: seconds by the clock and of the processor, peak resident MB, what it printed.

    Processes that it started count in with it.
    """

    seconds: float
    processor: float
    megabytes: float
    receipt: dict[str, Any]

    @property
    def until_found(self) -> float:
        """Seconds until every record was found, of an index run; the generation is built after that."""
        return self.seconds - float(self.receipt["seconds"]) + float(self.receipt["searchable_after"])


def run(data: Path, *arguments: object, more: Mapping[str, str] | None = None) -> Ran:
    """A whole `voc` process with ``--json``, with `more` settings.

    Raises:
        RuntimeError: it failed.
    """
    started = time.perf_counter()
    command = [VOC, *map(str, arguments), "--json"]
    with (
        TemporaryFile() as out,
        subprocess.Popen(command, stdout=out, env=environment(data) | dict(more or {}), cwd=ROOT) as process,
    ):
        most, ended = 0.0, 0
        while not ended:
            most = max(most, _together(process.pid))
            time.sleep(LOOK)
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        told = out.read()
    if process.returncode not in (0, 3):
        raise RuntimeError(f"voc {arguments[0]} ended with {process.returncode}")
    megabytes = max(most, usage.ru_maxrss / 1024)
    return Ran(seconds, usage.ru_utime + usage.ru_stime, megabytes, json.loads(told))


def _peer(data: Path, *arguments: object) -> dict[str, Any]:
    with TemporaryDirectory(prefix="voc-peer-") as aside:
        command = [sys.executable, "-m", "evals.benches.peer", str(data), aside, *map(str, arguments)]
        ran = subprocess.run(command, stdout=subprocess.PIPE, env=environment(data), cwd=ROOT, check=True)
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


def _behind_endpoint(folder: Path, count: int, milliseconds: int) -> Iterator[Figure]:
    """Both ways with the same number of texts and an embedder that takes so long for each 64 of them."""
    folder.mkdir()
    data = folder / "endpoint"
    with endpoint(milliseconds) as url:
        told = {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "none", "VOC_EMBEDDING_MODEL": "m", "VOC_ENGINE": "rules"}
        run(data, "ingest", write_varied(folder / "endpoint.jsonl", count, PRODUCTS))
        took = run(data, "index", more=told)
        peer = _peer(data, count, url)
    name = f"embedder behind an endpoint, {milliseconds} ms per {AT_ONCE} texts"
    yield Figure(f"{name}: voc index", count / took.seconds, "records/s")
    yield Figure("  until all of them are found", count / took.until_found, "records/s")
    yield Figure("  a second of processor time", count / took.processor, "records")
    yield Figure(f"  {peer['way']}: {peer['texts']:,}", peer["rate"], "texts/s")
    yield Figure("  a second of processor time", peer["processor"], "texts")
    yield Figure("  voc index against it: to the end", count / took.seconds / peer["rate"], "times")
    yield Figure("  until the records are found", count / took.until_found / peer["rate"], "times", least=3)


def _against_peer(data: Path, took: Ran, count: int) -> Iterator[Figure]:
    """No bound: this embedder costs next to nothing, so the peer only links vectors, with half as many links.

    Ours cuts words and writes full text besides, which alone takes more processor time than a third of all the peer does.
    """
    told = _peer(data, count)
    yield Figure(f"{told['way']}: {told['texts']:,} texts", told["rate"], "texts/s")
    yield Figure("  a second of processor time", told["processor"], "texts")
    yield Figure("  of it fitting the embedder, as ours does too", told["fitting"], "s")
    yield Figure("  voc index against it: to the end", count / took.seconds / told["rate"], "times")
    yield Figure("  until the records are found", count / took.until_found / told["rate"], "times")
    yield Figure("  its search p50", told["p50"], "ms")
    yield Figure("  its search with `where` 2 %, p50", told["where_p50"], "ms")


def _new_records(folder: Path, data: Path, count: int) -> Iterator[Figure]:
    more = write_varied(folder / "more.jsonl", 1_000, PRODUCTS, first=count)
    taken, indexed = run(data, "ingest", more), run(data, "index")
    yield Figure("1,000 new records, stored: searchable after", indexed.seconds, "s", most=3)
    yield Figure("  of it processor time", indexed.processor, "s")
    yield Figure("  from the file: ingest and index", taken.seconds + indexed.seconds, "s")
    yield Figure("  passages embedded", indexed.receipt["embedded"], "", least=1_000)


def _latency(data: Path, count: int) -> Iterator[Figure]:
    asked = queries(QUERIES)
    with serving(data) as (url, process):
        for query in asked[:20]:
            ask(url, q=query)
        plain, narrowed = [], []
        before = processor_of(process.pid)
        for at, query in enumerate(asked):
            plain.append(ask(url, q=query))
            narrowed.append(ask(url, q=query, product=f"型号{at % PRODUCTS}"))
        each = 1000 * (processor_of(process.pid) - before) / (2 * len(asked))
        memory = resident_of(process.pid)
    for name, taken, most in (("unfiltered", plain, (30, 80)), ("2 % filter", narrowed, (float("inf"),) * 2)):
        for share, bound in zip((50, 95), most, strict=True):
            yield Figure(f"GET /v1/search over {count:,}, {name}, p{share}", _p(taken, share), "ms", most=bound)
    yield Figure("  filtered against unfiltered, p50", _p(narrowed, 50) / _p(plain, 50), "times", most=1.2)
    yield Figure("  processor time of a search", each, "ms")
    yield Figure("  resident memory of the service", memory, "MB")


def _recall(data: Path) -> Iterator[Figure]:
    command = [sys.executable, "-m", "evals.benches.recall", str(data)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, env=environment(data), cwd=ROOT, check=True)
    told = json.loads(ran.stdout)
    for name, value in told.items():
        yield Figure(f"recall@10 of the dense half against exact, {name}", value, "", least=0.98)


@contextmanager
def serving(data: Path, more: Mapping[str, str] | None = None) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """`voc serve` on a free port while the block runs, with `more` settings; its address and process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [VOC, "serve", "--port", str(port)]
    env = environment(data) | dict(more or {})
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=env, cwd=ROOT) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            _await(url, process)
            yield url, process
        finally:
            process.terminate()


def ask(url: str, **parameters: str) -> float:
    """Milliseconds of one search over HTTP; the answer is read whole."""
    started = time.perf_counter()
    with _HTTP.open(f"{url}/v1/search?{urlencode(parameters)}", timeout=60) as answer:
        json.loads(answer.read())
    return 1000 * (time.perf_counter() - started)


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            with _HTTP.open(f"{url}/healthz", timeout=5):
                return
        except (URLError, OSError):
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise RuntimeError("voc serve did not start")


def environment(data: Path) -> dict[str, str]:
    """The settings of a process on this data directory, and none of ours."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("VOC_", "OPENAI_"))}
    return kept | {"VOC_DATA_DIR": str(data), "PYTHONDONTWRITEBYTECODE": "1"}


def resident_of(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def _together(pid: int) -> float:
    """Resident MB of a process and those that it started; 0 once it has ended."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
        return resident_of(pid) + sum(resident_of(int(child)) for child in children)
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def processor_of(pid: int) -> float:
    """Seconds of processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _p(values: list[float], share: int) -> float:
    return float(np.percentile(values, share))


def main(arguments: list[str]) -> int:
    """Print all figures; 1 where a bound was not kept. The number of records may be given."""
    failed = 0
    with TemporaryDirectory(prefix="voc-search-") as folder:
        for figure in search_figures(Path(folder), int(arguments[0]) if arguments else 100_000):
            failed += not figure.kept
            print(figure, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
