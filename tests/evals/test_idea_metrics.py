"""What is measured of ideas, on lists whose answer is known."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.metrics.apart import apart
from evals.metrics.ideas import Plain, embedded_likeness, plain_idea, repeated_share, spread_figures, themes_reached
from evals.naive_ideas import RECORDS, naive_prompts
from tests.insight.samples import idea_draft, record
from vectorstore.embedders.hashing import HashingEmbedder

EMBED = HashingEmbedder().embed_documents


def test_an_idea_is_cut_into_the_sentences_it_says() -> None:
    idea = plain_idea({"title": "一", "concept": "先做甲。再做乙。", "features": ["丙"], "changes": {"deep": "丁"}})
    assert idea.sentences == ("先做甲", "再做乙", "丙", "丁")
    assert plain_idea(idea_draft().model_dump()).title == "恒温护童档"


@pytest.mark.parametrize(
    ("said", "share"),
    [((("甲", "乙"), ("丙",)), 0.0), ((("甲", "乙"), ("甲",)), 2 / 3), ((("甲",), ("甲",)), 1.0), ((), 0.0)],
)
def test_repeated_sentences_are_a_share_of_all(said: tuple[tuple[str, ...], ...], share: float) -> None:
    assert repeated_share([Plain("题", "概念", one) for one in said]) == pytest.approx(share)


def test_the_same_idea_twice_is_as_alike_as_can_be_and_reaches_one_theme() -> None:
    same = [Plain("恒温水箱", "锁住最高温度", ())] * 3
    others = [*same[:1], Plain("按张付费", "用多少付多少", ()), Plain("平安回话", "夜里有人问一句", ())]
    found = spread_figures({"": same, "other_": others}, letters)
    assert found["similarity"] == found["nearest"] == pytest.approx(1, abs=1e-3)
    names = [name for name in found if not name.startswith("other_")]
    assert len(names) == 4
    assert all(found[f"other_{name}"] < found[name] for name in names)
    assert embedded_likeness(same, EMBED, None) == pytest.approx(1, abs=1e-3)
    themes = ["恒温水箱忽冷忽热", "按张付费打印", "平安回话独居"]
    assert themes_reached(same, themes, EMBED, None) == pytest.approx(1 / 3)
    assert themes_reached(others, themes, EMBED, None) == 1
    assert themes_reached([], themes, EMBED, None) == 0


def letters(text: str) -> list[str]:
    return [letter for letter in text if letter.isalnum()]


def test_what_every_idea_of_either_list_says_makes_none_alike() -> None:
    bones = ["锁温阀", "按张付", "陪一顿", "找备件"]
    plain = [Plain(one, one, (), (one,)) for one in bones]
    dressed = [Plain(one, one, (), (f"试点后定，由客户先看{one}",)) for one in bones]
    twice = spread_figures({"": [*dressed, *dressed[:1]], "other_": dressed}, str.split)
    assert twice["similarity"] > twice["other_similarity"] == 0
    both = spread_figures({"": dressed, "other_": dressed}, letters)
    alone = spread_figures({"": plain, "other_": plain}, letters)
    assert both["similarity"] < alone["similarity"] + 0.05


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.text("甲乙丙丁戊 ", min_size=1, max_size=8), max_size=6),
    st.lists(st.text("甲乙己", max_size=9), max_size=6),
)
def test_likeness_lies_between_nothing_and_the_same_whatever_the_lists(one: list[str], other: list[str]) -> None:
    for texts, spread in zip((one, other), apart([one, other], letters), strict=True):
        assert -1e-6 <= spread.pairs <= 1.0001
        assert 0 <= spread.nearest <= 1.0001
        assert len(texts) > 1 or spread.pairs == spread.nearest == 0
    assert apart([other, one], letters) == apart([one, other], letters)[::-1]


def test_the_plain_question_holds_every_ticket_once() -> None:
    records = [record(f"第{n}张工单", f"r_{n}") for n in range(RECORDS + 1)]
    asked = list(naive_prompts(records, "zh"))
    assert len(asked) == 2
    assert all(sum(f"第{n}张工单" in prompt.user for prompt in asked) == 1 for n in range(RECORDS + 1))
