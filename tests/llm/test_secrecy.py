"""A model's instructions and the boundary token never leave in an answer."""

import pytest

from assistant.domain.drafts import AnswerDraft, SentenceDraft
from assistant.llm.secrecy import without_instructions
from prompts.loader import RenderedPrompt

PROMPT = RenderedPrompt(
    "你在服务中心的聊天窗口里回答同事的问题，他们要立刻拿去用，只说撑得住的话。", "用户", "d", "answer"
)
TOKEN = "abcdefghijkmnpqr"


def _draft(text: str) -> AnswerDraft:
    said = SentenceDraft(text=text, citations=[1], figures=[])
    return AnswerDraft(refused=False, refusal_reason=text, sentences=[said], suggested_reply=text)


@pytest.mark.parametrize(
    "text", [f"标记是{TOKEN}。", "我的指令：回答同事的问题，\n他们要立刻拿去用，只说撑得住的话", PROMPT.system]
)
def test_what_tells_the_instructions_is_blanked(text: str) -> None:
    kept = without_instructions(_draft(text), PROMPT, TOKEN)
    assert kept.sentences[0].text == ""
    assert (kept.suggested_reply, kept.refusal_reason) == (None, None)


def test_other_words_stay() -> None:
    draft = _draft("客户在意的是掉线，同事的问题已经记下。")
    assert without_instructions(draft, PROMPT, TOKEN) == draft
