"""Names, ideas and proposals out of templates: specific, tied to voices, never without the loop."""

import re
from dataclasses import replace

import pytest

from assistant.domain.ideas import Brief, Idea, LensName
from assistant.domain.proposal_drafts import SECTIONS, ClaimDraft, NeedDraft, ProofDraft
from assistant.domain.proposals import Asked, CountedFigure, Coverage, Evidence, ProposalMaterial
from assistant.domain.vocabulary import ASPECTS, NBN_TYPES, zh
from assistant.insight.hard_rule import marks_of
from assistant.insight.lenses import LENSES
from assistant.rules.engine import RulesEngine
from tests.rules.builders import theme

ENGINE = RulesEngine()
ODD = ("今天天气不错只是东西一般般,心里不太舒服", "说不上来,反正不满意")


def proposal(counter: bool = False) -> ProposalMaterial:
    material = theme(title="反复维修仍未修好")
    draft = ENGINE.suggest_ideas(material).ideas[0]
    idea = Idea(
        "id_1", ("t_1",), draft.nbn_type, draft.title, draft.job_to_be_done, draft.concept, tuple(draft.features),
        draft.how_it_differs, {}, draft.route, draft.route_why, tuple(one.text for one in draft.assumptions), (), 0.5, {}, "rules",
    )  # fmt: skip
    against = (
        (Evidence(9, "r_9", "一次就修好了", 0, 6, "ticket", "K9", "consumer", None, "otherwise"),) if counter else ()
    )
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
@pytest.mark.parametrize("lenses", [(), LENSES[:4], LENSES[4:], LENSES])
def test_an_idea_for_each_lens_whole_and_standing_on_voices(aspect: str, lenses: tuple[LensName, ...]) -> None:
    material = theme(aspect=aspect, title="反复维修仍未修好")
    ideas = ENGINE.suggest_ideas(material, Brief(lenses=lenses, delights=("《称赞师傅》",))).ideas
    assert [idea.lens for idea in ideas] == list(lenses or ("job", "product_as_service", "service_income"))
    assert len({idea.title for idea in ideas}) == len(ideas)
    if not lenses:
        assert {idea.nbn_type for idea in ideas} == set(NBN_TYPES)
    shown = {voice.n for voice in material.voices}
    for idea in ideas:
        assert idea.evidence
        assert set(idea.evidence) <= shown
        assert len(idea.features) >= 2
        assert all((idea.job_to_be_done, idea.route_why, idea.changes_deep, idea.assumptions, idea.next_needs))
        assert all(one.text and one.test for one in idea.assumptions)
        assert not re.search(r"\{\w+\}", idea.model_dump_json().replace('{"', ""))
        assert not marks_of(idea)


def test_ideas_of_one_theme_start_from_other_voices_and_share_hardly_a_sentence() -> None:
    ideas = ENGINE.suggest_ideas(theme(title="反复维修仍未修好"), Brief(lenses=LENSES[:3])).ideas
    said = [{idea.how_it_differs, idea.changes_surface, idea.route_why, idea.concept} for idea in ideas]
    assert len(set().union(*said)) == sum(map(len, said))
    assert len({idea.job_to_be_done for idea in ideas}) == len(ideas)


def test_a_customers_wish_becomes_a_feature_of_one_idea_word_for_word() -> None:
    material = theme(title="反复维修仍未修好")
    wish = material.voices[0].suggestion
    assert wish
    ideas = ENGINE.suggest_ideas(material).ideas
    assert sum(any(wish in feature for feature in idea.features) for idea in ideas) == 1


def test_titles_differ_between_themes() -> None:
    one, other = (ENGINE.suggest_ideas(theme(title=title)).ideas for title in ("反复维修仍未修好", "约好不来"))
    assert not {idea.title for idea in one} & {idea.title for idea in other}


def test_praise_gives_ideas_of_its_own() -> None:
    praise = ("师傅非常耐心,教了三遍,点赞", "师傅自带鞋套,收拾得很干净,满意")
    ideas = ENGINE.suggest_ideas(theme(praise, aspect="staff", sentiment="positive", title="称赞师傅")).ideas
    assert all("称赞师傅" in idea.title + idea.concept for idea in ideas)


def written(material: ProposalMaterial) -> tuple[NeedDraft, ProofDraft, list[ClaimDraft]]:
    """The need, the proof, and every claim of all sections."""
    drafts = [ENGINE.draft_section(Asked(section, material)) for section in SECTIONS]
    need, proof = drafts[0], drafts[-1]
    assert isinstance(need, NeedDraft)
    assert isinstance(proof, ProofDraft)
    claims = [
        ClaimDraft.model_validate(one)
        for draft in drafts
        for one in _claims_in(draft.model_dump())
    ]  # fmt: skip
    return need, proof, claims


def _claims_in(value: object) -> list[dict[str, object]]:
    if isinstance(value, dict):
        return [value] if "kind" in value else [one for item in value.values() for one in _claims_in(item)]
    return [one for item in value for one in _claims_in(item)] if isinstance(value, list) else []


def test_a_proposal_says_what_is_fact_and_what_is_assumed() -> None:
    need, proof, claims = written(proposal())
    assert need.situation[0].kind == "fact"
    assert need.situation[0].evidence
    assert "“" in need.situation[0].text
    assert any(claim.kind == "assumption" for claim in need.wants)
    assert all(claim.text.strip().endswith(("。", "？", "”")) for claim in claims)
    assert all(claim.evidence or claim.figures for claim in claims if claim.kind == "fact")
    assert "如果" in proof.disconfirming_question
    assert len(proof.metrics) >= 3
    assert not re.search(r"\{[a-z_]+\}", "".join(claim.text for claim in claims))


def test_counted_figures_are_told_with_their_keys() -> None:
    figures = (
        CountedFigure("F1", "signal:repeat_contact", "重复来访", 3, "customers"),
        CountedFigure("F2", "silent", "没有说到", 7, "customers"),
        CountedFigure("F3", "friction", "负面", 4, "records"),
        CountedFigure("F4", "friction_share", "占比", 6.5, "percent", (2.0, 9.0)),
    )
    need, proof, claims = written(replace(proposal(), figures=figures))
    told = {key: claim.text for claim in claims for key in claim.figures}
    assert "3 位" in told["F1"]
    assert "7 位" in told["F2"]
    assert "6.5%" in told["F4"]
    assert "F1" in {metric.figure for metric in proof.metrics}
    assert any("F2" in claim.figures for claim in need.otherwise)


def test_counter_evidence_is_spoken_of() -> None:
    need, proof, _ = written(proposal(counter=True))
    assert any(9 in claim.evidence for claim in need.otherwise)
    assert any("反证" in risk.text for risk in proof.risks)
