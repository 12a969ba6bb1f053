"""Real public texts that lie beside the checkout, with questions and what is relevant to them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.metrics.measured import mean
from evals.metrics.retrieval import average_precision
from evals.workbench import read_lines
from vectorstore.index import PassageIndex

ROOT = Path(__file__).parents[1].parent / "shared"
DATA = ROOT / "data"
QUESTIONS = Path(__file__).with_name("cases") / "retrieval"
HEATERS = 12_000
SHORTEST = 8
"""Shorter reviews say nothing that could be asked for."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One of the utterances as a query."""

    id: str
    text: str
    alike: frozenset[str]
    """The others of the same intent."""
    positives: frozenset[str]
    candidates: frozenset[str]
    """Judged positives, and negatives that are hard to tell from them."""


def present() -> bool:
    """True where all the texts are there."""
    names = (
        "jddc_dev/records.jsonl", "jddc_dev.relevance.jsonl", "midea_aspects.jsonl", "absa_zh.jsonl",
        "midea_lowscore.jsonl",
    )  # fmt: skip
    return all((DATA / name).exists() for name in names)


def lines(name: str) -> list[str]:
    """The lines of one of our files of questions."""
    found = (QUESTIONS / name).read_text(encoding="utf-8").splitlines()
    return [line for line in found if line.strip() and not line.startswith("#")]


def heaters() -> tuple[dict[str, str], list[tuple[str, set[str]]]]:
    """Clauses of water-heater reviews under eight headings (weak labels), and questions in other words."""
    seen = {row["text"]: row for row in reversed(read_lines(DATA / "midea_aspects.jsonl")) if len(row["text"]) >= 5}
    rows = [row for row in seen.values() if row["aspect"] != "其他特色"]
    random.Random(5).shuffle(rows)  # noqa: S311 - the same sample in every run
    labelled: dict[str, set[str]] = {}
    for row in rows[:HEATERS]:
        labelled.setdefault(row["aspect"], set()).add(row["id"])
    asked = [line.split("\t") for line in lines("heaters.tsv")]
    return {row["id"]: row["text"] for row in rows[:HEATERS]}, [(text, labelled[label]) for text, label in asked]


def devices() -> tuple[dict[str, str], list[tuple[str, set[str]]]]:
    """Clauses on cameras, notebooks and telephones with the thing spoken of, and questions in other words."""
    keys: dict[str, str] = {}
    spoken_of: dict[str, set[str]] = {}
    for number, row in enumerate(read_lines(DATA / "absa_zh.jsonl")):
        key = keys.setdefault(row["text"], f"z{number}")
        spoken_of.setdefault(row["aspect_term"].lower(), set()).add(key)
    asked = [line.split("\t") for line in lines("devices.tsv")]
    relevant = [(text, set().union(*(spoken_of.get(term, set()) for term in terms.split()))) for text, terms in asked]
    return {key: text for text, key in keys.items()}, relevant


@dataclass(frozen=True, slots=True)
class Judged:
    """A question with the documents that were read for it."""

    text: str
    relevant: frozenset[str]
    others: frozenset[str]


def reviews() -> tuple[dict[str, str], list[Judged]]:
    """Bad reviews of water heaters, and questions in other words with pooled judgements."""
    seen: dict[str, str] = {}
    for row in read_lines(DATA / "midea_lowscore.jsonl"):
        if len(row["text"]) >= SHORTEST:
            seen.setdefault(row["text"], row["id"])
    asked = [line.split("\t") for line in lines("reviews.tsv")]
    judged = [Judged(text, frozenset(good.split()), frozenset(bad.split())) for text, good, bad in asked]
    return {key: text for text, key in seen.items()}, judged


def utterances() -> tuple[dict[str, str], list[Utterance]]:
    """Utterances of shop customers, each also a query."""
    rows = read_lines(DATA / "jddc_dev.relevance.jsonl")
    intents: dict[str, set[str]] = {}
    for row in rows:
        intents.setdefault(row["intent"], set()).add(row["self"])
    documents = {row["id"]: row["text"] for row in read_lines(DATA / "jddc_dev/records.jsonl")}
    return documents, [
        Utterance(
            row["self"], row["text"], frozenset(intents[row["intent"]] - {row["self"]}), frozenset(row["positives"]),
            frozenset([*row["positives"], *row["hard_negatives"]]),
        )
        for row in rows
    ]  # fmt: skip


def candidate_map(index: PassageIndex, asked: Sequence[Utterance]) -> float:
    """Mean average precision of the positives among each utterance's own candidates."""
    values = []
    for one in asked:
        if one.positives:
            found = index.search(one.text, allowed=one.candidates, limit=len(one.candidates), floor=False)
            values.append(average_precision([hit.document_id for hit in found], one.positives))
    return mean(values)
