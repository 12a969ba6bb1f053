"""The judge of proposals sees no author, no order that tells, and gives reasons before scores; its means are told by way."""

import pytest

from assistant.llm.fence import Fence
from evals.proposing import (
    CRITERIA,
    Drafts,
    ProposalJudgement,
    ProposalJudgements,
    judge_figures,
    judge_prompt,
    proposal_ingredients,
    shown_blind,
)
from prompts import load
from tests.insight.test_proposals import dossier, drafted

FENCE = Fence(b"f" * 32)
TEXTS = {"llm": "# 甲\n先锁住温度", "rules": "# 乙\n按模板写", "naive": "# 丙\n打造平台"}


def test_a_draft_is_shown_without_who_wrote_it_and_how_it_was_checked() -> None:
    shown = shown_blind(drafted())
    assert "恒温护童花洒" in shown
    assert "■ 摘要" in shown
    for word in ("规则引擎", "大模型", "逐句核对", "会签", "计数一览", "pr_", "[1]", "[F1]", "**", "##", "状态"):
        assert word not in shown


def test_the_judge_sees_material_and_drafts_in_an_order_of_their_own() -> None:
    prompt, order = judge_prompt(Drafts(dossier(), TEXTS), FENCE)  # type: ignore[arg-type]
    again = judge_prompt(Drafts(dossier(), dict(reversed(TEXTS.items()))), FENCE)  # type: ignore[arg-type]
    assert (prompt, order) == again
    assert set(order) == set(TEXTS)
    for n, origin in enumerate(order, 1):
        block = prompt.user.partition(f"提案 D{n} 开始")[2].partition(f"提案 D{n} 结束")[0]
        assert TEXTS[origin] in block
    for piece in ("说出本需求的记录", "2026-03 3/80", "建议: 出个儿童档", "三层: ", "说法相反"):
        assert piece in prompt.user
    assert all(e.quote in prompt.user for e in dossier().evidence)
    assert not any(name in prompt.user for name in ("llm", "naive", "rules"))


def test_the_prompt_asks_for_every_criterion_reason_first() -> None:
    system = load("judge_proposal").system
    example = system.partition('{"judgements"')[2]
    for criterion in CRITERIA:
        assert f"`{criterion}`" in system
        assert example.index(f'"{criterion}_reason"') < example.index(f'"{criterion}"')
    fields = list(ProposalJudgement.model_fields)
    assert fields == ["id", *(name for c in CRITERIA for name in (f"{c}_reason", c))]


def judgement(score: int) -> ProposalJudgement:
    said = dict.fromkeys(CRITERIA, score) | {f"{name}_reason": "因为" for name in CRITERIA}
    return ProposalJudgement(id="D1", **said)


def test_means_are_told_for_each_way_and_failures_are_counted() -> None:
    found = judge_figures([("llm", judgement(5)), ("llm", judgement(4)), ("rules", judgement(2)), "model_down"])
    assert (found["judged_llm_rubric"], found["judged_rules_honest"], found["judge_failed"]) == (4.5, 2.0, 1.0)
    assert "judged_naive_rubric" not in found


def test_scores_are_one_to_five() -> None:
    with pytest.raises(ValueError, match="less than or equal to 5"):
        judgement(6)
    assert len(ProposalJudgements(judgements=[judgement(1)]).judgements) == 1


def test_a_recording_of_drafts_hangs_on_every_prompt() -> None:
    assert set(proposal_ingredients()) == {"prompt", "prompt_digest", "naive_digest", "judge_digest"}
