"""Questions that the house's own documents answer: cases, codes, follow-ups, and replies where no feedback is alike."""

from datetime import date
from typing import Any

import pytest

from assistant.answering.compose import AnswerService
from assistant.domain.answers import Answer
from assistant.domain.knowledge import House, Section
from assistant.domain.records import MaskedText
from assistant.rules.engine import RulesEngine
from tests.answering.fakes import MemoryCounting, MemoryStore, PhoneMasker, WordFinder, need, theme, ticket


def _house(name: str, **sections: str) -> House:
    parts = tuple(Section(n, heading, MaskedText(text)) for n, (heading, text) in enumerate(sections.items()))
    return House(f"d_{name}", name, name, 1, "x", "2026-01-01T00:00:00+08:00", parts)


POLICY = _house(
    "政策",
    质保期="- 整机质保 5 年。\n- 经营场所使用的，整机质保 1 年；电机 3 年。\n- 遥控器属易耗件，不在质保范围内。",
    退货="- 签收 7 天内未拆封可以退货。\n- 退款在 5 个工作日内退回。\n- 大件退货需预约上门取件。",
    安装收费="- 支架另配。\n- 弯头另配。\n- 拆旧机每台 80 元。",
    漏水损失="因安装不当造成漏水损坏财物的，按实际损失赔付，最高 4000 元。",
)
MANUAL = _house("手册", 故障代码="- E1：传感器故障，联系售后。\n- E4：排水不畅，先清洗滤网；仍报 E4 请报修。")


def _service(*houses: House, **more: Any) -> AnswerService:
    records = [ticket(n, "打印机升级后掉线，没法干活。") for n in range(1, 5)]
    store = MemoryStore(records, [need(r, "掉线", "th_line") for r in records], [theme("th_line", "打印机掉线")])
    rules = RulesEngine()
    return AnswerService(
        store=store, counting=MemoryCounting(store), finder=WordFinder(store), engine=rules, fallback=rules,
        masker=PhoneMasker(), today=lambda: date(2026, 11, 21), documents=lambda: houses, **more,
    )  # fmt: skip


def _ask(question: str, *earlier: str, houses: tuple[House, ...] = (POLICY, MANUAL)) -> Answer:
    return _service(*houses).ask(question, history=earlier)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("打印机整机质保几年", "“整机质保 5 年。”"),
        ("开奶茶店用的，整机质保几年", "“经营场所使用的，整机质保 1 年；电机 3 年。”"),
        ("客户没拆封想退货，能退吗", "“签收 7 天内未拆封可以退货。”"),
        ("E4是什么意思", "“E4：排水不畅，先清洗滤网；仍报 E4 请报修。”"),
        ("报E4怎么处理", "“E4：排水不畅，先清洗滤网；仍报 E4 请报修。”"),
    ],
)
def test_documents_answer_with_the_whole_clause_first(question: str, first: str) -> None:
    answer = _ask(question)
    assert not answer.refused
    assert first in answer.text.split("写着：")[1]
    assert answer.text.split("写着：")[1].startswith(first)
    assert answer.citations == ()


def test_what_is_left_unquoted_is_told() -> None:
    answer = _ask("拆旧机多少钱")
    assert [backing.quote for backing in answer.backings] == ["拆旧机每台 80 元。"]
    assert [w for w in answer.warnings if "没有引出" in w] == ["《政策》“安装收费”一节还有 2 条没有引出，见全文"]


@pytest.mark.parametrize(
    ("earlier", "question", "first"),
    [
        (("打印机整机质保几年",), "那遥控器呢", "“遥控器属易耗件"),
        (("打印机整机质保几年", "那遥控器呢"), "商用的呢", "“经营场所"),
        (("E4怎么处理",), "那E1呢", "“E1：传感器故障"),
    ],
)
def test_a_follow_up_asks_the_documents_again(earlier: tuple[str, ...], question: str, first: str) -> None:
    answer = _ask(question, *earlier)
    assert answer.text.split("写着：")[1].startswith(first)
    assert answer.question == question


def test_without_documents_a_case_is_asked_of_the_feedback() -> None:
    assert "没有学过" not in _ask("客户没拆封想退货，能退吗", houses=()).text


def test_a_draft_is_given_where_no_feedback_is_alike() -> None:
    answer = _ask("帮我起草回复：客户说柜门的漆掉色")
    assert not answer.refused
    assert answer.suggested_reply is not None
    assert "柜门的漆掉色" in answer.suggested_reply
    assert any("只依据问题里的话" in warning for warning in answer.warnings)
    assert answer.engine == "rules"


def test_a_draft_reads_out_the_rule_of_the_harm_and_no_code() -> None:
    reply = _ask("客户说打印机漏水把木地板泡坏了，怎么回复").suggested_reply or ""
    assert "最高 4000 元" in reply
    assert "E1" not in reply
