"""Who is silent cannot be quoted: others alone speak, or nothing is left but masks."""

import pytest

from assistant.domain.records import MaskedText, Record, Turn
from assistant.insight.silence import says_nothing


@pytest.mark.parametrize(
    ("text", "silent"),
    [
        ("", True),
        (" \n", True),
        ("⟦phone:7f3a9c⟧ ⟦name:1⟧", True),
        ("。", False),
        ("👍", False),
        ("⟦name:1⟧来了", False),
    ],
)
def test_texts(text: str, silent: bool) -> None:
    assert says_nothing(Record("r", "r", "t", "review", MaskedText(text))) is silent


@pytest.mark.parametrize(
    ("turns", "silent"),
    [
        ([("agent", "您好"), ("system", "会话结束")], True),
        ([("agent", "您好"), ("customer", " ")], True),
        ([("agent", "您好"), ("customer", "1")], False),
    ],
)
def test_conversations(turns: list[tuple[str, str]], silent: bool) -> None:
    said, at = [], 0
    for speaker, text in turns:
        said.append(Turn(speaker, MaskedText(text), at, at + len(text)))  # type: ignore[arg-type]
        at += len(text) + 1
    text = MaskedText("\n".join(text for _, text in turns))
    assert says_nothing(Record("r", "r", "t", "chat", text, turns=tuple(said))) is silent
