"""The sample corpus with its planted truth, as a memory store whose themes are the planted needs."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from assistant.domain.insights import Insight, LadderStanding
from assistant.domain.records import Customer, MaskedText, Record, Turn, record_id, turn_prefix
from assistant.domain.themes import Theme
from tests.answering.fakes import MemoryStore, need

CASES = Path(__file__).parents[2] / "evals/cases/xinglan"


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CASES / name).read_text(encoding="utf-8").splitlines()]


@cache
def questions() -> list[dict[str, Any]]:
    """Staff questions with the external ids of the records that bear on them."""
    return _lines("queries.jsonl")


@cache
def corpus() -> MemoryStore:
    """Records of the sample (invented people), their planted needs as insights and themes."""
    truth = {row["id"]: row for row in _lines("truth.jsonl")}
    records = [_record(row, truth[row["id"]]) for row in _lines("records.jsonl")]
    insights = [i for record in records for i in _insights(record, truth[record.external_id])]
    return MemoryStore(records, insights, _themes(insights))


def _record(row: dict[str, Any], truth: dict[str, Any]) -> Record:
    text, turns = row["text"] or "", []
    for turn in row["turns"]:
        text += "\n" if text else ""
        prefix = turn_prefix(turn["speaker"])
        start = len(text) + len(prefix)
        text += prefix + turn["text"]
        turns.append(Turn(turn["speaker"], MaskedText(turn["text"]), start, len(text), turn.get("at")))
    customer, twin = row["customer"], truth["duplicate_of"]
    return Record(
        id=record_id("sample", row["id"]), external_id=row["id"], source="sample", channel=row["channel"],
        text=MaskedText(text), created_at=row["created_at"], product=row["product"] or None, model=row["model"] or None,
        customer=Customer(customer["id"], customer["segment"]), turns=tuple(turns), noise=truth["noise"],
        near_duplicate_of=record_id("sample", twin) if twin else None,
    )  # fmt: skip


def _insights(record: Record, truth: dict[str, Any]) -> list[Insight]:
    return [
        need(
            record, n["quote"], n["need"], surface=n["surface"], secondary=n["secondary"], deep=n["deep"],
            deep_category=n["deep_category"], aspect=n["aspect"], sentiment=n["sentiment"], severity=n["severity"],
            signals=truth["signals"],
        )
        for n in truth["needs"]
        if n["quote"] in record.text
    ]  # fmt: skip


def _themes(insights: list[Insight]) -> list[Theme]:
    firsts: dict[str, list[Insight]] = {}
    for insight in insights:
        firsts.setdefault(str(insight.theme_id), []).append(insight)
    return [
        Theme(
            id=key, title=own[0].surface, definition="", surface=own[0].surface, secondary=own[0].secondary,
            deep=own[0].deep, standing=LadderStanding(), deep_category=own[0].deep_category, engine="rules",
            records=len({i.record_id for i in own}), customers=len(own),
        )
        for key, own in sorted(firsts.items(), key=lambda pair: -len(pair[1]))
    ]  # fmt: skip
