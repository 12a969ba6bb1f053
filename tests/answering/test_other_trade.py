"""Questions about a trade the rules were not made for: understood, counted exactly, and told which was counted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.answering.trade import Trade, questions

CASES = [case for half in ("seen", "first_sight", "unseen") for case in questions(half)]


@pytest.fixture(scope="module")
def trade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trade]:
    folder: Path = tmp_path_factory.mktemp("carehome")
    opened = Trade(folder)
    yield opened
    opened.app.close()


def test_the_questions_are_many_of_every_kind() -> None:
    assert len({case["question"] for case in CASES}) == len(CASES) >= 80
    intents = {intent for case in CASES for one in case.get("intents", ()) for intent in one.split("|")}
    assert intents >= {"count", "compare", "trend", "list", "explain", "reply", "propose"}
    for kind in ("back", "refused", "truth", "cites"):
        assert sum(kind in case for case in CASES) >= 2, kind


@pytest.mark.parametrize("case", CASES, ids=[case["question"] for case in CASES])
def test_a_question_is_understood_and_answered_with_what_is_true(trade: Trade, case: dict[str, Any]) -> None:
    assert trade.faults(case, trade.ask(case["question"])) == []


@pytest.mark.parametrize(
    "word", ["护工", "接送车", "伙食", "摔倒", "空调", "退费", "按铃", "发票", "电梯", "轮椅", "烟味"]
)
def test_what_is_counted_for_a_word_is_never_less_than_who_says_it(trade: Trade, word: str) -> None:
    answer = trade.ask(f"{word}的反馈有多少条")
    said = trade.true({"say": [word]})
    first = answer.figures[0]
    assert (first.unit, first.value >= said) == ("条", True)
    assert said in {figure.value for figure in answer.figures if word in figure.label}
    told = "".join(answer.warnings)
    assert first.value == said or f"提到它的 {said} 条里" in told or "包括用别的话说的" in told


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("门锁的投诉有多少", "没有“门锁”这种产品，也没有一条反馈提到它。现有产品：颐养公寓"),
        ("明年3月有多少投诉", "不做预测|还没有到"),
        ("2019年有多少投诉", "没有"),
    ],
)
def test_what_the_data_cannot_tell_is_refused_in_one_sentence(trade: Trade, question: str, told: str) -> None:
    answer = trade.ask(question)
    assert answer.refused
    assert not answer.figures
    assert any(one in answer.text for one in told.split("|"))


@pytest.mark.parametrize(
    ("question", "days"), [("昨天有多少投诉", "2026-10-07"), ("本周有多少反馈", "2026-10-05至2026-10-11")]
)
def test_nought_is_an_answer_and_says_of_which_days(trade: Trade, question: str, days: str) -> None:
    answer = trade.ask(question)
    assert answer.text.startswith("共0条反馈")
    assert days in answer.text
    assert any("现有数据为 2026-05-02 至 2026-09-29" in warning for warning in answer.warnings)


@pytest.mark.parametrize(
    ("question", "level"),
    [
        ("5月和7月的轮椅反馈一样多吗，对比一下", False),
        ("9月15日和9月17日的反馈对比", True),
        ("8月的反馈和9月相比", False),
    ],
)
def test_level_counts_are_called_level(trade: Trade, question: str, level: bool) -> None:
    assert ("持平" in trade.ask(question).text) == level


def test_a_word_nobody_says_in_one_is_counted_by_its_parts(trade: Trade) -> None:
    answer = trade.ask("护工换人的有几条")
    assert answer.figures[0].value == trade.true({"say": ["护工", "换人"]}) == 1
    assert "护工、换人" in answer.figures[0].label
