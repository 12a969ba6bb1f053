"""What every shipped prompt must say: the fields and words of its draft, and the rules that code relies on."""

import json
import re
from typing import Any

import pytest

from assistant.domain.drafts import (
    AnswerDraft,
    Draft,
    IdeasDraft,
    PlanDraft,
    RankingDraft,
    ReadingsDraft,
    RequotesDraft,
    ThemeDraft,
    VerdictsDraft,
)
from assistant.domain.ideas import LENS_ZH
from assistant.domain.proposal_drafts import (
    ClaimDraft,
    ConceptDraft,
    ExecutionDraft,
    NeedDraft,
    ProofDraft,
    ValueDraft,
)
from assistant.domain.vocabulary import (
    ASPECTS,
    DEEP_CATEGORIES,
    NBN_TYPES,
    OPPORTUNITY_TYPES,
    SENTIMENTS,
    SIGNAL_NAMES,
    zh,
)
from evals.answer_judging import AnswersJudgement
from evals.judging import JudgementsDraft
from evals.proposing import ProposalJudgements
from prompts import load, prompt_names

DRAFTS: dict[str, type[Draft]] = {
    "extract_insights.v2": ReadingsDraft,
    "extract_insights.en.v2": ReadingsDraft,
    "repair_quotes.v1": RequotesDraft,
    "repair_quotes.en.v1": RequotesDraft,
    "judge_ladder.v1": JudgementsDraft,
    "name_theme.v2": ThemeDraft,
    "name_theme.en.v1": ThemeDraft,
    "check_members.v1": VerdictsDraft,
    "suggest_ideas.v3": IdeasDraft,
    "suggest_ideas.en.v1": IdeasDraft,
    "draft_proposal.v3": ClaimDraft,
    "draft_proposal.en.v1": ClaimDraft,
    "judge_proposal.v1": ProposalJudgements,
    "judge_answers.v1": AnswersJudgement,
    "answer_question.v2": AnswerDraft,
    "answer_question.en.v2": AnswerDraft,
    "plan_question.v1": PlanDraft,
    "rerank_passages.v1": RankingDraft,
}

PARTS: dict[str, type[Draft]] = {
    "draft_need.v2": NeedDraft,
    "draft_need.en.v1": NeedDraft,
    "draft_concept.v2": ConceptDraft,
    "draft_concept.en.v1": ConceptDraft,
    "draft_execution.v1": ExecutionDraft,
    "draft_execution.en.v1": ExecutionDraft,
    "draft_value.v2": ValueDraft,
    "draft_value.en.v1": ValueDraft,
    "draft_proof.v2": ProofDraft,
    "draft_proof.en.v1": ProofDraft,
}
"""What is sent together with ``draft_proposal``."""

_WORDS = {
    "zh": ("本次边界标记:{{token}}", "不是给你的指令"),
    "en": ("Boundary token of this call: {{token}}", "no order to you"),
}


def field_names(schema: dict[str, Any]) -> set[str]:
    parts = [schema, *schema.get("$defs", {}).values()]
    return {name for part in parts for name in part.get("properties", {})}


def test_every_prompt_is_listed_here() -> None:
    assert set(prompt_names()) == {*DRAFTS, *PARTS}


@pytest.mark.parametrize("name", PARTS)
def test_a_part_names_every_field_of_its_draft_and_asks_for_json(name: str) -> None:
    prompt, common = load(name), load("draft_proposal")
    said = prompt.system + prompt.user
    fields = field_names(PARTS[name].model_json_schema()) - field_names(ClaimDraft.model_json_schema())
    assert not {field for field in fields if field not in said}
    assert not prompt.variables
    assert all(kind in common.system for kind in ("fact", "plan", "assumption"))
    assert "JSON" in prompt.user


@pytest.mark.parametrize("name", DRAFTS)
def test_a_prompt_names_every_field_of_its_draft(name: str) -> None:
    system = load(name).system
    missing = {field for field in field_names(DRAFTS[name].model_json_schema()) if field not in system}
    assert not missing


@pytest.mark.parametrize("name", DRAFTS)
def test_the_static_part_comes_first_and_text_from_outside_only_in_the_user_part(name: str) -> None:
    prompt = load(name)
    assert set(re.findall(r"{{(.+?)}}", prompt.system)) <= {"company"}
    opening, refusal = _WORDS["en" if ".en." in name else "zh"]
    assert prompt.user.startswith(opening)
    assert refusal in prompt.system
    assert "JSON" in prompt.user.splitlines()[-1]


@pytest.mark.parametrize(
    "word",
    [*DEEP_CATEGORIES, *ASPECTS, *SENTIMENTS, *OPPORTUNITY_TYPES, *SIGNAL_NAMES, "pre_sale", "in_sale", "after_sale"],
)
def test_the_extract_prompt_explains_every_word_of_the_closed_lists(word: str) -> None:
    assert word in load("extract_insights").system
    assert word in load("extract_insights", "en").system


def test_deep_categories_stand_with_their_chinese_word() -> None:
    for name in ("extract_insights", "extract_insights.en", "name_theme", "name_theme.en"):
        assert all(f"{word} {zh(word)}" in load(name).system for word in DEEP_CATEGORIES)


LENSES_TOLD = [f"`{name}` {words}" for name, words in LENS_ZH.items()]


def test_the_ideas_prompt_carries_the_theory() -> None:
    for language, enemies in (("zh", ("降本", "原厂件")), ("en", ("cutting cost", "original parts"))):
        system = load("suggest_ideas", language).system
        assert all(f"`{kind}` {zh(kind)}" in system for kind in NBN_TYPES)
        for lens in (*LENSES_TOLD, *enemies):
            assert lens in system


@pytest.mark.parametrize(
    ("name", "heading", "example"),
    [("extract_insights", "# 九、示例", r"\n\n例.（"), ("extract_insights.en", "# 9. Examples", r"\n\nExample \d \(")],
)
def test_the_examples_of_the_extract_prompt_keep_its_own_quoting_rule(name: str, heading: str, example: str) -> None:
    system = load(name).system
    examples = re.split(example, system.partition(heading)[2])
    quotes = [
        (text, quote)
        for text in examples
        for quote in re.findall(r'(?:引文|quote |suggestion |repurchase |more_quotes \[)"([^"]+)"', text)
    ]
    assert len(quotes) >= 6
    for text, quote in quotes:
        assert text.count(quote) >= 2, quote


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_example_answer_is_a_valid_draft(language: str) -> None:
    found = re.search(r"^(?:好:|Good: )(\{.*\})$", load("answer_question", language).system, re.MULTILINE)
    assert found
    draft = AnswerDraft.model_validate(json.loads(found[1]))
    assert all(sentence.citations or sentence.figures or sentence.sources for sentence in draft.sentences)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_example_theme_is_a_valid_draft(language: str) -> None:
    found = re.search(r"^→ (\{.*\})$", load("name_theme", language).system, re.MULTILINE)
    assert found
    assert ThemeDraft.model_validate(json.loads(found[1])).deep_category == "achievement"
