"""Extractive answers: cited, counted, refused where nothing is known."""

import re

import pytest

from assistant.domain.answers import AnswerMaterial, Figure, Need
from assistant.rules.engine import RulesEngine
from tests.rules.builders import question, theme

ENGINE = RulesEngine()
FIGURES = (
    Figure("K9 反馈", 12, "条", "count records"),
    Figure("售后占比", 37.5, "%", "share", (21.2, 57.3)),
    Figure("较上期变化", -12.5, "%", "change"),
)


def test_nothing_known_nothing_said_but_a_draft_out_of_the_question() -> None:
    draft = ENGINE.answer(question())
    assert draft.refused
    assert draft.refusal_reason is not None
    assert "资料不足" in draft.refusal_reason
    assert draft.sentences == []
    assert draft.suggested_reply is not None
    assert "修了几次没修好" in draft.suggested_reply
    assert draft.reply_backed_by == []


@pytest.mark.parametrize("figures", [(), FIGURES])
def test_every_sentence_stands_on_something(figures: tuple[Figure, ...]) -> None:
    shown = theme().voices
    need = Need("t_1", shown[0].surface, shown[0].secondary, shown[0].deep)
    draft = ENGINE.answer(question(shown=shown, figures=figures, needs=(need,)))
    assert not draft.refused
    for sentence in draft.sentences:
        assert sentence.citations or sentence.figures
        said = "".join(voice.quote for voice in shown if voice.n in sentence.citations)
        said += "".join(voice.surface + voice.secondary for voice in shown if voice.n in sentence.citations)
        counted = [figures[n - 1] for n in sentence.figures]
        allowed = {f"{abs(v):g}" for f in counted for v in (f.value, *(f.interval or ()))}
        allowed |= set(re.findall(r"\d+", said + "".join(f.label for f in counted)))
        assert set(re.findall(r"\d+(?:\.\d+)?", sentence.text)) <= allowed


def test_figures_are_said_exactly_as_given() -> None:
    text = "".join(sentence.text for sentence in ENGINE.answer(question(figures=FIGURES)).sentences)
    for part in ("12条", "37.5%", "21.2%", "57.3%", "-12.5%"):
        assert part in text


def test_quotes_are_cited_one_per_customer() -> None:
    shown = theme().voices
    draft = ENGINE.answer(question(shown=shown + shown))
    cited = [n for sentence in draft.sentences for n in sentence.citations]
    assert len(cited) == len(draft.sentences) == len(set(cited))
    assert set(cited) <= {voice.n for voice in shown}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("客户说修了几次没修好,怎么回?", True), ("门锁用户最在意什么", False), ("近三个月售后投诉多少条", False)],
)
def test_a_reply_is_suggested_where_staff_need_one(text: str, wanted: bool) -> None:
    reply = ENGINE.answer(question(text, shown=theme().voices)).suggested_reply
    assert (reply is not None) is wanted
    if reply:
        assert not re.search(r"\d|保证|一定给|赔|免费", reply)


def test_the_reply_follows_what_the_customer_minds() -> None:
    def reply(text: str) -> str:
        return ENGINE.answer(question(text, shown=theme().voices[:1])).suggested_reply or ""

    assert reply("客户问摄像头数据存在哪里、隐私谁能看,怎么回") != reply("客户说师傅态度差爽约没来,怎么回")


def test_material_is_left_as_it_was() -> None:
    material: AnswerMaterial = question(shown=theme().voices, figures=FIGURES)
    before = repr(material)
    ENGINE.answer(material)
    assert repr(material) == before
