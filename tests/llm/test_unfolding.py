"""Items of a list are handed out as soon as they are finished, however the text is cut."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.llm.unfolding import Unfolding

ITEMS = [
    {"text": "客户说「掉线[1]}」。", "citations": [1]},
    {"text": 'a "b" \\ c', "citations": []},
    {"text": "", "n": {"x": [1]}},
]
WHOLE = {"refused": False, "refusal_reason": None, "sentences": ITEMS, "suggested_reply": '"sentences": [{"a": 1}]'}


@given(st.lists(st.integers(1, 12), min_size=1, max_size=30), st.booleans())
def test_however_it_is_cut_every_item_comes_once_and_in_order(sizes: list[int], indented: bool) -> None:
    text, unfolding, found, at = (
        json.dumps(WHOLE, ensure_ascii=False, indent=1 if indented else None),
        Unfolding("sentences"),
        [],
        0,
    )
    for n in range(len(text)):
        size = sizes[n % len(sizes)]
        found += unfolding.feed(text[at : at + size])
        at += size
    assert found == ITEMS


def test_an_item_comes_as_soon_as_it_is_closed() -> None:
    unfolding = Unfolding("sentences")
    assert unfolding.feed('{"refused": false, "sentences": [{"text": "一"') == []
    assert unfolding.feed("}") == [{"text": "一"}]
    assert unfolding.feed(', {"text": "二"}, {"te') == [{"text": "二"}]
    assert unfolding.head == '{"refused": false, "sentences": ['


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("对不起,我帮不了这个忙。", []),
        ('{"sentences": "none"}', []),
        ('{"sentences": [1, {"text": "x"}]}', []),
        ('{"refusal_reason": "\\"sentences\\": [{\\"a\\": 1}]", "sentences": [{"text": "x"}]}', [{"text": "x"}]),
        ('<think>{"sentences": [{"text": "想"}]}</think>{"sentences": [{"text": "x"}]}', [{"text": "x"}]),
        ('<think>{"sentences": [{"text": "还在想"}]}', []),
        ('```json\n{"sentences": [{"text": "x"}]}\n```', [{"text": "x"}]),
    ],
)
def test_only_the_list_asked_for_is_read(text: str, found: list[dict[str, str]]) -> None:
    assert Unfolding("sentences").feed(text) == found
