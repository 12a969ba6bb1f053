"""Search with the shipped default embedder does not get worse than what was measured, on two sets it was not fitted to."""

import json
from pathlib import Path
from typing import Any

import pytest

from evals.metrics.measured import mean
from evals.metrics.retrieval import ndcg_at, recall_at
from tests.vectorstore.building import filled
from vectorstore.embedders.local import LocalEmbedder

ROOT = Path(__file__).parents[2]
CASES = ROOT / "evals/cases/xinglan"
UTTERANCES = ROOT.parent / "shared/data/jddc_dev/records.jsonl"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def customer_words(record: dict[str, Any]) -> str:
    turns = [turn["text"] for turn in record.get("turns") or [] if turn["speaker"] == "customer"]
    return "\n".join([record.get("title") or "", *(turns or [record.get("text") or ""])])


def test_staff_questions_over_the_sample_corpus(tmp_path: Path) -> None:
    index, _ = filled(tmp_path, {r["id"]: customer_words(r) for r in lines(CASES / "records.jsonl")}, LocalEmbedder())
    queries = lines(CASES / "queries.jsonl")
    found = [[hit.document_id for hit in index.search(query["question"], limit=20)] for query in queries]
    relevant = [query["relevant"] for query in queries]
    assert mean(ndcg_at(f, r, 10) for f, r in zip(found, relevant, strict=True)) >= 0.69
    assert mean(recall_at(f, r, 20) for f, r in zip(found, relevant, strict=True)) >= 0.61


@pytest.mark.skipif(not UTTERANCES.exists(), reason="the public utterances are not beside the checkout")
def test_real_utterances_find_their_like(tmp_path: Path) -> None:
    documents = {record["id"]: record["text"] for record in lines(UTTERANCES)}
    queries = lines(UTTERANCES.parents[1] / "jddc_dev.relevance.jsonl")
    index, _ = filled(tmp_path, documents, LocalEmbedder())
    gains, firsts = [], []
    for query in queries[::10]:
        alike = {q["self"] for q in queries if q["intent"] == query["intent"]} - {query["self"]}
        found = [hit.document_id for hit in index.search(query["text"], limit=11)]
        found = [key for key in found if key != query["self"]][:10]
        if alike:
            gains.append(ndcg_at(found, alike, 10))
            firsts.append(ndcg_at(found, alike, 1))
    assert mean(gains) >= 0.57
    assert mean(firsts) >= 0.66
