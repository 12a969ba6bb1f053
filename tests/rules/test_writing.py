"""Names, ideas and proposals out of templates: specific, tied to voices, never without the loop."""

import re

import pytest

from assistant.domain.ideas import Idea
from assistant.domain.proposals import Coverage, Evidence, ProposalMaterial
from assistant.domain.vocabulary import ASPECTS, NBN_TYPES, zh
from assistant.rules.engine import RulesEngine
from tests.rules.builders import theme

ENGINE = RulesEngine()
ODD = ("今天天气不错只是东西一般般,心里不太舒服", "说不上来,反正不满意")


def proposal(counter: bool = False) -> ProposalMaterial:
    material = theme(title="反复维修仍未修好")
    draft = ENGINE.suggest_ideas(material).ideas[0]
    idea = Idea(
        "id_1", ("t_1",), draft.nbn_type, draft.title, draft.job_to_be_done, draft.concept, tuple(draft.features),
        draft.how_it_differs, {}, draft.route, draft.route_why, tuple(draft.assumptions), (), 0.5, {}, "rules",
    )  # fmt: skip
    against = (Evidence(9, "r_9", "一次就修好了", 0, 6, "ticket", "K9", "consumer", None),) if counter else ()
    return ProposalMaterial(idea, material, Coverage(100, 3, 3, 0.03, (0.01, 0.08)), against)


def test_a_theme_is_named_specifically() -> None:
    draft = ENGINE.name_theme(theme())
    assert 4 <= len(draft.title) <= 18
    assert draft.title not in {zh(aspect) for aspect in ASPECTS}
    assert "维修" in draft.title
    assert "收录" in draft.definition
    assert "不收录" in draft.definition
    assert draft.deep_category == "trust"
    assert all((draft.surface, draft.secondary, draft.deep))


def test_a_theme_without_a_known_situation_is_named_by_its_typical_clause() -> None:
    draft = ENGINE.name_theme(theme(ODD, aspect="quality"))
    assert 2 <= len(draft.title) <= 18
    assert draft.title not in {zh(aspect) for aspect in ASPECTS}


@pytest.mark.parametrize("aspect", ASPECTS)
def test_three_ideas_one_of_each_type(aspect: str) -> None:
    material = theme(aspect=aspect, title="反复维修仍未修好")
    ideas = ENGINE.suggest_ideas(material).ideas
    assert tuple(idea.nbn_type for idea in ideas) == NBN_TYPES
    assert len({idea.title for idea in ideas}) == 3
    shown = {voice.n for voice in material.voices}
    for idea in ideas:
        assert idea.evidence
        assert set(idea.evidence) <= shown
        assert len(idea.features) >= 3
        assert all((idea.job_to_be_done, idea.route_why, idea.changes_deep, idea.assumptions))
        assert not re.search(r"\{\w+\}", idea.model_dump_json().replace('{"', ""))
        assert not re.search(r"降本|裁员|卖配件|卖原厂", idea.title + idea.concept)


def test_a_customers_wish_becomes_a_feature_word_for_word() -> None:
    material = theme(title="反复维修仍未修好")
    wish = material.voices[0].suggestion
    assert wish
    assert all(any(wish in feature for feature in idea.features) for idea in ENGINE.suggest_ideas(material).ideas)


def test_titles_differ_between_themes() -> None:
    one, other = (ENGINE.suggest_ideas(theme(title=title)).ideas for title in ("反复维修仍未修好", "约好不来"))
    assert not {idea.title for idea in one} & {idea.title for idea in other}


def test_praise_gives_ideas_of_its_own() -> None:
    praise = ("师傅非常耐心,教了三遍,点赞", "师傅自带鞋套,收拾得很干净,满意")
    ideas = ENGINE.suggest_ideas(theme(praise, aspect="staff", sentiment="positive", title="称赞师傅")).ideas
    assert all("称赞师傅" in idea.title + idea.concept for idea in ideas)


def test_a_proposal_says_what_is_fact_and_what_is_assumed() -> None:
    draft = ENGINE.draft_proposal(proposal())
    assert draft.summary[0].evidence
    assert "“" in draft.summary[0].text
    assert any(not statement.evidence for statement in draft.summary)
    for statement in draft.summary:
        assert statement.text.strip()
    assert "假设" in draft.summary[-1].text
    written = draft.model_dump()
    assert all(written[name] for name in written)
    assert "如果" in draft.next_test
    assert not re.search(r"\{[a-z_]+\}", "".join(map(str, written.values())).replace("{'", ""))


def test_counter_evidence_is_spoken_of() -> None:
    draft = ENGINE.draft_proposal(proposal(counter=True))
    assert any(9 in statement.evidence for statement in draft.summary)
    assert any("反证" in risk for risk in draft.risks)
