"""Finding over a million passages of 256 numbers: clustered vectors through the same index (``make bench-large``).

The texts are made up and short, so that what is measured is the index: rows, full text, vectors, generation, search.
"""

import resource
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from assistant.records.database import Database
from evals.benches.search import Figure
from vectorstore.embedders.base import Tuning, Vectors, unit
from vectorstore.index import Passage, PassageIndex
from vectorstore.vectors import picture

DIM, TOPICS, CLUSTERS, BASES = 256, 40, 2_000, 4_096
BATCH, ASKED, ALLOWED = 5_000, 200, 50


class Clusters:
    """Vectors around centres, those around topics: text ``簇C号N`` is near all of cluster C, nearer to some."""

    identity = f"clusters-{DIM}"
    dim = DIM
    tuning = Tuning(dense=0.75, feedback=0.7, floor=0.1)

    def __init__(self) -> None:
        dice = np.random.default_rng(1)
        topics = unit(dice.normal(size=(TOPICS, DIM)))
        self._centres = unit(topics[np.arange(CLUSTERS) % TOPICS] + unit(dice.normal(size=(CLUSTERS, DIM))))
        self._bases = unit(dice.normal(size=(BASES, DIM)))

    def embed_documents(self, texts: list[str]) -> Vectors:
        """See `Embedder.embed_documents`."""
        pairs = np.array([[int(part) for part in text[1:].split("号")] for text in texts], dtype=np.int64)
        cluster, number = pairs[:, 0], pairs[:, 1]
        first, second = self._bases[number % BASES], self._bases[number // BASES * 31 % BASES]
        return unit(self._centres[cluster] + 0.7 * first + 0.7 * second)

    def embed_query(self, text: str) -> Vectors:
        """See `Embedder.embed_query`."""
        vector: Vectors = self.embed_documents([text])[0]
        return vector


def million_figures(folder: Path, count: int = 1_000_000) -> Iterator[Figure]:
    """Build, memory, latency, recall over `count` passages, each as soon as it is known."""
    folder = folder / "passages"
    folder.mkdir()
    database = Database(f"sqlite:///{folder / 'voc.db'}", folder / "write.lock")
    index = PassageIndex(database, folder / "index", Clusters())
    started = time.perf_counter()
    with index.in_bulk(count) as bulk:
        for made in bulk.over(_passages(at, min(count, at + BATCH)) for at in range(0, count, BATCH)):
            with database.writing() as connection:
                index.replace(connection, made, "record")
    yield Figure(f"{count:,} passages written with full text", count / (time.perf_counter() - started), "texts/s")
    began = time.perf_counter()
    stats = index.bring_level()
    found = time.perf_counter() - began - (time.monotonic() - stats.searchable_at)
    yield Figure("  vectors made and kept: all are found", count / found, "vectors/s")
    yield Figure(
        f"{count:,} x {DIM} vectors kept, generation built", count / (time.perf_counter() - began), "vectors/s"
    )
    yield Figure("  all of it", count / (time.perf_counter() - started), "records/s", least=600)
    yield Figure("  peak memory of the process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")
    yield Figure("  files of the database and the index", _size(folder), "MB")
    yield from _latency(index, count)
    yield from _recall(index, database)
    database.close()


def _passages(first: int, end: int) -> dict[str, list[Passage]]:
    return {f"d{n}": [Passage(f"d{n}", 0, 0, 1, text(n))] for n in range(first, end)}


def text(number: int) -> str:
    """Passage `number`."""
    return f"簇{number * 7_919 % CLUSTERS}号{number}"


def _latency(index: PassageIndex, count: int) -> Iterator[Figure]:
    asked = [text(n * 4_999 % count) for n in range(ASKED)]
    groups = [[f"d{n}" for n in range(at, count, ALLOWED)] for at in range(4)]
    index.search(asked[0])
    index.search(asked[0], allowed=groups[0])
    plain = [_timed(index, query, None) for query in asked]
    narrowed = [_timed(index, query, groups[at % len(groups)]) for at, query in enumerate(asked)]
    for share, most in ((50, 30.0), (95, 80.0)):
        yield Figure(f"search over {count:,}, p{share}", float(np.percentile(plain, share)), "ms", most=most)
        yield Figure(f"  2 % allowed, p{share}", float(np.percentile(narrowed, share)), "ms")
    yield Figure("  filtered against unfiltered, p50", float(np.median(narrowed) / np.median(plain)), "times", most=1.2)


def _timed(index: PassageIndex, query: str, allowed: Sequence[str] | None) -> float:
    started = time.perf_counter()
    index.search(query, allowed=allowed)
    return 1000 * (time.perf_counter() - started)


def _recall(index: PassageIndex, database: Database) -> Iterator[Figure]:
    with database.reading() as connection:
        exact = picture(connection, Clusters.identity)
        served = index.neighbours(connection)
        right = 0
        for n in range(ASKED):
            vector = index.embedder.embed_query(text(n * 6_007))
            _, truth = exact.nearest(vector, 10)
            _, found = served.nearest(vector, 10, None)
            right += int(np.sum(found[:10] >= truth[-1] - 1e-4))
    yield Figure("recall@10 of the dense half against exact", right / (10 * ASKED), "", least=0.98)


def _size(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def main(arguments: list[str]) -> int:
    """Print all figures; 1 where a bound was not kept. The number of passages may be given."""
    failed = 0
    with TemporaryDirectory(prefix="voc-million-") as folder:
        for figure in million_figures(Path(folder), int(arguments[0]) if arguments else 1_000_000):
            failed += not figure.kept
            print(figure, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
