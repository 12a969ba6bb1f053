"""What is measured of ideas, on lists whose answer is known."""

import pytest

from evals.metrics.ideas import Plain, plain_idea, repeated_share, spread_figures, themes_reached
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
    apart = [*same[:1], Plain("按张付费", "用多少付多少", ()), Plain("平安回话", "夜里有人问一句", ())]
    alike, unlike = (spread_figures(ideas, EMBED, None, 3) for ideas in (same, apart))
    assert alike["similarity"] == alike["nearest"] == pytest.approx(1, abs=1e-3)
    assert all(unlike[name] < alike[name] for name in alike)
    themes = ["恒温水箱忽冷忽热", "按张付费打印", "平安回话独居"]
    assert themes_reached(same, themes, EMBED, None) == pytest.approx(1 / 3)
    assert themes_reached(apart, themes, EMBED, None) == 1
    assert themes_reached([], themes, EMBED, None) == 0


def test_the_plain_question_holds_every_ticket_once() -> None:
    records = [record(f"第{n}张工单", f"r_{n}") for n in range(RECORDS + 1)]
    asked = list(naive_prompts(records, "zh"))
    assert len(asked) == 2
    assert all(sum(f"第{n}张工单" in prompt.user for prompt in asked) == 1 for n in range(RECORDS + 1))
