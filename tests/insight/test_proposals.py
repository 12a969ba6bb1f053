"""A proposal: counted by code, worded by the engine, and every sentence a fact with evidence or marked."""

from dataclasses import replace

import pytest

from assistant.domain.drafts import ProposalDraft, StatementDraft
from assistant.domain.ideas import Idea
from assistant.domain.proposals import Proposal
from assistant.domain.themes import ThemeMaterial
from assistant.errors import ModelDownError
from assistant.insight.dossier import Dossier, Totals, compile_dossier, coverage_of, seed_customers
from assistant.insight.members import Member
from assistant.insight.portrait import portray
from assistant.insight.proposals import draft
from tests.insight.samples import member, proposal_draft, statement
from tests.insight.scripted import ScriptedEngine
from tests.insight.test_ideas import theme

SIGNALS = {
    "churn_risk": False,
    "advocate": False,
    "resale_aversion": False,
    "escalation": False,
    "repeat_contact": True,
}
MEMBERS = [
    member(1, quote="洗到一半水忽然变烫", suggestion="出个儿童档"),
    member(2, quote="一开厨房花洒就变冰", signals={**SIGNALS, "resale_aversion": True}),
    member(3, quote="三千六的机器当烧水壶", signals=SIGNALS),
    member(4, "c1", quote="孩子吓得直哭再不肯洗"),
    member(5, quote="老人肩膀烫红一大片", signals={**SIGNALS, "churn_risk": True}, segment="sme"),
    member(6, "c9", quote="老人肩膀烫红一大片了", near_duplicate_of="r_5"),
]
PRAISE = [
    member(20, quote="水温一直稳得很", sentiment="positive"),
    member(21, quote="经销商说水温稳", sentiment="positive", segment="dealer"),
    member(22, quote="扫得真干净", sentiment="positive", product="R8"),
]
IDEA = Idea(
    "id_1", ("th_1",), "better_product", "恒温护童档", "", "锁住最高温度", ("锁温",), "只调火力", {}, "own_rnd", "核心",
    ("愿意加价",), (), 0.5, {}, "llm", marks=("cost_cutting",),
)  # fmt: skip
TOTALS = Totals(records_read=200, negative_records=120, averse=frozenset({"c3"}))


def dossier() -> Dossier:
    material: ThemeMaterial = portray(theme(1, 5), MEMBERS)
    return compile_dossier(IDEA, material, MEMBERS, [*MEMBERS, *PRAISE], TOTALS)


def drafted(written: ProposalDraft | None = None) -> Proposal:
    return draft(ScriptedEngine(on_proposal=lambda _: written or proposal_draft()), dossier())


def summary_of(*sentences: StatementDraft) -> Proposal:
    return drafted(proposal_draft(summary=list(sentences), concerns_by_segment=[]))


def test_numbers_come_from_counting_records_one_by_one() -> None:
    proposal = drafted()
    assert (proposal.coverage.records_read, proposal.coverage.records_supporting) == (200, 6)
    assert proposal.coverage.customers_supporting == 5
    low, high = proposal.coverage.interval
    assert low < proposal.coverage.share == 0.03 < high
    assert proposal.friction_removed["records"] == 6
    assert proposal.friction_removed["of_records"] == 120
    assert proposal.statements[0].text.startswith("在已读的 200 条反馈记录中，有 6 条")
    assert proposal.statements[0].evidence


def test_the_evidence_is_what_the_engine_was_shown_and_the_counter_evidence_follows() -> None:
    proposal = drafted()
    quotes = {m.insight.quote for m in MEMBERS}
    assert {e.quote for e in proposal.evidence} <= quotes
    assert [(e.n, e.quote) for e in proposal.counter_evidence] == [(len(proposal.evidence) + 1, "水温一直稳得很")]


def test_those_who_resent_selling_are_never_seeds() -> None:
    target = drafted().target
    seeds = [seed["customer_id"] for seed in target["seed_customers"]]  # type: ignore[attr-defined]
    assert seeds[0] == "c1"
    assert not {"c2", "c3"} & set(seeds)
    assert target["averse_left_out"] == 2
    assert seeds[-1] == "c5"


def test_nameless_records_are_no_seeds() -> None:
    nobody: list[Member] = [replace(m, customer_id=None) for m in MEMBERS]
    assert seed_customers(nobody, frozenset()) == ()


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        (statement("客户洗澡时水温忽冷忽热", 1), ("fact", (1,))),
        (statement("客户洗澡时水温忽冷忽热[1][2]", 1, 99), ("fact", (1,))),
        (statement("共有 5 位客户这样说", 1), ("fact", (1,))),
        (statement("其中 3% 的记录说到这一点", 1), ("fact", (1,))),
        (statement("我们假设他们愿意试用"), ("assumption", ())),
        (statement("编造的编号不算证据", 42), ("assumption", ())),
        (statement("加价 300 元也会买", 1), ("assumption", ())),
        (statement("87% 的客户会复购", 1), None),
        (statement("7% 的客户会复购", 1), None),
        (statement("87 customers agreed", 1), None),
        (statement("百分之八十的家庭有此痛点"), None),
        (statement("已有三千户家庭报名", 1), None),
        (statement("   "), None),
    ],
)
def test_each_sentence_is_a_fact_an_assumption_or_gone(
    sentence: StatementDraft, kept: tuple[str, tuple[int, ...]] | None
) -> None:
    proposal = summary_of(sentence)
    own = proposal.statements[1:]
    assert [("assumption" if s.assumption else "fact", s.evidence) for s in own] == ([kept] if kept else [])
    receipt = proposal.provenance["coverage_receipt"]
    assert receipt["statements"] == receipt["verified"] + receipt["assumptions"] + receipt["removed"] == 2  # type: ignore[index]


def test_a_number_said_in_the_cited_quote_stands() -> None:
    number = next(e.n for e in drafted().evidence if "三千六" in e.quote)
    said = summary_of(statement("机器卖三千六，客户说当烧水壶使", number)).statements[1]
    assert said.evidence == (number,)


def test_plans_lose_the_sentences_that_claim_counts_nobody_made() -> None:
    written = proposal_draft(concept_what="先锁住最高温度。九成客户会满意！再加缓冲水箱。", risks=["80%的人不买账"])
    proposal = drafted(written)
    assert proposal.concept["what"] == "先锁住最高温度。再加缓冲水箱。"
    assert proposal.risks == ()
    assert proposal.provenance["coverage_receipt"]["removed"] == 2  # type: ignore[index]


def test_concerns_go_to_the_segment_they_name_or_their_evidence_has() -> None:
    sme = next(e.n for e in drafted().evidence if e.segment == "sme")
    sentences = [statement("消费者担心孩子", 1), statement("店里的客人被烫会找我赔", sme), statement("谁都怕麻烦")]
    concerns = drafted(proposal_draft(concerns_by_segment=sentences)).concerns_by_segment
    assert concerns == {
        "consumer": "消费者担心孩子[1]",
        "sme": f"店里的客人被烫会找我赔[{sme}]",
        "all": "谁都怕麻烦（假设）",
    }


def test_metrics_have_counted_baselines_or_say_that_there_is_none() -> None:
    first, repeat = drafted().metrics
    assert str(first["baseline"]).startswith("3.0%（95% 区间")
    assert (repeat["name"], repeat["baseline"]) == ("重复来访客户数", "3 位客户（本主题共 5 位）")
    written = proposal_draft(metrics=[{"name": "洗浴时长", "target": "评审会定", "measured_how": "实测"}])
    assert drafted(written).metrics[1]["baseline"] == "尚无基线，先测后定"


def test_the_proposal_says_who_made_it_and_is_the_same_twice() -> None:
    assert drafted() == drafted()
    assert drafted().id != draft(ScriptedEngine(), dossier(), "en").id
    rules = draft(ScriptedEngine(name="rules"), dossier())
    assert (rules.engine, rules.provenance["engine"], rules.status) == ("rules", "rules", "draft")
    assert rules.provenance["marks"] == ["cost_cutting"]
    assert drafted(proposal_draft(title=" ")).title == IDEA.title


def test_english_documents_count_in_english() -> None:
    proposal = draft(ScriptedEngine(), dossier(), "en")
    assert proposal.statements[0].text.startswith("Of 200 feedback records read, 6 from 5")
    assert proposal.statements[0].evidence


def test_a_failing_engine_is_the_callers_to_handle() -> None:
    def fail(_: object) -> ProposalDraft:
        raise ModelDownError("no answer")

    with pytest.raises(ModelDownError):
        draft(ScriptedEngine(on_proposal=fail), dossier())


def test_coverage_of_nothing_tells_nothing() -> None:
    assert coverage_of([], 0).interval == (0.0, 1.0)
