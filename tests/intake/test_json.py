"""JSON exports of any shape, streamed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intake.reading_help import read_text

RECORDS: list[dict[str, Any]] = [
    {"id": "1", "text": "水不热", "created_at": "2026-01-04T10:00:00+08:00", "extra": {"a": [1, 2]}, "price": 9.5},
    {"id": "2", "text": "没人来", "customer": None, "owned": ["X5"]},
]


def dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize(
    ("text", "format_name"),
    [
        (dumped(RECORDS), "json"),
        (json.dumps(RECORDS, indent=2), "json"),
        ("\ufeff" + dumped(RECORDS), "json"),
        (dumped({"code": 0, "data": {"total": 2, "list": RECORDS}}), "json"),
        (dumped({"users": [{"id": 7, "name": "不是记录"}], "tickets": RECORDS, "next_page": None}), "json"),
        ("\n".join(map(dumped, RECORDS)), "jsonl"),
        ("\n\n".join(map(dumped, RECORDS)) + "\n", "jsonl"),
        ("\n".join(json.dumps(record, indent=1) for record in RECORDS), "json"),
    ],
)
def test_records_are_found_in_every_shape(tmp_path: Path, text: str, format_name: str) -> None:
    result = read_text(tmp_path, text, name="data.bin")
    assert result.receipt.format == format_name
    assert [(record.external_id, record.text) for record in result.records] == [("1", "水不热"), ("2", "没人来")]
    assert result.records[0].metadata == {"extra.a": "1、2", "price": 9.5}


def test_one_record_alone_is_a_record(tmp_path: Path) -> None:
    record = {"customer": {"id": "C1", "segment": "sme"}, "id": "T1", "messages": [{"role": "user", "content": "在吗"}]}
    result = read_text(tmp_path, json.dumps(record, indent=1), name="one.json")
    assert [(r.external_id, r.customer.segment, len(r.turns)) for r in result.records] == [("T1", "sme", 1)]


def test_a_bad_line_costs_only_itself(tmp_path: Path) -> None:
    text = f"{dumped(RECORDS[0])}\n{{broken\n[1, 2]\n{dumped(RECORDS[1])}\n"
    result = read_text(tmp_path, text)
    assert len(result.records) == 2
    assert [(row.line, row.reason) for row in result.rejected] == [(2, "bad_json"), (3, "bad_json")]


def test_a_document_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    result = read_text(tmp_path, dumped(RECORDS)[:-20], name="cut.json")
    assert result.texts == ["水不热"]
    assert [row.reason for row in result.rejected] == ["bad_json"]


def test_json_that_nests_without_end_is_a_rejection(tmp_path: Path) -> None:
    result = read_text(tmp_path, '[{"id": "1", "text": "好", "x": ' + "[" * 200_000, name="deep.json")
    assert [row.reason for row in result.rejected] == ["bad_json"]


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([{"from": "visitor", "time": "2026-01-04 10:00:00", "content": "在吗"}], [("customer", "在吗", "2026-01-04T10:00:00+08:00")]),
        ([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], [("customer", "a", None), ("system", "b", None)]),
        ([{"sender": {"type": "agent", "name": "王"}, "text": "您好", "ts": 1767492000}], [("agent", "您好", "2026-01-04T10:00:00+08:00")]),
        ([{"message_type": 0, "content": "在吗"}, {"message_type": 1, "content": "在"}, {"message_type": 2, "content": "已分配"}], [("customer", "在吗", None), ("agent", "在", None), ("system", "已分配", None)]),
        ([{"author": {"type": "user"}, "body": "<p>坏了</p>"}, {"author": {"type": "admin"}, "body": ""}], [("customer", "坏了", None)]),
        ([{"direction": "inbound", "body": "坏了"}, {"direction": "outbound", "body": "好的"}], [("customer", "坏了", None), ("agent", "好的", None)]),
    ],
)  # fmt: skip
def test_messages_of_many_systems(
    tmp_path: Path, messages: list[Mapping[str, Any]], expected: list[tuple[str, str, str | None]]
) -> None:
    result = read_text(tmp_path, dumped([{"id": "S1", "messages": messages}]), name="chat.json")
    [record] = result.records
    assert [(turn.speaker, turn.text, turn.at) for turn in record.turns] == expected
    assert record.channel == "chat"


def test_a_description_before_the_thread_is_the_first_thing_the_customer_says(tmp_path: Path) -> None:
    thread = [{"role": "agent", "body": "请问型号?"}, {"role": "customer", "body": "X5"}]
    ticket = {"ticket_id": 5, "description": "水不热", "comments": thread}
    [record] = read_text(tmp_path, dumped({"tickets": [ticket]}), name="tickets.json").records
    assert [(turn.speaker, turn.text) for turn in record.turns] == [
        ("customer", "水不热"),
        ("agent", "请问型号?"),
        ("customer", "X5"),
    ]
    assert (record.channel, record.text) == ("ticket", "")


def test_fields_that_turn_up_late_are_recognised(tmp_path: Path) -> None:
    lines = [dumped({"id": str(i), "text": "水不热"}) for i in range(300)]
    lines.append(dumped({"id": "300", "text": "没人来", "rating": 2, "customer": {"phone": "13812345678"}}))
    record = read_text(tmp_path, "\n".join(lines)).records[-1]
    assert (record.rating, record.customer.phone, dict(record.metadata)) == (2.0, "13812345678", {})


def test_a_large_array_is_streamed(tmp_path: Path) -> None:
    rows = [{"id": str(i), "text": f"第{i}条：热水器" + "忽冷忽热" * 40} for i in range(4_000)]
    result = read_text(tmp_path, dumped({"meta": {"n": 1}, "rows": rows}), name="big.json")
    assert [record.external_id for record in result.records] == [str(i) for i in range(4_000)]
    assert result.receipt.notes == ("fields beside the list of records left out: meta",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["id", "text", "messages", "created_at", "customer", "甲"]), JSON), max_size=5
    )
)
def test_any_json_is_counted_to_the_last_record(tmp_path_factory: pytest.TempPathFactory, records: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("json")
    as_array = read_text(folder, dumped(records), name="a.json")
    as_lines = read_text(folder, "\n".join(map(dumped, [*records, *records])), name="b.json")
    if records:
        assert as_array.receipt.read in (len(records), 1)
    assert len(as_lines.records) in (2 * len(as_array.records), len(as_lines.records))
