"""Search on questions whose words are not the records' words; beside other ways to search, in the same run.

Four sets of real texts lie beside the checkout (``../shared/data``) and are measured where they are there (some
minutes). Figures are named ``set/way/measure``; those without a set are of the sample corpus. ``…_held_out`` are of
questions that nobody looked at when the floor of relevance and its word lists were made.
"""

from collections.abc import Iterable, Mapping, Sequence

from assistant.domain.filters import Filters
from assistant.domain.records import Record
from assistant.records.indexing import passages_of
from evals import floor_of_relevance, real_texts
from evals.metrics.retrieval import mean, ndcg_at, recall_at
from evals.needs_as_passages import recorded, ways_with_needs
from evals.peers import Search, bm25_bigrams, bm25_words, naive, nearest
from evals.report import Report
from evals.throwaway import indexed, whole
from evals.workbench import Workbench
from vectorstore.index import Passage, PassageIndex

DEPTH = 40
JUDGED_DEPTH = 1_000
"""So deep is looked for what was judged."""
FLOORS = {
    "ndcg_at_10": 0.70, "recall_at_20": 0.64, "with_needs_of_model/ndcg_at_10": 0.80,
    "with_needs_of_model/recall_at_20": 0.77, "with_needs_of_model_half_read/ndcg_at_10": 0.78,
    "on_topic_kept": 0.98, "staff_kept": 0.95, "staff_held_out_kept": 0.93, "off_topic_refused": 0.90,
    "off_topic_common_refused": 0.88, "elsewhere_refused": 0.88, "elsewhere_held_out_refused": 0.70,
    "ask/staff_kept": 0.90, "ask/staff_held_out_kept": 0.90, "ask/elsewhere_refused": 0.90,
    "ask/elsewhere_held_out_refused": 0.82,
    "jddc/ours/ndcg_at_10": 0.59, "jddc/ours/candidate_map": 0.50, "jddc/staff_held_out_kept": 0.95,
    "jddc/elsewhere_held_out_refused": 0.75, "heaters/ours/ndcg_at_10": 0.65, "devices/ours/ndcg_at_10": 0.19,
    "devices/staff_held_out_kept": 0.95, "devices/elsewhere_held_out_refused": 0.75,
    "reviews/ours/ndcg_at_10": 0.73, "reviews/on_topic_kept": 0.95, "reviews/staff_held_out_kept": 0.95,
    "reviews/elsewhere_held_out_refused": 0.75,
}  # fmt: skip
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
        figures |= _named("", asked, {name: search})
    missing = [] if recorded() else ["left out: a model's needs as passages, no recording lies here"]
    if bench.quick:
        missing.append("left out, for --quick was given: the real texts")
    elif real_texts.present():
        figures |= _real_texts()
    else:
        missing.append("left out: the real texts, ../shared/data is not beside the checkout")
    floors = {name: floor for name, floor in FLOORS.items() if name in figures}
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
    figures["on_topic_kept"] = mean(bool(_ours(bench, question, 1)) for question, _ in asked)
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
    return _named("", asked, ways)


def _real_texts() -> dict[str, float]:
    figures: dict[str, float] = {}
    for name, (documents, asked) in {"heaters": real_texts.heaters(), "devices": real_texts.devices()}.items():
        figures |= _beside(name, documents, asked)
    return figures | _reviews() | _jddc()


def _beside(name: str, documents: Mapping[str, str], asked: Asked) -> dict[str, float]:
    with indexed(whole(documents)) as index:
        ways = {"ours": _by(index), **_peers(documents, index)}
        return _named(f"{name}/", asked, ways) | _real_floor(name, index)


def _peers(documents: Mapping[str, str], index: PassageIndex) -> dict[str, Search]:
    called, plain = naive(documents, index.embedder)
    return {
        "bm25_words": bm25_words(documents), "bm25_bigrams": bm25_bigrams(documents),
        "vectors_alone": nearest(documents, index.embedder), called: plain,
    }  # fmt: skip


def _reviews() -> dict[str, float]:
    """Only what was judged is ranked (Sakai 2007): what nobody read is neither right nor wrong."""
    documents, asked = real_texts.reviews()
    with indexed(whole(documents)) as index:
        figures = {
            f"reviews/{name}/ndcg_at_10": mean(
                ndcg_at(
                    [key for key in search(one.text, JUDGED_DEPTH) if key in one.relevant | one.others], one.relevant
                )
                for one in asked
            )
            for name, search in {"ours": _by(index), **_peers(documents, index)}.items()
        }
        figures["reviews/on_topic_kept"] = mean(bool(index.search(one.text, limit=1)) for one in asked)
        return figures | _real_floor("reviews", index)


def _jddc() -> dict[str, float]:
    """Both protocols of the utterances: among all of them, the one that is asked left out; and among candidates."""
    documents, asked = real_texts.utterances()
    with indexed(whole(documents)) as index:
        figures = {}
        for name, search in {"ours": _by(index), **_peers(documents, index)}.items():
            found = [([key for key in search(one.text, 11) if key != one.id][:10], one.alike) for one in asked]
            figures[f"jddc/{name}/ndcg_at_10"] = mean(ndcg_at(keys, alike, 10) for keys, alike in found if alike)
        figures["jddc/ours/candidate_map"] = real_texts.candidate_map(index, asked)
        return figures | _real_floor("jddc", index)


def _real_floor(name: str, index: PassageIndex) -> dict[str, float]:
    found = floor_of_relevance.figures(name, lambda question: bool(index.search(question, limit=1)))
    return {f"{name}/{figure}": value for figure, value in found.items()}


def _by(index: PassageIndex) -> Search:
    return lambda question, limit: [hit.document_id for hit in index.search(question, limit=limit)]


def _named(prefix: str, asked: Asked, ways: Mapping[str, Search]) -> dict[str, float]:
    return {
        f"{prefix}{way}/{measure}": value
        for way, search in ways.items()
        for measure, value in score(asked, search).items()
    }


def _records(bench: Workbench) -> list[Record]:
    return bench.app.store.list_records(Filters(), None)[0]


def _joined(passages: Iterable[Passage]) -> str:
    return "\n".join(passage.text for passage in passages)
