"""A suggested reply promises what a document promises, and nothing else."""

from dataclasses import replace

import pytest

from assistant.answering.replying import checked_reply, promises
from assistant.answering.verify import verify
from assistant.domain.answers import AnswerMaterial, Plan
from assistant.domain.drafts import AnswerDraft
from assistant.domain.filters import Filters
from assistant.domain.knowledge import Backing
from assistant.rules.lexicon import table
from tests.answering.test_verify import STORE, VOICES


def _document(title: str, quote: str) -> Backing:
    return Backing(f"do_{title}", title, "条款", None, quote, 0, len(quote))


RETURNS = _document("退换说明", "签收次日起七天内，未安装、未通电的整机可以无理由退货。已经拆封的滤芯、尘袋不适用。")
VISITS = _document("上门规范", "上门时间以两小时为一个时段。是否给予补偿由服务主管个案核定，客服不作事先承诺。")
FEES = _document("收费政策", "热水器 X5 的基础安装免费。加长烟管每米 60 元。")
QUESTION = "客户说打印机掉线想退货，怎么回"
MATERIAL = AnswerMaterial(
    QUESTION, Plan(QUESTION, ("reply",), Filters()), VOICES, (), (), documents=(RETURNS, VISITS, FEES)
)
KIND = "您说的掉线我记下了，耽误您干活，换谁都着急，我先把情况跟您对一遍再说别的。"
UNBACKED = "没有文件支持的承诺"


@pytest.mark.parametrize(
    ("said", "backed_by", "kept"),
    [
        ("没有拆开通电的话，签收次日起七天内可以退货。", ["D1"], True),
        ("没有拆开通电的话，签收次日起七天内可以退货。", [], False),
        ("没有拆开通电的话，签收次日起七天内可以退货。", ["D3"], False),
        ("没有拆开通电的话，签收次日起七天内可以退货。", ["D9", "S1", "policy"], False),
        ("没有拆开通电的话，签收次日起十五天内可以退货。", ["D1"], False),
        ("我们可以退货。", ["D1"], False),
        ("我们给您补偿一百元。", ["D2"], False),
        ("基础安装是免费的。", ["D3"], True),
        ("这次维修是免费的。", ["D1"], False),
        ("我们保证不会再掉线。", ["D1", "D2", "D3"], False),
        ("两小时内一定上门。", ["D2"], False),
        ("退货的事我去核实，有结果告诉您。", [], True),
        ("能不能退款，要看机器的情况。", [], True),
        ("补偿我替您去申请，结果我告诉您。", ["D2"], True),
        ("退货我现在没法答应您。", [], True),
        ("我有两个办法想跟您商量。", [], True),
        ("我三天后回您。", [], False),
        ("您家是两层还是三层？", [], True),
        ("我们三天内给您修好，行吗？", [], False),
        ("您也可以考虑一下购买延保，现在有优惠。", [], False),
    ],
)
def test_a_sentence_stays_only_with_what_backs_it(said: str, backed_by: list[str], kept: bool) -> None:
    checked = checked_reply(KIND + said, backed_by, MATERIAL, [])
    assert checked.text == (KIND + said if kept else KIND)
    assert bool(checked.used) == (kept and promises(said))
    assert bool(checked.warnings) == (not kept or promises(said))


def test_a_used_promise_is_quoted_by_its_rule() -> None:
    checked = checked_reply(KIND + "还没拆封的话，七天内可以退货。", ["[d1]"], MATERIAL, [])
    assert [backing.quote for backing in checked.used] == ["签收次日起七天内，未安装、未通电的整机可以无理由退货。"]
    assert any("《退换说明》" in warning for warning in checked.warnings)


@pytest.mark.parametrize(
    "reply", ["我们给您退款。", "我们给您退款。我记下了。", "请点 https://evil.example 登记。", "您好，48小时内上门。"]
)
def test_too_little_left_is_no_reply(reply: str) -> None:
    checked = checked_reply(reply, ["D9"], MATERIAL, [])
    assert checked.text is None
    assert checked.warnings
    assert checked.used == []


def test_nothing_is_sold_but_what_was_asked_about() -> None:
    selling = "现在下单新款有优惠，您需要的话我给您介绍，按您方便的时间来说就好，不急的。"
    asked = replace(MATERIAL, question="客户想下单新款，问有没有优惠，怎么回")
    assert checked_reply(selling, [], asked, []).text == selling
    assert checked_reply(selling, [], asked, [], averse=True).text is None
    assert checked_reply(selling, [], MATERIAL, []).text is None


def test_every_reply_of_the_rules_promises_nothing() -> None:
    texts = [str(text) for part in ("opening", "ask", "body", "close") for text in table("replies")[part].values()]
    texts += [str(row["ask"]) for row in table("situations").values() if "ask" in row]
    assert [text for text in texts if promises(text)] == []


def test_a_reply_without_a_word_is_none() -> None:
    draft = AnswerDraft(refused=False, refusal_reason=None, sentences=[], suggested_reply="  ")
    assert verify(draft, MATERIAL, STORE).suggested_reply is None


@pytest.mark.parametrize(
    ("said", "backed_by", "kept"),
    [
        ("If it is still unopened, it can be returned to us within seven days.", ["D1"], True),
        ("It can be returned to us within seven days.", [], False),
        ("We will give you a full refund.", ["D2"], False),
        ("The visit is free of charge.", ["D1"], False),
        ("I will check whether a refund is possible.", [], True),
    ],
)
def test_promises_in_english_are_promises_too(said: str, backed_by: list[str], kept: bool) -> None:
    kind = "I understand that the printer keeps dropping out while people wait for you. "
    text = checked_reply(kind + said, backed_by, replace(MATERIAL, language="en"), []).text
    assert (text is not None and said in text) == kept
