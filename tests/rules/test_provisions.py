"""What answers a question is quoted whole, with what qualifies it; and a reply reads out only a rule about the trouble told."""

import pytest

from assistant.domain.knowledge import Backing
from assistant.rules.house import asks_of_a_case, asks_rule, carried_over, explains_code
from assistant.rules.provisions import about_trouble, answering

WARRANTY = (
    "- 整机质保 5 年，电机质保 8 年。\n"
    "- 经营场所（餐饮、洗衣店等）使用的，整机质保 1 年。\n"
    "- 质保期自开票之日起算；没有发票的，自出厂后第 60 天起算。\n"
    "- 皮带、滤网属易耗件，不在质保范围内。"
)
FEES = "- 标准安装免费。\n- 加长水管每米 40 元，另加弯头每个 15 元。\n- 拆旧机每台 80 元。"
DAMAGE = "因安装不当造成漏水损坏客户财物的，在 3 日内上门定损，按实际损失赔付，最高 4000 元。"
LATE = "师傅爽约的，补偿客户 50 元代金券。"
CODES = "- E1：水位传感器故障，联系售后。\n- E4：排水不畅，先清洗滤网；仍报 E4 请报修。"
STEPS = "1. 看进水阀是否打开。\n2. 看水管是否打折。\n3. 都正常仍不进水，请报修。"
INWARD = "漏水赔付由主管核定，客服不作承诺。"


def _document(heading: str, text: str) -> Backing:
    return Backing(f"d_{heading}", "政策", heading, None, text, 0, len(text))


DOCUMENTS = [
    _document(heading, text)
    for heading, text in (
        ("质保期", WARRANTY),
        ("安装收费", FEES),
        ("漏水损失", DAMAGE),
        ("爽约补偿", LATE),
        ("故障代码", CODES),
        ("不进水", STEPS),
        ("内部口径", INWARD),
    )
]


def _told(question: str) -> list[str]:
    found = answering(DOCUMENTS, question, rule=asks_rule(question) or asks_of_a_case(question))
    return [clause.text for clause in found[0].clauses] if found else []


@pytest.mark.parametrize(
    ("question", "first", "beside"),
    [
        ("洗衣机质保几年", "整机质保 5 年", "经营场所"),
        ("开奶茶店用的洗衣机质保几年", "经营场所", "整机质保 5 年"),
        ("公司买的还在保吗", "经营场所", "整机质保 5 年"),
        ("发票丢了质保期怎么算", "质保期自开票之日起算；没有发票的，自出厂后第 60 天起算。", "经营场所"),
        ("皮带质保吗", "皮带", "经营场所"),
        ("拆旧机多少钱", "拆旧机每台 80 元。", ""),
        ("E4是什么意思", "E4：排水不畅，先清洗滤网；仍报 E4 请报修。", ""),
    ],
)
def test_the_asked_clause_comes_first_and_whole_with_what_qualifies_it(question: str, first: str, beside: str) -> None:
    told = _told(question)
    assert told[0].startswith(first)
    assert told[0].endswith("。")
    assert beside in "".join(told[1:])


def test_another_code_is_not_told() -> None:
    assert not any("E1" in text for text in _told("报E4怎么办"))


def test_the_steps_of_a_manual_stay_together() -> None:
    assert len(_told("不进水怎么办，看进水阀怎么看")) == 3


@pytest.mark.parametrize(
    ("trouble", "read_out"),
    [
        ("漏水把木地板泡坏了", [DAMAGE]),
        ("一直漏水，柜子被泡了，要你们赔", [DAMAGE]),
        ("师傅把墙砸坏了", []),
        ("师傅爽约，要补偿", [LATE]),
        ("洗衣机坏了，联系售后没人管", []),
        ("报E1", ["E1：水位传感器故障，联系售后。"]),
        ("衣服洗不干净", []),
    ],
)
def test_only_a_rule_about_the_trouble_is_read_out(trouble: str, read_out: list[str]) -> None:
    assert [clause.text for one in about_trouble(DOCUMENTS, trouble) for clause in one.clauses] == read_out


@pytest.mark.parametrize(
    ("question", "case"),
    [
        ("客户没拆封想退货，能退吗", True),
        ("开奶茶店的客户买了两年，还在保修期内吗", True),
        ("师傅收了客户300块高空费，客户住二楼，该不该收", True),
        ("客户希望退货免费吗", False),
        ("客户怎么评价退货", False),
        ("上个月退货的客户多吗", False),
        ("客户说保修被拒，怎么回", False),
    ],
)
def test_the_case_of_a_customer_is_told_from_what_customers_say(question: str, case: bool) -> None:
    assert asks_of_a_case(question) is case


@pytest.mark.parametrize(
    ("before", "subject", "carried"),
    [
        ("小凉M1保修几年？", "遥控器", "遥控器保修几年"),
        ("E4怎么处理", "F0", "F0怎么处理"),
        ("高空费怎么收", "拆旧机", "拆旧机怎么收"),
        ("门锁有多少条投诉", "打印机", None),
    ],
)
def test_a_further_subject_carries_the_question_on(before: str, subject: str, carried: str | None) -> None:
    assert carried_over(before, subject) == carried


def test_a_code_is_explained_only_where_a_text_begins_with_it() -> None:
    assert explains_code([CODES], "报E4是什么意思")
    assert not explains_code([CODES], "小凉M1保修几年")
    assert not explains_code([WARRANTY], "报E4是什么意思")
