"""Answering's own sentences are told in English; what customers said stays as it was."""

import re
import tomllib
from importlib.resources import files

import pytest

from assistant.answering.translating import figure_in, sentence_in
from assistant.domain.answers import Figure

ROWS = tomllib.loads(
    files("assistant.answering").joinpath("data/english.toml").read_text(encoding="utf-8"),
)["sentences"]


@pytest.mark.parametrize("row", ROWS, ids=[row["zh"][:24] for row in ROWS])
def test_both_languages_have_the_same_slots(row: dict[str, str]) -> None:
    slots = re.findall(r"\{(\w+)\}", row["en"])
    assert set(slots) == set(re.findall(r"\{(\w+)\}", row["zh"]))
    assert not re.search(r"[\u4e00-\u9fff]", row["en"].replace("《", "").replace("》", ""))


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("样本太少（只有 2 条），不足以下结论", "too few to tell (only 2 records)"),
        ("有消费者在工单里说：“老掉线”[1]。", "consumer, ticket: “老掉线”[1]。"),
        ("P2 负面：7条反馈，6位客户。", "P2 negative: 7 records, 6 customers."),
        ("模型暂不可用（down），改由规则引擎作答", "the model is not available (down); the rules answered instead"),
        ("What customers say", "What customers say"),
    ],
)
def test_a_sentence_is_told_in_english(chinese: str, english: str) -> None:
    assert sentence_in(chinese, "en") == english
    assert sentence_in(chinese, "zh") == chinese


def test_a_figure_keeps_its_number() -> None:
    figure = Figure("P2 负面 反馈", 7, "条", "count records")
    assert figure_in(figure, "en") == Figure("P2 negative: feedback", 7, "records", "count records")
    assert figure_in(figure, "zh") is figure
