"""Getting JSON out of what models really answer."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.drafts import AnswerDraft, ReadingsDraft, ThemeDraft
from assistant.llm.parsing import UnusableAnswer, parse_answer

THEME = dict.fromkeys(("title", "definition", "surface", "secondary", "deep"), "x") | {"deep_category": "trust"}
GOOD = json.dumps(THEME, ensure_ascii=False)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"  \n{GOOD}\n",
        f"```json\n{GOOD}\n```",
        f"```\n{GOOD}\n```\n以上。",
        f"好的,结果是:{GOOD} 希望有用",
        f"<think>{{先想}} 一想</think>{GOOD}",
        f"我先想想</think>\n{GOOD}",
        f"<THINKING>a</THINKING>{GOOD}",
        f'先看例子 {{"a": 1}},再看答案 {GOOD}',
        GOOD.replace('"x"', '"第一行\n第二行"', 1),
    ],
)
def test_json_is_found_in_its_wrapping(text: str) -> None:
    assert parse_answer(text, ThemeDraft).deep_category == "trust"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "blank"),
        (" \n ", "blank"),
        ("<think>只想不说</think>", "blank"),
        ("我不知道", "no JSON object"),
        ("[1, 2]", "no JSON object"),
        (GOOD[:-8], "broken or cut off"),
        ("{" * 5000, "broken or cut off"),
        ('{"answer": 1}', "not of the asked-for shape"),
        (GOOD.replace("trust", "信赖"), "literal_error"),
        ("{}", "missing"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(text: str, why: str) -> None:
    with pytest.raises(UnusableAnswer, match=why):
        parse_answer(text, ThemeDraft)


def test_the_reason_for_people_holds_nothing_of_the_answer_and_the_one_for_the_model_says_where() -> None:
    with pytest.raises(UnusableAnswer) as caught:
        parse_answer(json.dumps(THEME | {"title": 7, "客户原话": "x", "deep_category": "张三的电话"}), ThemeDraft)
    assert "张三" not in str(caught.value)
    assert "客户原话" not in str(caught.value)
    assert "title" in caught.value.detail
    assert "deep_category" in caught.value.detail


def test_omitted_nulls_and_lists_are_filled_and_unasked_fields_dropped() -> None:
    answer = {"refused": False, "confidence": 0.9, "sentences": [{"text": "好", "citations": [1], "score": 3}]}
    draft = parse_answer(json.dumps(answer), AnswerDraft)
    assert draft.refusal_reason is None
    assert draft.suggested_reply is None
    assert draft.sentences[0].figures == []


def test_nothing_else_is_made_up() -> None:
    reading = {"record_id": "R1", "noise": False, "journey_stage": "after_sale", "insights": []}
    with pytest.raises(UnusableAnswer, match="missing"):
        parse_answer(json.dumps({"readings": [reading]}), ReadingsDraft)


@given(st.text())
def test_any_text_is_either_a_draft_or_unusable(text: str) -> None:
    with pytest.raises(UnusableAnswer):
        parse_answer(text, ThemeDraft)
