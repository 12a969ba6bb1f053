"""What questions ask for: a table of staff questions, and the rules that make plans predictable."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.lexicon import load_names
from assistant.answering.plan import Catalogue, plan
from assistant.domain.filters import Filters
from tests.answering.corpus import questions

TODAY = date(2026, 11, 21)
CATALOGUE = Catalogue(
    ("X5", "P2", "R8", "L3", "N7"), ("P2 商用打印机", "L3 智能门锁", "R8 Pro"), "2026-01-03", "2026-10-27"
)
NOV = {"since": "2026-08-22", "until": "2026-11-21"}
AUG = {"since": "2026-08-01", "until": "2026-08-31"}
OCT = {"since": "2026-10-01", "until": "2026-10-31"}
BUSINESS = ("sme", "enterprise")
NEG = {"sentiment": ("negative",)}


@pytest.mark.parametrize(
    ("question", "intent", "by", "filters", "query"),
    [
        ("近三个月门锁用户最在意什么", "count", "theme", {"product": ("L3",), **NOV}, ""),
        ("8月打印机掉线有多少条", "count", None, {"product": ("P2",), **AUG}, "掉线"),
        ("企业客户和消费者比哪个更在意价格", "compare", "segment", {"segment": (*BUSINESS, "consumer"), "aspect": ("price",)}, ""),
        ("客户说打印机升级后老掉线,怎么回?他真正在意什么?", "reply", None, {"product": ("P2",)}, "升级后老掉线"),
        ("上个月投诉最多的问题是什么", "count", "theme", {**OCT, **NEG}, ""),
        ("热水器的差评有多少条", "count", None, {"product": ("X5",), **NEG}, ""),
        ("各产品的反馈数量", "count", "product", {}, ""),
        ("哪类客户投诉最多", "count", "segment", NEG, ""),
        ("扫地机反馈的趋势", "trend", "month", {"product": ("R8",)}, ""),
        ("打印机和路由器哪个投诉更多", "compare", "product", {"product": ("P2", "N7"), **NEG}, ""),
        ("7月和8月打印机的反馈对比", "compare", "month", {"product": ("P2",), "since": "2026-07-01", "until": "2026-08-31"}, ""),
        ("经销商主要抱怨什么", "count", "theme", {"segment": ("dealer",), **NEG}, ""),
        ("哪个渠道来的反馈最多", "count", "channel", {}, ""),
        ("深层需求里信任占多少", "count", "theme", {"deep_category": ("trust",)}, ""),
        ("政府单位最关心什么", "count", "theme", {"segment": ("government",)}, ""),
        ("今年夏天安装方面的投诉有多少", "count", None, {"since": "2026-06-01", "until": "2026-08-31", "aspect": ("installation",), **NEG}, ""),
        ("前5大问题", "count", "theme", {}, ""),
        ("为什么客户不满意在线机器人", "explain", None, {}, "在线机器人"),
        ("给门锁没电这个需求出个提案", "propose", None, {"product": ("L3",)}, "没电"),
        ("消费者在意价格还是质量", "compare", "aspect", {"segment": ("consumer",), "aspect": ("price", "quality")}, ""),
        ("8月以来掉线的反馈是不是越来越多", "trend", "month", {"since": "2026-08-01"}, "掉线"),
        ("N7的用户怎么说", "find", None, {"product": ("N7",)}, ""),
        ("企业客户占比多少", "count", None, {"segment": BUSINESS}, ""),
        ("工单里热水器的反馈有几条", "count", None, {"product": ("X5",), "channel": ("ticket",)}, ""),
        ("电商评价里的好评占比", "count", None, {"channel": ("review",), "sentiment": ("positive",)}, ""),
        ("R8 宠物毛发的原话", "list", None, {"product": ("R8",)}, "宠物毛发"),
        ("好评主要夸什么", "count", "theme", {"sentiment": ("positive",)}, ""),
        ("哪个月反馈最多", "count", "month", {}, ""),
        ("热水器温度不稳烫到孩子的反馈有哪些", "list", None, {"product": ("X5",)}, "温度不稳烫到孩子"),
        ("哪些客户表扬了上门师傅", "list", None, {"sentiment": ("positive",)}, "上门师傅"),
        ("客户为什么喜欢恒温效果", "explain", None, {"sentiment": ("positive",)}, "恒温效果"),
        ("服务商的反馈有多少", "count", None, {"segment": ("service_provider",)}, ""),
        ("中小企业的打印机反馈有多少条", "count", None, {"product": ("P2",), "segment": ("sme",)}, ""),
        ("回访问卷里的差评有多少", "count", None, {"channel": ("survey",), **NEG}, ""),
        ("二季度扫地机器人投诉有多少", "count", None, {"product": ("R8",), "since": "2026-04-01", "until": "2026-06-30", **NEG}, ""),
        ("智能门锁的反馈按月变化", "trend", "month", {"product": ("L3",)}, ""),
    ],
)  # fmt: skip
def test_a_question_about_the_feedback(
    question: str, intent: str, by: str | None, filters: dict[str, Any], query: str
) -> None:
    made = plan(question, (), CATALOGUE, TODAY)
    assert made.intents[0] == intent
    assert (made.by, made.filters, made.query) == (by, Filters(**filters), query)


@pytest.mark.parametrize("row", questions(), ids=lambda row: row["id"])
def test_a_customers_own_sentence_is_not_narrowed_by_time_or_group(row: dict[str, Any]) -> None:
    made = plan(row["question"], (), CATALOGUE, TODAY)
    assert not made.filters.since
    assert made.filters.sentiment in {(), ("positive",)}
    assert made.filters.segment in {(), ("service_provider",)}
    assert made.query
    assert not {"count", "compare", "trend"} & set(made.intents)


@pytest.mark.parametrize(
    ("question", "intents"),
    [
        ("师傅迟到怎么跟客户解释", {"reply"}),
        ("近三个月门锁用户最在意什么,环比如何", {"trend", "count", "explain"}),
        ("客户嫌贵,给我一段话术", {"reply"}),
        ("投诉是变多了还是少了,趋势怎样", {"trend"}),
        ("打印机掉线举几个例子", {"list"}),
    ],
)
def test_intents_are_all_found(question: str, intents: set[str]) -> None:
    assert set(plan(question, (), CATALOGUE, TODAY).intents) == intents


def test_a_number_asked_for_limits_the_rows() -> None:
    assert [plan(q, (), CATALOGUE, TODAY).limit for q in ("前5大问题", "前十个需求", "top 3 问题", "问题有哪些")] == [
        5, 10, 3, 8,
    ]  # fmt: skip


def test_compared_periods_are_kept_apart() -> None:
    made = plan("今年8月和去年8月的投诉对比", (), CATALOGUE, TODAY)
    assert made.periods == (("2026-08-01", "2026-08-31"), ("2025-08-01", "2025-08-31"))


def test_the_callers_filter_wins_and_the_others_stay() -> None:
    made = plan("8月打印机的反馈有多少", (), CATALOGUE, TODAY, Filters(product=("L3",), since="2026-09-01"))
    assert (made.filters.product, made.filters.since, made.filters.until) == (("L3",), "2026-09-01", None)


def test_the_dates_meant_are_said() -> None:
    assert "2026-10-01 至 2026-10-31" in plan("上个月投诉有多少", (), CATALOGUE, TODAY).notes[0]
    stale = plan("上个月投诉有多少", (), CATALOGUE, date(2027, 5, 1))
    assert stale.filters.since == "2026-09-01"
    assert any("2026-10-27" in note for note in stale.notes)
    outside = plan("2024年8月投诉有多少", (), CATALOGUE, TODAY)
    assert any("数据之外" in note for note in outside.notes)


@pytest.mark.parametrize(
    ("before", "now", "filters", "query"),
    [
        ("近三个月门锁用户最在意什么", "那打印机呢", {"product": ("P2",), **NOV}, ""),
        ("8月打印机掉线有多少条", "上个月呢", {"product": ("P2",), **OCT}, "掉线"),
        ("门锁没电有多少条反馈", "那企业客户呢", {"product": ("L3",), "segment": BUSINESS}, "没电"),
        ("漏水有几条", "X5呢？", {"product": ("X5",)}, "漏水"),
    ],
)
def test_a_follow_up_keeps_what_it_leaves_out(before: str, now: str, filters: dict[str, Any], query: str) -> None:
    made = plan(now, (before,), CATALOGUE, TODAY)
    assert (made.filters, made.query) == (Filters(**filters), query)
    assert made.intents == plan(before, (), CATALOGUE, TODAY).intents


@pytest.mark.parametrize(
    ("now", "intent", "by"),
    [
        ("怎么回复", "reply", None),
        ("怎么回他们？", "reply", None),
        ("怎么回复客户", "reply", None),
        ("给我看看原话", "list", None),
        ("哪个地区最多", "count", "region"),
    ],
)
def test_a_question_that_names_nothing_takes_the_subject_of_the_one_before(
    now: str, intent: str, by: str | None
) -> None:
    for history in (["热水器漏水有几条"], ["热水器漏水有几条", "怎么回复"], ["热水器漏水按月趋势"]):
        made = plan(now, history, CATALOGUE, TODAY)
        assert (made.intents[0], made.by, made.query, made.filters) == (intent, by, "漏水", Filters(product=("X5",)))
        assert any("承接上一问" in note for note in made.notes)


@pytest.mark.parametrize(
    ("now", "filters"),
    [
        ("热水器的差评有多少条", Filters(product=("X5",), sentiment=("negative",))),
        ("客户最在意什么", Filters()),
        ("前5大问题", Filters()),
        ("各产品的反馈数量", Filters()),
    ],
)
def test_a_new_question_forgets_the_talk(now: str, filters: Filters) -> None:
    made = plan(now, ("8月打印机掉线有多少条",), CATALOGUE, TODAY)
    assert (made.filters, made.query) == (filters, "")


def test_kinds_are_matched_by_stored_names_and_by_models() -> None:
    held = Catalogue(("喷墨打印机Q1", "X9", "L3"), ("X9 激光打印机",))
    assert plan("打印机有多少条反馈", (), held, TODAY).filters.product == ("喷墨打印机Q1", "X9")
    assert plan("打印机有多少条反馈", (), Catalogue(("X9",), ("X9",)), TODAY).filters.product == ()


def test_a_company_file_brings_its_own_names(tmp_path: Any) -> None:
    own = tmp_path / "names.toml"
    own.write_text(
        '[kind]\npump = ["水泵"]\n[product]\nQ1 = "pump"\n[segment]\ndealer = ["门店伙伴"]\n', encoding="utf-8"
    )
    catalogue = Catalogue(("Q1",), names=load_names(own))
    made = plan("门店伙伴对水泵的投诉有多少", (), catalogue, TODAY)
    assert (made.filters.product, made.filters.segment) == (("Q1",), ("dealer",))


@given(st.text(max_size=80))
def test_any_text_has_a_plan(text: str) -> None:
    made = plan(text, (), CATALOGUE, TODAY)
    assert made.intents
    assert 1 <= made.limit <= 20
