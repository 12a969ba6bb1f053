"""Search on questions whose words are not the records' words; beside other ways to search, in the same run.

Figures are named ``way/measure``. ``…_held_out`` are of questions that nobody looked at when the floor of relevance and
its word lists were made.
"""

from collections.abc import Iterable, Mapping, Sequence

from assistant.domain.filters import Filters
from assistant.domain.records import Record
from assistant.records.indexing import passages_of
from evals import floor_of_relevance
from evals.floors import floors_of
from evals.metrics.measured import mean, share
from evals.metrics.retrieval import ndcg_at, recall_at
from evals.needs_as_passages import recorded, ways_with_needs
from evals.peers import Search, bm25_bigrams, bm25_words, naive, nearest
from evals.report import Report
from evals.workbench import Workbench
from vectorstore.index import Passage

DEPTH = 40
Asked = Sequence[tuple[str, set[str]]]
"""Questions with the ids that are relevant."""


def run(bench: Workbench) -> Report:
    """nDCG@10 and recall@20 of every way on every set there is, and what the floor of relevance lets through."""
    assert bench.ingested.read
    bench.app.pipeline.index()
    asked = [(query["question"], set(query["relevant"])) for query in bench.queries]
    found = {question: _ours(bench, question, DEPTH) for question, _ in asked}
    figures = score(asked, lambda question, _limit: found[question])
    figures |= _floor(bench, asked) | _ways(bench, asked)
    for name, search in ways_with_needs(bench, {record.external_id: record for record in _records(bench)}):
        figures |= named("", asked, {name: search})
    missing = [] if recorded() else ["left out: a model's needs as passages, no recording lies here"]
    floors = floors_of("retrieval", bench.app.engine.name, figures)
    return Report("retrieval", len(asked), figures, floors, worst(asked, found), notes=tuple(missing))


def score(asked: Asked, search: Search) -> dict[str, float]:
    """Mean figures of one way to search; questions with nothing relevant are left out."""
    ranked = [(search(question, DEPTH), relevant) for question, relevant in asked if relevant]
    return {
        "ndcg_at_10": mean(ndcg_at(ranking, relevant, 10) for ranking, relevant in ranked),
        "recall_at_20": mean(recall_at(ranking, relevant, 20) for ranking, relevant in ranked),
    }


def worst(asked: Asked, found: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The questions with the lowest nDCG@10."""
    values = sorted((ndcg_at(found[question], relevant, 10), question) for question, relevant in asked)
    return tuple(f"{value:.2f} {question}" for value, question in values[:10])


def _ours(bench: Workbench, question: str, limit: int) -> list[str]:
    return [hit["external_id"] for hit in bench.app.lookup.search(question, Filters(), limit).hits]


def _floor(bench: Workbench, asked: Asked) -> dict[str, float]:
    figures = floor_of_relevance.figures("sample", lambda question: bool(_ours(bench, question, 1)))
    figures["on_topic_kept"] = share(bool(_ours(bench, question, 1)) for question, _ in asked)
    if bench.app.engine.name == "rules":  # a model would be paid for each of them
        assert bench.receipts
        only = floor_of_relevance.HELD_OUT if bench.quick else floor_of_relevance.NEW
        answers = floor_of_relevance.figures("sample", lambda question: not bench.app.ask.ask(question).refused, only)
        figures |= {f"ask/{name}": value for name, value in answers.items()}
    return figures


def _ways(bench: Workbench, asked: Asked) -> dict[str, float]:
    documents = {record.external_id: str(record.text) for record in _records(bench)}
    customers = {record.external_id: _joined(passages_of(record)) for record in _records(bench)}
    embedder = bench.app.finder.index.embedder
    name, search = naive(documents, embedder)
    ways = {
        "bm25_words": bm25_words(documents), "bm25_bigrams": bm25_bigrams(documents),
        "bm25_bigrams_customer_words": bm25_bigrams(customers), "vectors_alone": nearest(customers, embedder), name: search,
    }  # fmt: skip
    return named("", asked, ways)


def named(prefix: str, asked: Asked, ways: Mapping[str, Search]) -> dict[str, float]:
    """Figures of several ways to search the same documents, called ``prefix way/measure``."""
    return {
        f"{prefix}{way}/{measure}": value
        for way, search in ways.items()
        for measure, value in score(asked, search).items()
    }


def _records(bench: Workbench) -> list[Record]:
    return bench.app.store.list_records(Filters(), None)[0]


def _joined(passages: Iterable[Passage]) -> str:
    return "\n".join(passage.text for passage in passages)
