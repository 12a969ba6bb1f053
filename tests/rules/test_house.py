"""Questions for a rule or a manual of the house are known as such, and answered in the documents' own words."""

import pytest

from assistant.domain.answers import AnswerMaterial, Intent, Plan
from assistant.domain.filters import Filters
from assistant.domain.knowledge import Backing
from assistant.rules.house import asks_how, asks_rule, house_sentences, rules_to_read_out

LEAK = "因产品质量漏水，24小时内派人上门，先行垫付不超过5000元；超出部分由责任险理赔。"
RETURNS = "签收次日起七天内，未通电的整机可以无理由退货。已经拆封的滤芯不适用。整机质保三年。"
STAFF = "是否给予补偿由服务主管个案核定，客服不作事先承诺。"


def _document(heading: str, quote: str) -> Backing:
    return Backing(f"d_{heading}", "售后政策", heading, None, quote, 0, len(quote))


DOCUMENTS = (_document("漏水赔付", LEAK), _document("退换", RETURNS), _document("失约", STAFF))


def _material(question: str, *intents: Intent) -> AnswerMaterial:
    plan = Plan(question, intents or ("find",), Filters())
    return AnswerMaterial(question, plan, (), (), (), documents=DOCUMENTS)


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        ("保修几年", True),
        ("退货政策", True),
        ("上门收费吗", True),
        ("楼下被泡了谁垫付", True),
        ("漏水我们最多先垫多少钱", True),
        ("客户问质保期多长", True),
        ("有多少人抱怨收费", False),
        ("为什么安装要另外收费", False),
        ("客户说保修被拒，怎么回", False),
        ("装机师傅乱加钱，用户怎么反映的", False),
    ],
)
def test_a_question_for_a_rule_is_told_from_one_on_what_customers_say(question: str, rule: bool) -> None:
    assert asks_rule(question) is rule


@pytest.mark.parametrize(("question", "how"), [("门锁没电了怎么开门", True), ("客户怎么评价门锁", False)])
def test_a_question_how_to_do_something_is_known(question: str, how: bool) -> None:
    assert asks_how(question) is how


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("保修几年", "整机质保三年。"),
        ("拆封了还能退货吗", "签收次日起七天内，未通电的整机可以无理由退货。已经拆封的滤芯不适用。"),
        ("楼下被泡了谁垫付", LEAK),
        ("师傅没来给补偿吗", STAFF),
    ],
)
def test_the_rule_is_quoted_with_its_exception(question: str, quoted: str) -> None:
    first = house_sentences(_material(question))[0]
    assert quoted in first.text
    assert first.sources


def test_what_is_for_the_house_s_own_people_is_not_read_out() -> None:
    said, _ = rules_to_read_out(_material("客户说师傅没来要补偿，怎么回", "reply"), "师傅没来要补偿")
    assert "主管" not in "".join(said)
    said, backed_by = rules_to_read_out(_material("客户说漏水要我们赔，怎么回", "reply"), "漏水要我们赔")
    assert said == [f"按《售后政策》：“{LEAK}”"]
    assert backed_by == ["D1"]
