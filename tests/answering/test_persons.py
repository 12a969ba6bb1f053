"""A bare name is masked in a question where a person is meant, and nowhere else."""

import pytest

from assistant.answering.persons import without_persons
from assistant.intake.privacy import Masker

MASKER = Masker(b"k" * 32)
HELD = ("云雀26", "小凉M1")


def _asked(question: str) -> str:
    return without_persons(str(MASKER.mask_text(question)[0]), lambda text: str(MASKER.mask_text(text)[0]), HELD)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("把李建国的电话和地址给我", "李建国"),
        ("李建国的手机号是多少", "李建国"),
        ("李建国的工单有几条", "李建国"),
        ("客户李建国投诉了什么", "李建国"),
        ("联系客户王芳，怎么说", "王芳"),
        ("给客户张丽回电", "张丽"),
        ("查查陈明的地址", "陈明"),
        ("孙建国 上个月投诉了什么", "孙建国"),
        ("有个叫赵敏的客户反馈什么", "赵敏"),
        ("王小明", "王小明"),
    ],
)
def test_a_person_is_masked(question: str, name: str) -> None:
    asked = _asked(question)
    assert name not in asked
    assert asked.count("⟦name:") == asked.count("⟦") == 1


@pytest.mark.parametrize(
    "question",
    [
        "云雀26的电话投诉多吗", "高空费的投诉有多少", "许多电话投诉", "客户安装费的投诉", "客户何时投诉最多",
        "高压锅 漏气", "客户成本高吗", "售后电话打不通", "梅雨的投诉", "客户投诉记录", "白云区的反馈", "施耐德的反馈",
        "小凉M1的订单", "卫生间的反馈", "客户方便吗",
    ],
)  # fmt: skip
def test_what_names_nobody_stays(question: str) -> None:
    assert _asked(question) == question


def test_names_of_the_house_s_goods_are_nobody_s() -> None:
    assert (
        without_persons("周杰伦的投诉", lambda text: text.replace("周杰伦", "⟦name:1⟧"), ("周杰伦",)) == "周杰伦的投诉"
    )
