"""What a model makes of search's order: staff questions on the sample corpus, as search has them and as the model puts them.

``python -m evals.benches.reranking [QUESTIONS] [--record FILE]`` asks the endpoint of the settings once for each question
(20 unless told) and ends with 1 where the model's order is worse. Answers are kept in FILE and not paid for again.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from assistant.answering.lookup import Lookup
from assistant.domain.filters import Filters
from assistant.records.finding import Finder
from assistant.settings import load_settings
from evals.benches.search import Figure
from evals.metrics.measured import mean
from evals.metrics.retrieval import ndcg_at
from evals.workbench import Way, Workbench, workbench

SHOWN, MEASURED = 20, (5, 10)


def reranking_figures(bench: Workbench, count: int) -> Iterator[Figure]:
    """nDCG of the first `count` questions both ways; the bound of the model's is search's own."""
    assert bench.ingested.read
    bench.app.pipeline.index()
    asked = [(query["question"], set(query["relevant"])) for query in bench.queries[:count]]
    found = []
    for lookup in (Lookup(bench.app.store, Finder(bench.app.finder.index)), bench.app.lookup):
        hits = [lookup.search(question, Filters(), SHOWN).hits for question, _ in asked]
        found.append([[hit["external_id"] for hit in of_one] for of_one in hits])
    for depth in MEASURED:
        plain, ordered = (
            mean(ndcg_at(keys, relevant, depth) for keys, (_, relevant) in zip(of_all, asked, strict=True))
            for of_all in found
        )
        yield Figure(f"nDCG@{depth} of {len(asked)} questions as search has them", plain, "")
        yield Figure("  as the model puts them", ordered, "", least=plain)
    yield Figure("  questions whose order it changed", sum(a != b for a, b in zip(*found, strict=True)), "")


def main(arguments: list[str]) -> int:
    """Print all figures; 1 where the model's order is worse."""
    told = argparse.ArgumentParser(prog="python -m evals.benches.reranking")
    told.add_argument("questions", type=int, nargs="?", default=20)
    told.add_argument("--record", type=Path)
    given = told.parse_args(arguments)
    failed = 0
    with workbench(load_settings(rerank="llm"), Way(record=given.record)) as bench:
        for figure in reranking_figures(bench, given.questions):
            failed += not figure.kept
            print(figure, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
