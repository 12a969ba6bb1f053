"""Ideas are kept with evidence that was shown, once each, scored by what was counted."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.domain.drafts import IdeaDraft, IdeasDraft
from assistant.domain.insights import LadderStanding
from assistant.domain.themes import Theme, ThemeMaterial
from assistant.errors import ModelAccessError, ModelAnswerError
from assistant.insight.ideas import Suggested, Unsuggested, suggest
from assistant.insight.portrait import portray
from assistant.insight.scoring import WEIGHTS, Weight, marks_of
from tests.insight.samples import idea_draft, member
from tests.insight.scripted import ScriptedEngine


def theme(n: int = 1, customers: int = 4) -> Theme:
    return Theme(
        f"th_{n}", f"水温不稳{n}", "", "水温不稳", "家里人抱怨", "要家人洗得安心", LadderStanding(), "security",
        "llm", records=customers, customers=customers,
    )  # fmt: skip


def material(n: int = 1, customers: int = 4) -> tuple[ThemeMaterial, Weight]:
    members = [
        member(10 * n + i, quote=said)
        for i, said in enumerate(("水忽然变烫了", "一开厨房就变冰", "孩子吓得直哭闹", "调到多少度都没用"))
    ]
    return portray(theme(n, customers), members), Weight(severity=4.0, most_customers=40)


def embed(texts: list[str]) -> NDArray[np.float32]:
    """Unlike texts nearly orthogonal, like texts the same: no more is needed of an embedder here."""
    seeds = [int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) for text in texts]
    rows = np.stack([np.random.default_rng(seed).standard_normal(64) for seed in seeds])
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def answered(*ideas: IdeaDraft, themes: int = 1) -> list[Suggested | Unsuggested]:
    engine = ScriptedEngine(on_ideas=lambda _: IdeasDraft(ideas=list(ideas)))
    return list(suggest(engine, [material(n) for n in range(1, themes + 1)], embed))


def test_an_idea_is_kept_with_the_insights_it_answers() -> None:
    (result,) = answered(idea_draft(evidence=[2, 1, 99]))
    assert isinstance(result, Suggested)
    (idea,) = result.ideas
    voices = {v.n: v for v in material()[0].voices}
    assert idea.evidence == (voices[2].insight_id, voices[1].insight_id)
    assert idea.theme_ids == ("th_1",)
    assert idea.engine == "llm"
    assert idea.changes["deep"] == "洗得安心"
    assert idea.score == pytest.approx(sum(WEIGHTS[k] * v for k, v in idea.score_parts.items()), abs=1e-3)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"evidence": []}, "no_evidence"),
        ({"evidence": [0, 77]}, "evidence_not_shown"),
        ({"title": "  "}, "blank"),
        ({"concept": ""}, "blank"),
    ],
)
def test_an_idea_is_rejected_with_its_reason(changes: dict[str, object], reason: str) -> None:
    (result,) = answered(idea_draft(**changes))
    assert result == Suggested("th_1", (), {reason: 1})


def test_the_same_idea_is_kept_once_within_its_type_across_themes() -> None:
    new_customs = idea_draft(nbn_type="new_customs")
    results = answered(idea_draft(), idea_draft(), new_customs, themes=2)
    kept = [len(r.ideas) for r in results if isinstance(r, Suggested)]
    rejected = [dict(r.rejected) for r in results if isinstance(r, Suggested)]
    assert kept == [2, 0]
    assert rejected == [{"duplicate": 1}, {"duplicate": 3}]


def test_an_idea_known_from_an_earlier_run_is_not_kept_again() -> None:
    (first,) = answered(idea_draft())
    assert isinstance(first, Suggested)
    engine = ScriptedEngine(on_ideas=lambda _: IdeasDraft(ideas=[idea_draft()]))
    (again,) = suggest(engine, [material(2)], embed, known=first.ideas)
    assert again == Suggested("th_2", (), {"duplicate": 1})


def test_every_theme_is_reported_once_in_order_whatever_fails() -> None:
    def sometimes(shown: ThemeMaterial) -> IdeasDraft:
        if shown.theme.id == "th_2":
            raise ModelAnswerError("blank")
        return IdeasDraft(ideas=[idea_draft(title=shown.theme.id)])

    results = list(suggest(ScriptedEngine(on_ideas=sometimes), [material(n) for n in range(1, 9)], embed))
    assert [r.theme_id for r in results] == [f"th_{n}" for n in range(1, 9)]
    assert [r for r in results if isinstance(r, Unsuggested)] == [Unsuggested("th_2", "model_answer")]


def test_a_refused_key_is_reported_for_each_theme_and_then_raised() -> None:
    def refuse(shown: ThemeMaterial) -> IdeasDraft:
        raise ModelAccessError("no such key")

    engine = ScriptedEngine(on_ideas=refuse, concurrency=2)
    results: list[Suggested | Unsuggested] = []
    with pytest.raises(ModelAccessError):
        results.extend(suggest(engine, [material(n) for n in range(1, 21)], embed))
    assert Counter(r.reason for r in results if isinstance(r, Unsuggested)) == {"model_access": 20}
    assert engine.calls <= 4


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("用机器人替代人工客服，降低售后成本", ("cost_cutting",)),
        ("把上门服务外包，压缩服务费用", ("cost_cutting",)),
        ("锁定只能使用原装粉盒，提升耗材销量", ("parts_selling",)),
        ("降本增效并提高配件收入", ("cost_cutting", "parts_selling")),
        ("按张计费，让客户的打印成本可以预见", ()),
        ("开放兼容耗材认证，客户自己挑", ()),
        ("配件订阅到家，断货提前告知", ()),
        ("降低用户的使用成本", ()),
    ],
)
def test_ideas_that_miss_the_loop_are_marked(text: str, marks: Sequence[str]) -> None:
    assert marks_of(idea_draft(concept=text)) == marks


def test_a_marked_idea_ranks_below_the_same_idea_unmarked() -> None:
    (result,) = answered(
        idea_draft(title="省人", concept="降低客服人工成本"), idea_draft(title="护人", concept="记住客户的名字")
    )
    assert isinstance(result, Suggested)
    assert [idea.title for idea in result.ideas] == ["护人", "省人"]


def test_more_customers_more_severity_and_growth_raise_the_score() -> None:
    def score(shown: ThemeMaterial, weight: Weight) -> float:
        (result,) = suggest(ScriptedEngine(), [(shown, weight)], embed)
        assert isinstance(result, Suggested)
        assert all(0 <= part <= 1 for part in result.ideas[0].score_parts.values())
        return result.ideas[0].score

    shown, weight = material()
    growing = replace(shown, theme=replace(shown.theme, trend="growing"))
    assert score(growing, weight) > score(shown, weight)
    assert score(material(customers=40)[0], weight) > score(shown, weight)
    assert score(shown, Weight(5.0, 40)) > score(shown, weight)
    assert sum(WEIGHTS.values()) == pytest.approx(1)
