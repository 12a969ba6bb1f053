"""Search on staff questions whose words are not the records' words; beside the plain way."""

from collections.abc import Callable, Sequence

import numpy as np

from assistant.domain.filters import Filters
from evals.metrics.retrieval import mean, ndcg_at, recall_at
from evals.report import Report
from evals.workbench import Workbench

DEPTH = 40


def run(bench: Workbench) -> Report:
    """nDCG@10 and recall@20 over the planted questions."""
    assert bench.receipts
    figures = score(
        bench, lambda question: [hit["external_id"] for hit in bench.app.search(question, Filters(), DEPTH)]
    )
    plain = score(bench, dense_search(bench))
    figures |= {f"plain_{name}": value for name, value in plain.items()}
    floors = {"ndcg_at_10": 0.60, "recall_at_20": 0.52}
    return Report("retrieval", len(bench.queries), figures, floors, worst(bench))


def score(bench: Workbench, search: Callable[[str], Sequence[str]]) -> dict[str, float]:
    """Mean figures of one way to search; it gives external ids, best first."""
    ranked = [(search(query["question"]), set(query["relevant"])) for query in bench.queries]
    return {
        "ndcg_at_10": mean(ndcg_at(ranking, relevant, 10) for ranking, relevant in ranked),
        "recall_at_20": mean(recall_at(ranking, relevant, 20) for ranking, relevant in ranked),
    }


def worst(bench: Workbench) -> tuple[str, ...]:
    """The questions with the lowest nDCG@10."""
    found = []
    for query in bench.queries:
        ranking = [hit["external_id"] for hit in bench.app.search(query["question"], Filters(), DEPTH)]
        found.append((ndcg_at(ranking, set(query["relevant"]), 10), query["question"]))
    return tuple(f"{value:.2f} {question}" for value, question in sorted(found)[:10])


def dense_search(bench: Workbench) -> Callable[[str], Sequence[str]]:
    """The plain way: every record's whole text embedded by the same embedder, nearest by cosine."""
    records, _ = bench.app.store.list_records(Filters(), None)
    embedder = bench.app.finder.index.embedder
    ids = [record.external_id for record in records]
    rows = embedder.embed_documents([str(record.text) for record in records])

    def search(question: str) -> list[str]:
        order = np.argsort(-(rows @ embedder.embed_query(question)), kind="stable")
        return [ids[place] for place in order[:DEPTH]]

    return search
