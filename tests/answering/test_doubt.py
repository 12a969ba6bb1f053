"""What can't be known from a question is asked back, with whole questions to choose from; nothing else is."""

import pytest

from assistant.answering.doubt import asked_back
from assistant.answering.plan import plan
from assistant.domain.filters import Filters
from tests.answering.test_count import CATALOGUE, TODAY


def _back(question: str, earlier: tuple[str, ...] = (), given: Filters | None = None) -> tuple[str, ...] | None:
    made = plan(question, earlier, CATALOGUE, TODAY)
    back = asked_back(made, earlier, given or Filters(), CATALOGUE)
    return back[1] if back else None


@pytest.mark.parametrize(
    ("question", "choice"),
    [
        ("它的反馈怎么样", "L3的反馈怎么样"),
        ("那个产品怎么回事", "P2怎么回事"),
        ("这两个哪个投诉多", "L3和P2哪个投诉多"),
        ("他们的比例是多少", "消费者的比例是多少"),
        ("上个月的情况跟之前比怎么样,哪个更好", "2026-08-01至2026-08-31各产品的反馈各有多少"),
    ],
)
def test_a_word_that_points_to_nothing_is_asked_back_about(question: str, choice: str) -> None:
    choices = _back(question)
    assert choices is not None
    assert choice in choices
    for one in choices:
        assert _back(one) is None


@pytest.mark.parametrize(
    "question",
    [
        "打印机的反馈怎么样",
        "它老是掉线",
        "其他产品一共多少条反馈",
        "举两个例子",
        "有多少条反馈",
        "他们家的热水器忽冷忽热",
        "哪个产品投诉最多",
    ],
)
def test_what_can_be_answered_is_answered(question: str) -> None:
    assert _back(question) is None


def test_an_earlier_question_or_a_scope_tells() -> None:
    assert _back("它的反馈怎么样", ("打印机有多少条反馈",)) is None
    assert _back("它的反馈怎么样", given=Filters(product=("P2",))) is None
