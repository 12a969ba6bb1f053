"""A table of questions in staff's words and what each is read as, by answering and by search alike (``queries.tsv``)."""

import json
import re
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.lexicon import load_names
from assistant.answering.matching import matching_themes
from assistant.answering.plan import Catalogue, plan
from assistant.answering.spans import find_versions, with_same_days_before
from assistant.answering.triage import people_named
from assistant.answering.understanding import understand
from assistant.answering.values import find_models, find_regions
from assistant.domain.filters import Filters
from tests.answering.fakes import theme

TODAY = date(2026, 11, 21)
HELD = Catalogue(
    ("X5", "P2", "R8", "L3", "N7"),
    ("P2 商用打印机", "L3 智能门锁", "R8 Pro", "R8 Lite", "X5-16 恒温燃气热水器", "N7 路由器"),
    "2026-01-03",
    "2026-10-27",
    regions=("四川成都", "四川绵阳", "广东深圳", "广东广州", "北京朝阳", "上海", "江苏南京"),
    first_said={"3.2": "2026-08-04"}.get,
)
ROWS = [
    line.split("\t")
    for line in Path(__file__).with_name("queries.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def _named(filters: Filters) -> dict[str, Any]:
    return json.loads(json.dumps({name: value for name, value in asdict(filters).items() if value}))  # type: ignore[no-any-return]


def test_the_table_is_no_sample() -> None:
    assert len(ROWS) >= 80


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_question_is_read_as_the_table_says(row: list[str]) -> None:
    question, intent, by, filters, words, searched = row
    made = plan(question, (), HELD, TODAY)
    assert (made.intents[0], made.by or "-", made.query or "-") == (intent, by, words)
    assert _named(made.filters) == json.loads(filters)
    asked = understand(question, Filters(), HELD, TODAY)
    assert _named(asked.filters) == (json.loads(filters) if searched == "=" else json.loads(searched))


def test_a_version_counts_from_the_day_that_records_first_name_it() -> None:
    made = plan("3.2升级之后掉线的反馈有多少", (), HELD, TODAY)
    assert "3.2 在记录里最早于 2026-08-04 提到" in "".join(made.notes)
    assert find_versions("9.9升级之后", {"3.2": "2026-08-04"}.get) == []
    assert not plan("3.2升级之后掉线的反馈有多少", (), Catalogue(), TODAY).filters.since


def test_the_same_days_of_last_year_are_set_against_these() -> None:
    assert plan("8月打印机投诉和去年同期相比", (), HELD, TODAY).periods == (
        ("2025-08-01", "2025-08-31"),
        ("2026-08-01", "2026-08-31"),
    )
    leap = with_same_days_before("去年同期", [], date(2028, 2, 29))
    assert (leap[0].since, leap[0].until) == (date(2027, 1, 1), date(2027, 2, 28))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("r8pro缠毛", ("R8 Pro",)),
        ("r8-pro 缠毛", ("R8 Pro",)),
        ("r8 缠毛", ()),
        ("xr8 pros", ()),
        ("jsq30 x5不热", ("JSQ30-X5 13升", "JSQ30-X5 16升")),
        ("jsq30-x5 13升不热", ("JSQ30-X5 13升",)),
    ],
)
def test_models_by_any_spelling(text: str, values: tuple[str, ...]) -> None:
    models = ("R8 Pro", "JSQ30-X5 13升", "JSQ30-X5 16升", "R8")
    found = find_models(text, ("R8", "X5"), models, load_names())
    assert [item.values for item in found] == ([values] if values else [])


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        ("成都的客户", {"四川省成都市"}),
        ("四川省客户", {"四川省成都市"}),
        ("西南地区", {"四川省成都市", "重庆"}),
        ("南山区", {"广东深圳市南山区"}),
        ("听不懂四川话", set()),
        ("海南客户", set()),
    ],
)
def test_places_by_part_province_and_town(text: str, regions: set[str]) -> None:
    found = find_regions(text, ("四川省成都市", "重庆", "广东深圳市南山区"), load_names())
    assert {value for item in found for value in item.values} == regions


@pytest.mark.parametrize(
    ("question", "refused", "words"),
    [
        ("王秀英的投诉", True, ""),
        ("客户王秀英有几次投诉", True, ""),
        ("查一下王秀英", True, ""),
        ("⟦name:9a3efe⟧的工单", True, ""),
        ("电话⟦phone:9a3efe⟧的客户说了什么", True, ""),
        ("手机号⟦phone:9a3efe⟧有多少条反馈", True, ""),
        ("⟦phone:9a3efe⟧这位客户投诉过什么", True, ""),
        ("查一下⟦id_card:9a3efe⟧", True, ""),
        ("打印机掉线怎么回复，客户电话⟦phone:9a3efe⟧", False, "掉线"),
        ("王秀英 打印机掉线怎么回复", False, "掉线"),
        ("打印机掉线怎么回复", False, "掉线"),
        ("王秀英的客户怎么说", False, "王秀英"),
        ("洗衣机有人投诉吗", False, "洗衣机"),
        ("洗地机有几个投诉", False, "洗地机"),
    ],
)
def test_people_are_not_looked_for_by_name_or_number(question: str, refused: bool, words: str) -> None:
    def masked(text: str) -> str:
        return re.sub("我叫(王秀英|洗衣机|洗地机)", "我叫⟦name:7f3a9c⟧", text)

    made, sentence = people_named(plan(question, (), HELD, TODAY), masked)
    assert (sentence is not None, made.query) == (refused, words)
    assert "王秀英" not in made.query or "王秀英的客户" in question  # says what they are, as 养猫的客户 does
    if sentence:
        assert "客户编号" in sentence


def test_a_theme_is_meant_by_its_title_before_another_that_speaks_of_it_too() -> None:
    wide = theme("th_a", "骑行不放心")
    named = theme("th_b", "刹车软踩不住")
    wide = type(wide)(
        **{**{f: getattr(wide, f) for f in wide.__slots__}, "definition": "刹车、车灯和轮胎", "records": 99}
    )
    assert [found.id for found in matching_themes("刹车", [wide, named])] == ["th_b"]
    assert [found.id for found in matching_themes("车灯", [wide, named])] == ["th_a"]


@given(st.text(max_size=60))
def test_any_text_is_understood(text: str) -> None:
    read = understand(text, Filters(), HELD, TODAY)
    assert read.query == "" or read.query
    assert set(read.filters.product) <= set(HELD.products) | set(HELD.models)
    assert set(read.filters.region) <= set(HELD.regions)
