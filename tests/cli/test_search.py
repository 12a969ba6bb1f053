"""`voc search`: what was understood is shown and can be switched off, repeats fold, odd queries are only words."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Voc

RECORDS = [
    ("T1", "2026-08-12", "打印机", "enterprise", "升级以后打印机天天掉线，要重启才行"),
    ("T2", "2026-03-02", "打印机", "consumer", "打印机掉线，连不上电脑"),
    ("T3", "2026-08-20", "热水器", "consumer", "热水器洗到一半变凉水"),
    ("T4", "2026-09-01", "打印机", "enterprise", "墨盒太贵，加一次粉就要三百"),
]


@pytest.fixture
def searched(voc: Voc, tmp_path: Path) -> Voc:
    rows = [
        {"id": key, "channel": "ticket", "created_at": f"{day}T09:00:00+08:00", "product": product, "text": body,
         "customer": {"id": f"C-{key}", "segment": segment}}
        for key, day, product, segment, body in RECORDS
    ]  # fmt: skip
    file = tmp_path / "records.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    assert voc("ingest", file, "--json").code == 0
    assert voc("index", "--json").code == 0
    return voc


def found(ran: object) -> list[str]:
    return [hit["external_id"] for hit in ran.json["hits"]]  # type: ignore[attr-defined]


def test_dates_and_groups_become_filters_that_are_shown(searched: Voc) -> None:
    ran = searched("search", "2026年8月企业客户的打印机掉线", "--json")
    assert found(ran) == ["T1"]
    assert ran.json["understood"]["named"] == ["product", "segment", "since", "until"]
    shown = searched("search", "2026年8月企业客户的打印机掉线")
    assert "segment: sme, enterprise" in shown.err
    assert "--literally" in shown.err


def test_literally_takes_the_words_as_they_are(searched: Voc) -> None:
    ran = searched("search", "2026年8月企业客户的打印机掉线", "--literally", "--json")
    assert {"T1", "T2"} <= set(found(ran))
    assert ran.json["understood"]["named"] == []


def test_a_scope_alone_lists_its_newest_records(searched: Voc) -> None:
    assert found(searched("search", "企业客户的反馈", "--json")) == ["T4", "T1"]


def test_goods_that_nobody_sells_here_are_not_found_in_other_goods(searched: Voc) -> None:
    ran = searched("search", "冬天暖气不热", "--json")
    assert found(ran) == []
    assert any("暖气" in note for note in ran.json["understood"]["notes"])


def test_where_what_was_read_leaves_nothing_the_search_is_widened(searched: Voc) -> None:
    ran = searched("search", "政府客户的打印机掉线", "--json")
    assert set(found(ran)[:2]) == {"T1", "T2"}
    assert any("放宽" in note for note in ran.json["understood"]["notes"])


def test_what_nearly_repeats_another_is_folded_under_it(searched: Voc, tmp_path: Path) -> None:
    said = "升级以后打印机天天掉线，要重启才行！"
    row = {"id": "T5", "channel": "chat", "created_at": "2026-08-13T09:00:00+08:00", "product": "打印机", "text": said}
    file = tmp_path / "more.jsonl"
    file.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    assert searched("ingest", file, "--json").code == 0
    assert searched("index", "--json").code == 0
    hits = searched("search", "升级后天天掉线要重启", "--json").json["hits"]
    folded = [hit for hit in hits if {hit["external_id"], *hit["repeats"]} >= {"T1", "T5"}]
    assert len(folded) == 1
    assert sum(hit["external_id"] in {"T1", "T5"} for hit in hits) == 1


def test_the_newer_first(searched: Voc) -> None:
    plain, recent = (
        [key for key in found(searched("search", "打印机掉线 墨盒贵", *extra, "--json")) if key in {"T2", "T4"}]
        for extra in ((), ("--recent",))
    )
    assert recent.index("T4") <= plain.index("T4")


@pytest.mark.parametrize("query", ["你好", "法国大革命的原因", "红烧肉怎么做"])
def test_small_talk_finds_nothing(searched: Voc, query: str) -> None:
    assert found(searched("search", query, "--json")) == []


@pytest.mark.parametrize(
    "query",
    ['"', "漏水*", "NEAR(掉线 打印机, 2)", "words:掉线", "😀掉线", "'; DROP TABLE passages; --", "掉线" * 5_000, "%_"],
)
def test_operators_are_only_words(searched: Voc, query: str) -> None:
    assert searched("search", query, "--json").code == 0
