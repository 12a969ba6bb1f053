"""Ideas are kept with evidence that was shown, once each, scored by what was counted."""

import hashlib
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.domain.drafts import IdeaDraft, IdeasDraft
from assistant.domain.ideas import Brief, Focus, IdeaWeights, Known
from assistant.domain.insights import LadderStanding
from assistant.domain.themes import Theme, ThemeMaterial
from assistant.errors import ModelAccessError, ModelAnswerError
from assistant.insight.ideas import WAVE, Ask, Suggested, Unsuggested, suggest
from assistant.insight.likeness import Shelf
from assistant.insight.portrait import portray
from assistant.insight.scoring import Weight, ranked
from assistant.llm.budget import BudgetExceeded
from tests.insight.samples import idea_draft, member
from tests.insight.scripted import ScriptedEngine


def theme(n: int = 1, customers: int = 4) -> Theme:
    return Theme(
        f"th_{n}", f"水温不稳{n}", "", "水温不稳", "家里人抱怨", "要家人洗得安心", LadderStanding(), "security",
        "llm", records=customers, customers=customers,
    )  # fmt: skip


def ask(n: int = 1, customers: int = 4, **brief: Any) -> Ask:
    shown, weight = material(n, customers)
    return Ask(shown.theme.id, (shown.theme.id,), shown, weight, Brief(**brief))


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


def answered(
    *ideas: IdeaDraft, themes: int = 1, shelf: Shelf | None = None, **brief: Any
) -> list[Suggested | Unsuggested]:
    engine = ScriptedEngine(on_ideas=lambda _: IdeasDraft(ideas=list(ideas)))
    return list(suggest(engine, [ask(n, **brief) for n in range(1, themes + 1)], embed, shelf=shelf))


def the_one(results: list[Suggested | Unsuggested]) -> Suggested:
    (result,) = results
    assert isinstance(result, Suggested)
    return result


def test_an_idea_is_kept_with_the_insights_it_answers() -> None:
    (idea,) = the_one(answered(idea_draft(evidence=[2, 1, 99]), why_now="增长：3 条", segments=(("sme", 3),))).ideas
    voices = {v.n: v for v in material()[0].voices}
    assert idea.evidence == (voices[2].insight_id, voices[1].insight_id)
    assert idea.theme_ids == ("th_1",)
    assert (idea.engine, idea.lens, idea.scope) == ("llm", "job", "th_1")
    assert (idea.customers, idea.segments, idea.why_now) == (4, (("sme", 3),), "增长：3 条")
    assert idea.changes["deep"] == "洗得安心"
    assert list(zip(idea.assumptions, idea.tests, strict=True)) == [("低水压家庭愿意加价", "请十户人家先付定金")]
    assert idea.next_needs == ("出门前就知道水温",)
    weights = IdeaWeights().parts
    assert idea.score == pytest.approx(sum(weights[k] * v for k, v in idea.score_parts.items()), abs=1e-3)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"evidence": []}, "no_evidence"),
        ({"evidence": [0, 77]}, "evidence_not_shown"),
        ({"title": "  "}, "blank"),
        ({"concept": ""}, "blank"),
        ({"concept": "七成的家庭都要，先锁住最高温度"}, "unproved_number"),
        ({"how_it_differs": "比竞品省 30% 的气"}, "unproved_number"),
        ({"features": ["服务 5000 位客户"]}, "unproved_number"),
    ],
)
def test_an_idea_is_refused_with_its_reason(changes: dict[str, object], reason: str) -> None:
    result = the_one(answered(idea_draft(**changes)))
    assert (result.ideas, result.rejected) == ((), {reason: 1})


def test_numbers_that_were_counted_or_are_no_claim_stand() -> None:
    kept = the_one(answered(idea_draft(concept="给那 4 位客户先用，提前 3 天提醒，温度不过 48 度")))
    assert len(kept.ideas) == 1


def test_the_same_idea_is_kept_once_whatever_its_theme_and_type() -> None:
    other = idea_draft(title="水温存折", concept="按月看得见每次洗澡的水温", nbn_type="new_customs")
    results = answered(idea_draft(), idea_draft(nbn_type="new_product"), other, themes=2)
    assert [len(r.ideas) for r in results if isinstance(r, Suggested)] == [2, 0]
    assert [dict(r.rejected) for r in results if isinstance(r, Suggested)] == [{"duplicate": 1}, {"duplicate": 3}]
    last = results[1]
    assert isinstance(last, Suggested)
    assert {refusal.like_title for refusal in last.refused} == {"恒温护童档", "水温存折"}
    assert all(refusal.like_id.startswith("id_") and refusal.likeness > 0.9 for refusal in last.refused)


def test_an_idea_known_from_an_earlier_run_is_not_kept_again() -> None:
    first = the_one(answered(idea_draft()))
    engine = ScriptedEngine(on_ideas=lambda _: IdeasDraft(ideas=[idea_draft()]))
    (again,) = suggest(engine, [ask(2)], embed, known=first.ideas)
    assert isinstance(again, Suggested)
    assert again.rejected == {"duplicate": 1}


@pytest.mark.parametrize(
    ("shelf", "reason", "like"),
    [
        (Shelf(released=(Known("release:X5 2.1", "花洒前加缓冲水箱"),)), "released", "release:X5 2.1"),
        (Shelf(planned=(Known("roadmap:X5 1", "花洒前加缓冲水箱，锁温"),)), "planned", "roadmap:X5 1"),
        (Shelf(rejected=(Known("id_9", "恒温护童。花洒前加一段缓冲水箱，锁住温度"),)), "rejected_before", "id_9"),
        (Shelf(released=(Known("release:L3 1", "花洒前加缓冲水箱", "L3"),)), None, None),
        (Shelf(released=(Known("release:X5 9", "语音播报上门进度"),)), None, None),
    ],
)
def test_what_there_is_already_is_refused_by_name(shelf: Shelf, reason: str | None, like: str | None) -> None:
    result = the_one(answered(idea_draft(), shelf=shelf))
    assert [(r.reason, r.like_id) for r in result.refused] == ([(reason, like)] if reason else [])


def test_an_idea_for_several_themes_must_rest_on_several() -> None:
    drafts = [idea_draft(evidence=[1, 2]), idea_draft(title="水温存折", concept="按月看得见水温", evidence=[1, 4])]
    result = the_one(answered(*drafts, spans=((1, 2), (3, 4))))
    assert (len(result.ideas), result.rejected) == (1, {"one_theme": 1})


def test_every_theme_is_reported_once_in_order_whatever_fails() -> None:
    def sometimes(shown: ThemeMaterial) -> IdeasDraft:
        if shown.theme.id == "th_2":
            raise ModelAnswerError("blank")
        return IdeasDraft(ideas=[idea_draft(title=shown.theme.id)])

    results = list(suggest(ScriptedEngine(on_ideas=sometimes), [ask(n) for n in range(1, 9)], embed))
    assert [r.scope for r in results] == [f"th_{n}" for n in range(1, 9)]
    assert [r for r in results if isinstance(r, Unsuggested)] == [Unsuggested("th_2", "model_answer")]


def test_what_the_budget_leaves_is_left_not_failed() -> None:
    def spend(shown: ThemeMaterial) -> IdeasDraft:
        raise BudgetExceeded("the budget is used up")

    engine = ScriptedEngine(on_ideas=spend, concurrency=1)
    results = list(suggest(engine, [ask(n) for n in range(1, 9)], embed))
    assert [(r.reason, r.left) for r in results if isinstance(r, Unsuggested)] == [("budget", True)] * 8
    assert engine.calls == 1


def test_a_refused_key_is_reported_for_each_theme_and_then_raised() -> None:
    def refuse(shown: ThemeMaterial) -> IdeasDraft:
        raise ModelAccessError("no such key")

    engine = ScriptedEngine(on_ideas=refuse, concurrency=2)
    results: list[Suggested | Unsuggested] = []
    with pytest.raises(ModelAccessError):
        results.extend(suggest(engine, [ask(n) for n in range(1, 21)], embed))
    assert Counter(r.reason for r in results if isinstance(r, Unsuggested)) == {"model_access": 20}
    assert engine.calls <= 4


def test_a_marked_idea_ranks_far_below_the_same_idea_unmarked() -> None:
    missed = idea_draft(title="省人", concept="降低客服人工成本")
    result = the_one(answered(missed, idea_draft(title="护人", concept="记住客户的名字")))
    good, bad = result.ideas
    assert (good.title, bad.title) == ("护人", "省人")
    assert bad.rank == pytest.approx(bad.score / 2, abs=1e-3)


def test_more_customers_more_severity_and_growth_raise_the_score() -> None:
    def score(shown: ThemeMaterial, weight: Weight, weights: IdeaWeights | None = None) -> float:
        asked = Ask("th_1", ("th_1",), shown, weight)
        result = the_one(list(suggest(ScriptedEngine(), [asked], embed, weights=weights)))
        assert all(0 <= part <= 1 for part in result.ideas[0].score_parts.values())
        return result.ideas[0].score

    shown, weight = material()
    growing = replace(shown, theme=replace(shown.theme, trend="growing"))
    assert score(growing, weight) > score(shown, weight)
    assert score(material(customers=40)[0], weight) > score(shown, weight)
    assert score(shown, Weight(5.0, 40)) > score(shown, weight)
    trend_alone = IdeaWeights(reach=0, severity=0, evidence=0, effort=0, fit=0, trend=3)
    assert score(growing, weight, trend_alone) == 1
    inside, outside = (IdeaWeights(focus=(Focus("安全", deep=(d,)),)) for d in ("security", "fairness"))
    assert score(shown, weight, inside) > score(shown, weight, outside)


@given(up=st.integers(0, 50), down=st.integers(0, 50), edited=st.booleans())
def test_votes_move_the_rank_by_the_stated_formula(up: int, down: int, edited: bool) -> None:
    weights = IdeaWeights()
    idea = replace(the_one(answered(idea_draft())).ideas[0], votes=(up, down), edited=edited)
    expected = idea.score + weights.vote * (up - down) / (up + down + 2) + weights.edit * edited
    assert ranked(idea, weights) == pytest.approx(max(0, expected), abs=1e-3)
    assert ranked(replace(idea, votes=(up + 1, down)), weights) >= ranked(idea, weights)


class _Listening(ScriptedEngine):
    """Says one idea for each theme, named after it, and keeps what it was told there is."""

    def __init__(self, concurrency: int) -> None:
        super().__init__(concurrency=concurrency)
        self.told: dict[str, tuple[str, ...]] = {}

    def suggest_ideas(self, material: ThemeMaterial, brief: Brief | None = None) -> IdeasDraft:
        assert brief is not None
        self.told[material.theme.id] = brief.earlier
        return IdeasDraft(ideas=[idea_draft(title=f"点子{material.theme.id}", concept=f"做法{material.theme.id}")])


@pytest.mark.parametrize("concurrency", [1, 7])
def test_a_theme_is_told_what_was_suggested_for_its_neighbours_in_the_waves_before(concurrency: int) -> None:
    asks = [replace(ask(n), beside=(f"th_{n}", f"th_{n - WAVE}", f"th_{n - 1}")) for n in range(1, 2 * WAVE + 1)]
    engine = _Listening(concurrency)
    assert len(list(suggest(engine, asks, embed))) == len(asks)
    assert all(engine.told[f"th_{n}"] == () for n in range(1, WAVE + 1))
    assert engine.told[f"th_{WAVE + 1}"] == ("点子th_1", f"点子th_{WAVE}")
    assert engine.told[f"th_{WAVE + 2}"] == ("点子th_2",)
