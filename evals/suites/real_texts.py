"""Search on four sets of real texts that lie beside the checkout (``../shared/data``); left out where they do not.

Figures are named ``set/way/measure``; ``…_held_out`` are of questions that nobody looked at when the floor of relevance
and its word lists were made.
"""

from collections.abc import Mapping

from evals import floor_of_relevance, real_texts
from evals.floors import floors_of
from evals.metrics.measured import mean, share
from evals.metrics.retrieval import ndcg_at
from evals.peers import Search, bm25_bigrams, bm25_words, naive, nearest
from evals.report import Report
from evals.suites.retrieval import Asked, named
from evals.throwaway import indexed, whole
from evals.workbench import Workbench
from vectorstore.index import PassageIndex

JUDGED_DEPTH = 1_000
"""So deep is looked for what was judged."""


def run(bench: Workbench) -> Report:
    """nDCG@10 of every way on every set, and what the floor of relevance lets through; nothing of the workbench is used."""
    if not real_texts.present():
        return Report("real_texts", 0, {}, notes=("left out: ../shared/data is not beside this checkout",))
    heaters, devices = real_texts.heaters(), real_texts.devices()
    figures = _beside("heaters", *heaters) | _beside("devices", *devices) | _reviews() | _jddc()
    asked = len(heaters[1]) + len(devices[1]) + len(real_texts.reviews()[1]) + len(real_texts.utterances()[1])
    return Report("real_texts", asked, figures, floors_of("real_texts", bench.app.engine.name, figures))


def _beside(name: str, documents: Mapping[str, str], asked: Asked) -> dict[str, float]:
    with indexed(whole(documents)) as index:
        ways = {"ours": _by(index), **_peers(documents, index)}
        return named(f"{name}/", asked, ways) | _real_floor(name, index)


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
        figures["reviews/on_topic_kept"] = share(bool(index.search(one.text, limit=1)) for one in asked)
        return figures | _real_floor("reviews", index)


def _jddc() -> dict[str, float]:
    """Both protocols of the utterances: among all of them, the one that is asked left out; and among candidates."""
    documents, asked = real_texts.utterances()
    with indexed(whole(documents)) as index:
        figures: dict[str, float] = {}
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
