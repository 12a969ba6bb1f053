"""Our measures of rankings give what `ir-measures` gives."""

import random
from typing import Any

import pytest

from evals.metrics.measured import mean
from evals.metrics.retrieval import average_precision, ndcg_at, recall_at

ir_measures: Any = pytest.importorskip("ir_measures", reason="ir-measures is not installed")


@pytest.mark.parametrize("seed", range(5))
def test_the_same_figures(seed: int) -> None:
    chance = random.Random(seed)
    documents = [f"d{n}" for n in range(60)]
    relevant = {f"q{n}": set(chance.sample(documents, chance.randint(1, 25))) for n in range(20)}
    rankings = {query: chance.sample(documents, 50) for query in relevant}
    judged = [ir_measures.Qrel(query, key, 1) for query, keys in relevant.items() for key in keys]
    ran = [
        ir_measures.ScoredDoc(query, key, float(-place))
        for query, keys in rankings.items()
        for place, key in enumerate(keys)
    ]
    asked = {name: ir_measures.parse_measure(name) for name in ("nDCG@10", "R@20", "AP")}
    theirs = ir_measures.calc_aggregate(asked.values(), judged, ran)
    pairs = [(rankings[query], relevant[query]) for query in relevant]
    ours = {
        "nDCG@10": mean(ndcg_at(found, wanted, 10) for found, wanted in pairs),
        "R@20": mean(recall_at(found, wanted, 20) for found, wanted in pairs),
        "AP": mean(average_precision(found, wanted) for found, wanted in pairs),
    }
    assert ours == pytest.approx({name: theirs[measure] for name, measure in asked.items()})
