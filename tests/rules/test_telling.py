"""What stands for a theme: the clause that bears its cue, set neatly; a label alone where none does."""

from dataclasses import replace

import pytest

from assistant.domain.answers import Figure, Need
from assistant.rules.engine import RulesEngine
from assistant.rules.figures import figure_sentences
from assistant.rules.telling import bearing, situation, telling, wishes
from assistant.rules.wording import neat
from tests.rules.builders import REPAIRS, question, theme

ENGINE = RulesEngine()


@pytest.mark.parametrize(
    ("raw", "neat_text"),
    [
        ("修了三次,还是坏!", "修了三次，还是坏！"),
        ("说好免费&hellip;&hellip;又收钱", "说好免费…又收钱"),
        ("等了一天......没人来", "等了一天…没人来"),
        ("用了v3.2,wifi:连不上", "用了v3.2,wifi：连不上"),
        ("ready, go", "ready, go"),
    ],
)
def test_clauses_are_set_with_chinese_punctuation_and_without_entities(raw: str, neat_text: str) -> None:
    assert neat(raw) == neat_text


def test_the_theme_is_shown_by_a_clause_that_bears_its_situation() -> None:
    material = theme((*REPAIRS, "上个月有个租客欠了两个月房租没给"), title="")
    assert situation(material) == "repair_in_vain"
    best = bearing(material)
    assert best is not None
    assert "修" in best.quote
    assert ENGINE.name_theme(material).surface.startswith("反复维修仍未修好：")


def test_where_no_clause_bears_it_the_label_stands_alone() -> None:
    material = theme()
    plain = tuple(replace(voice, quote="这件事我已经说得够多了") for voice in material.voices)
    assert ENGINE.name_theme(replace(material, voices=plain)).surface == "反复维修仍未修好"


def test_titles_are_labels_without_prefixes() -> None:
    material = theme()
    assert ENGINE.name_theme(material).title == "反复维修仍未修好"
    odd = theme(("今天天气不错只是东西一般般,心里不太舒服", "说不上来,反正不满意"), aspect="design")
    assert ":" not in ENGINE.name_theme(odd).title
    assert ENGINE.name_theme(odd).title.startswith("对设计不满")


def test_scraps_and_masked_quotes_come_last() -> None:
    material = theme((*REPAIRS, "坏了"))
    hidden = replace(material.voices[0], n=9, quote="师傅⟦name:a1⟧修了三次还是坏", customer_id="c_9")
    ranked = telling(replace(material, voices=(*material.voices, hidden)))
    assert {voice.quote for voice in ranked[-2:]} == {"坏了", hidden.quote}


def test_a_plain_wish_comes_before_a_rhetorical_question() -> None:
    asked = replace(theme().voices[0], suggestion="我就想问:机器是我买的,我说了不算?")
    wished = replace(theme().voices[1], suggestion="希望能改成打一张付一张,机器算你们的")
    assert wishes([asked, wished])[0] is wished


FIGURES = (
    Figure("2026-08 P2 「掉线」 反馈", 14, "条", "q"),
    Figure("2026-08 P2 「掉线」 客户", 11, "位", "q"),
    Figure("2026-08 P2 「掉线」 占2026-08 P2反馈", 43.8, "%", "q", (28.2, 60.7)),
    Figure("2026-08 P2 原文提到“掉线”的反馈", 2, "条", "q"),
)


def test_a_count_begins_with_its_number_and_says_each_figure_once() -> None:
    first, second = figure_sentences(FIGURES, asked_how_many=True)
    assert first.text.startswith("共14条反馈，来自11位客户")
    assert first.figures == [1, 2, 3]
    assert second.text == "2026-08 P2 原文提到“掉线”的反馈：2条。"


def test_months_are_one_sentence() -> None:
    months = tuple(Figure(f"2026-0{n} P2 反馈", n, "条", "q") for n in range(1, 5))
    (row,) = figure_sentences(months)
    assert row.text == "P2 按月：2026-01 1条、2026-02 2条、2026-03 3条、2026-04 4条。"
    assert row.figures == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("asked", "surface", "said", "unsaid"),
    [
        ("门锁没电把客户关在门外,怎么回", "断电失灵被困在外：没电进不了门", "平安", "工作"),
        ("打印机升级后掉线,客户说怎么回", "升级后掉线、连不上：天天掉线", "版本号", "平安"),
        ("客户夸师傅耐心,怎么回", "称赞服务人员用心可靠：师傅很耐心", "暖", "抱歉"),
        ("客户说师傅约好不来，白等一天，想赔误工费，怎么回复？", "", "抱歉", "暖"),
        ("客户投诉师傅约好不来，怎么回复？", "", "抱歉", "暖"),
        ("客户说快递划伤新车，怎么回复？", "", "伤在哪一处", "就医"),
        ("客户说老人折叠时夹了手，怎么回复？", "", "就医", "型号"),
        ("客户说门把手把孩子的手划伤了，怎么回复？", "", "就医", "照片"),
        ("客户说被锁在门外了，怎么回复？", "", "还被挡着吗", "照片"),
    ],
)
def test_a_reply_fits_the_need_and_asks_one_question(asked: str, surface: str, said: str, unsaid: str) -> None:
    need = Need("t_1", surface, "", "")
    reply = ENGINE.answer(question(asked, shown=theme().voices[:1], needs=(need,))).suggested_reply
    assert reply is not None
    assert said in reply
    assert unsaid not in reply
    assert reply.count("？") <= 1
