"""The six sample files read without any mapping equal the canonical records, but for what the files do not hold."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.domain.records import RawRecord
from tests.intake.reading_help import Result, read

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "assistant/sample/xinglan/source"
CANONICAL = ROOT / "evals/cases/xinglan/records.jsonl"

NOT_IN_FILE: dict[str, set[str]] = {
    "review": {"customer.phone", "title", "customer.since", "customer.owned", "customer.bought_service", "status"},
    "survey": {"customer.since", "customer.owned", "customer.bought_service", "status"},
    "call": {"customer.since", "customer.owned", "customer.bought_service"},
    "group": {"customer.since", "customer.owned", "customer.bought_service", "status"},
    "ticket": set(),
    "chat": set(),
}
"""Columns that the export of a channel lacks."""
PRECISION = {"ticket": 16, "survey": 10}
"""Tickets carry minutes, surveys days."""


@pytest.fixture(scope="module")
def sample() -> Result:
    return read(SOURCE)


@pytest.fixture(scope="module")
def canonical() -> dict[str, dict[str, Any]]:
    rows = [json.loads(line) for line in CANONICAL.read_text(encoding="utf-8").splitlines()]
    return {row["id"]: row for row in rows}


def _customer(row: dict[str, Any]) -> dict[str, object]:
    return {
        f"customer.{key}": tuple(v) if isinstance(v, list) else None if v == "" else v
        for key, v in row["customer"].items()
    }


def _expected(row: dict[str, Any]) -> dict[str, object]:
    plain = {key: row[key] or None for key in ("product", "model", "status", "title")}
    said = [(turn["speaker"], turn["text"]) for turn in row["turns"]]
    moment = row["created_at"][: PRECISION.get(row["channel"], 25)]
    fields = {
        "channel": row["channel"],
        "text": row["text"],
        "turns": said,
        "rating": row["rating"],
        "created_at": moment,
    }
    missing = NOT_IN_FILE[row["channel"]]
    return {key: value for key, value in (fields | plain | _customer(row)).items() if key not in missing}


def _found(record: RawRecord) -> dict[str, object]:
    customer = record.customer
    names = ("id", "name", "phone", "segment", "region", "since", "owned", "bought_service")
    fields: dict[str, object] = {f"customer.{name}": getattr(customer, name) for name in names}
    fields |= {
        key: getattr(record, key) for key in ("channel", "text", "rating", "product", "model", "status", "title")
    }
    fields["turns"] = [(turn.speaker, turn.text) for turn in record.turns]
    fields["created_at"] = (record.created_at or "")[: PRECISION.get(record.channel, 25)]
    return {key: value for key, value in fields.items() if key not in NOT_IN_FILE[record.channel]}


def test_all_350_records_equal_the_canonical_ones(sample: Result, canonical: dict[str, dict[str, Any]]) -> None:
    assert not sample.rejected
    assert len(sample.records) == len(canonical) == 350
    for record in sample.records:
        assert _found(record) == _expected(canonical[record.external_id])


def test_columns_that_a_file_lacks_are_left_empty(sample: Result) -> None:
    reviews = [record for record in sample.records if record.channel == "review"]
    assert {record.customer.phone for record in reviews} == {None}
    assert {record.title for record in reviews} == {None}


def test_the_wire_format_comes_back_as_it_went_out(canonical: dict[str, dict[str, Any]]) -> None:
    result = read(CANONICAL)
    assert not result.rejected
    for record in result.records:
        row = canonical[record.external_id]
        assert [(t.speaker, t.at, t.text) for t in record.turns] == [
            (t["speaker"], t["at"], t["text"]) for t in row["turns"]
        ]
        assert (record.created_at, record.text, record.channel) == (row["created_at"], row["text"], row["channel"])
    assert len(result.records) == len(canonical)


def test_turn_times_count_from_the_start_of_the_call(sample: Result) -> None:
    call = next(record for record in sample.records if record.external_id == "D-001")
    assert [turn.at for turn in call.turns[:3]] == [
        "2026-01-06T19:42:10+08:00",
        "2026-01-06T19:42:16+08:00",
        "2026-01-06T19:42:30+08:00",
    ]


def test_receipts_say_how_each_file_was_understood(sample: Result) -> None:
    told = {Path(receipt.path).stem: (receipt.format, receipt.encoding, receipt.read) for receipt in sample.receipts}
    assert told == {
        "企微群消息_2026": ("transcript", "utf-8", 22),
        "回访问卷_2026": ("csv", "utf-8-sig", 28),
        "在线会话_2026": ("json", "utf-8", 90),
        "工单导出_2026": ("csv", "gb18030", 110),
        "电商评价_2026": ("xlsx", None, 42),
        "通话转写_2026": ("transcript", "utf-8", 58),
    }
    assert all(not receipt.notes for receipt in sample.receipts)


@pytest.mark.parametrize(("name", "count"), [("midea_lowscore.jsonl", 7231), ("jddc_dev/records.jsonl", 2094)])
def test_public_corpora_are_read_whole(name: str, count: int) -> None:
    path = ROOT / "../shared/data" / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the checkout")
    result = read(path)
    assert (len(result.records), len(result.rejected)) == (count, 0)
    assert all(record.text for record in result.records)
