"""Questions from elsewhere are refused even where their letters are found; staff's own words are not."""

import pytest

from assistant.answering.matching import fitting_first
from assistant.answering.triage import about_feedback
from assistant.domain.answers import Need, Plan
from assistant.domain.filters import Filters
from tests.answering.fakes import theme


def _plan(question: str, filters: Filters | None = None) -> Plan:
    return Plan(question, ("find",), filters or Filters(), query=question)


@pytest.mark.parametrize(
    "question", ["1+1等于几", "推荐一部电影", "今天星期几", "高考志愿怎么填", "唐僧有几个徒弟", "北京到上海多远"]
)
def test_a_question_without_any_matter_of_the_trade_is_not_about_feedback(question: str) -> None:
    assert not about_feedback(_plan(question))


@pytest.mark.parametrize(
    "question", ["总部大促价低于经销商拿货价", "卧室收不到网", "约好上午来结果等到晚上没人", "客户怎么看", "滤芯太贵"]
)
def test_staff_speak_of_situations_in_their_own_words(question: str) -> None:
    assert about_feedback(_plan(question))


def test_a_named_product_is_enough() -> None:
    assert about_feedback(_plan("怎么样", Filters(product=("P2",))))


def test_the_need_that_fits_the_question_comes_first() -> None:
    themes = [theme("th_a", "多台多点缺统一后台"), theme("th_b", "打印机升级后掉线")]
    needs = [Need(t.id, t.title, "", "") for t in themes]
    assert [need.theme_id for need in fitting_first("打印机升级后老掉线", needs, themes)] == ["th_b", "th_a"]
