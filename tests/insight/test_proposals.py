"""A proposal: counted by code, worded by the engine, and every sentence a fact with what bears it, a plan or marked."""

from dataclasses import asdict, replace

import pytest

from assistant.domain.ideas import Idea
from assistant.domain.proposal_drafts import ClaimDraft, ConcernDraft, MetricDraft, SectionDraft, SectionName
from assistant.domain.proposal_texts import worded
from assistant.domain.proposals import Asked, Proposal, Statement
from assistant.domain.themes import ThemeMaterial
from assistant.errors import ModelDownError
from assistant.insight.dossier import Dossier, Subject, Totals, compile_dossier, coverage_of, seed_customers
from assistant.insight.members import Member
from assistant.insight.portrait import portray
from assistant.insight.proposals import draft
from tests.insight.samples import claim, member, plan, section_draft
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
TOTALS = Totals(
    records_read=200,
    negative_records=120,
    averse=frozenset({"c3"}),
    months=(("2026-01", 1, 50), ("2026-02", 2, 70), ("2026-03", 3, 80)),
)


def dossier() -> Dossier:
    material: ThemeMaterial = portray(theme(1, 5), MEMBERS)
    return compile_dossier(Subject(IDEA, material, MEMBERS), [*MEMBERS, *PRAISE], TOTALS)


def drafted(**sections: dict[str, object]) -> Proposal:
    """A proposal of plain sections but for the fields named by section."""
    return draft(
        ScriptedEngine(on_section=lambda asked: section_draft(asked.section, **sections.get(asked.section, {}))),
        dossier(),
    )


def situation(*claims: ClaimDraft) -> Proposal:
    need: dict[str, object] = {"situation": list(claims), "wants": [], "otherwise": [], "concerns": []}
    return drafted(need=need)


def own(proposal: Proposal) -> list[Statement]:
    """What stands of the situation: the summary without the counted sentence and the pitch."""
    return [s for s in proposal.statements if s.place == "summary" and s.section == "need"][1:]


def figure(name: str) -> str:
    return next(f.key for f in dossier().material.figures if f.name == name)


def test_numbers_come_from_counting_records_one_by_one() -> None:
    proposal = drafted()
    assert (proposal.coverage.records_read, proposal.coverage.records_supporting) == (200, 6)
    assert proposal.coverage.customers_supporting == 5
    low, high = proposal.coverage.interval
    assert low < proposal.coverage.share == 0.03 < high
    assert (proposal.friction_removed["records"], proposal.friction_removed["of_records"]) == (6, 120)
    first = proposal.statements[0]
    assert first.text.startswith("在已读的 200 条反馈记录中，有 6 条")
    assert first.evidence
    assert len(first.figures) == 4
    assert [row["records"] for row in proposal.months] == [1, 2, 3]


def test_every_figure_is_what_was_counted() -> None:
    figures = {f.name: f for f in dossier().material.figures}
    assert figures["customers:consumer"].value == 4
    assert figures["customers:sme"].value == 1
    assert figures["signal:repeat_contact"].value == 3
    assert figures["friction_share"].value == 5.0
    assert figures["friction_share"].interval is not None
    assert figures["otherwise"].value == 1
    assert (figures["recent"].value, figures["before"].value) == (3, 2)
    assert (figures["month:2026-03"].value, "80" in figures["month:2026-03"].query) == (3, True)
    assert all(f.label and f.query for f in figures.values())
    assert len({f.key for f in figures.values()}) == len(figures)


def test_who_says_otherwise_and_who_hardly_minds_are_told_apart() -> None:
    light = member(30, quote="水温嘛有点跳，不碍事", sentiment="neutral", severity=1)
    calm = member(31, quote="有一点点忽冷忽热", sentiment="neutral", severity=1)
    mild = member(32, quote="水温跳得我磨了二十六分钟", severity=2)
    asking = member(33, quote="水温跳，是不是坏了？", sentiment="neutral", severity=1)
    elsewhere = member(34, quote="水温怎么设都记不住", sentiment="neutral", severity=1)
    members = [*MEMBERS, calm, mild, asking]
    subject = Subject(IDEA, portray(theme(1, 8), members), members)
    found = compile_dossier(subject, [*members, light, elsewhere, *PRAISE], TOTALS).material.counter_evidence
    assert {(e.quote, e.stance) for e in found} == {
        ("水温一直稳得很", "otherwise"),
        ("有一点点忽冷忽热", "indifferent"),
        ("水温嘛有点跳，不碍事", "indifferent"),
    }


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
    assert target["seed_rule"]


def test_nameless_records_are_no_seeds() -> None:
    nobody: list[Member] = [replace(m, customer_id=None) for m in MEMBERS]
    assert seed_customers(nobody, frozenset()) == ()


def test_receipts_of_sections_add_up_to_the_whole() -> None:
    receipt = drafted().provenance["coverage_receipt"]
    sections = receipt["sections"]  # type: ignore[index]
    assert list(sections) == ["need", "concept", "execution", "value", "proof"]
    for name in ("statements", "verified", "plans", "assumptions", "marked", "removed", "facts"):
        assert receipt[name] == sum(counts[name] for counts in sections.values())  # type: ignore[index]
    statements = drafted().statements
    assert len(statements) == receipt["statements"] - receipt["removed"]  # type: ignore[index]


def test_texts_are_made_of_statements_with_their_marks() -> None:
    proposal = drafted(
        concept={"what": [plan("先锁住最高温度。"), claim("九成客户会满意。", kind="plan"), plan("再加缓冲水箱。")]}
    )
    assert proposal.concept["what"] == "先锁住最高温度。再加缓冲水箱。"
    assert proposal.value["assumptions"] == ["有人会讲给邻居听，待回访核实。", "愿意加价"]
    assert proposal.concerns_by_segment == {"consumer": "消费者担心水温烫着孩子。[1]"}
    assert "（假设）" in str(proposal.value["service_income"])
    assert worded(proposal) == proposal


def test_a_concern_needs_a_voice_of_its_segment() -> None:
    concerns = [ConcernDraft(segment="dealer", claims=[claim("他们怕水温不稳砸了口碑。", 1)])]
    proposal = drafted(need={"concerns": concerns})
    (statement,) = [s for s in proposal.statements if s.place == "concerns_by_segment.dealer"]
    assert (statement.kind, statement.reason) == ("assumption", "segment_unheard")


def test_metrics_have_counted_baselines_or_say_that_there_is_none() -> None:
    first, repeat = drafted().metrics
    assert str(first["baseline"]).startswith("3%（95% 区间")
    assert (repeat["name"], repeat["baseline"]) == ("重复来访客户数", "3 位客户")
    metrics = [
        MetricDraft(name="洗浴时长", figure=figure("customers"), target="评审会定", measured_how="实测"),
        MetricDraft(name="说出本需求的小店", figure=figure("customers:sme"), target="下降", measured_how="按月数"),
        MetricDraft(name="好评", figure="F99", target="上升", measured_how="回访"),
    ]
    found = drafted(proof={"metrics": metrics}).metrics[1:]
    assert [m["baseline"] for m in found] == ["尚无基线，先测后定", "1 位客户", "尚无基线，先测后定"]


def test_the_proposal_says_who_made_it_and_is_the_same_twice() -> None:
    assert drafted() == drafted()
    assert drafted().id != draft(ScriptedEngine(), dossier(), "en").id
    rules = draft(ScriptedEngine(name="rules"), dossier())
    assert (rules.engine, rules.provenance["engine"], rules.status) == ("rules", "rules", "draft")
    assert rules.provenance["marks"] == ["cost_cutting"]
    assert drafted(concept={"title": " "}).title == IDEA.title


def test_english_documents_count_in_english() -> None:
    material = portray(theme(1, 5), MEMBERS)
    english = compile_dossier(Subject(IDEA, material, MEMBERS), [*MEMBERS, *PRAISE], TOTALS, "en")
    proposal = draft(ScriptedEngine(), english, "en")
    assert proposal.statements[0].text.startswith("Of 200 feedback records read, 6 from 5")
    assert proposal.figures[0].label == "feedback records read"
    assert "(assumption)" in str(proposal.value["service_income"])


def test_a_failing_engine_is_the_callers_to_handle() -> None:
    def fail(_: Asked) -> SectionDraft:
        raise ModelDownError("no answer")

    with pytest.raises(ModelDownError):
        draft(ScriptedEngine(on_section=fail), dossier())


def test_a_section_done_is_not_asked_again_where_the_engine_remembers() -> None:
    kept: dict[tuple[SectionName, int], SectionDraft] = {}
    asked: list[SectionName] = []
    down: list[bool] = []

    def answer(one: Asked) -> SectionDraft:
        key = (one.section, len(one.complaints))
        if key not in kept:
            if one.section == "value" and not down:
                down.append(True)
                raise ModelDownError("no answer")
            asked.append(one.section)
            kept[key] = section_draft(one.section)
        return kept[key]

    with pytest.raises(ModelDownError):
        draft(ScriptedEngine(on_section=answer, concurrency=1), dossier())
    draft(ScriptedEngine(on_section=answer, concurrency=1), dossier())
    assert sorted(asked) == sorted(("need", "concept", "execution", "value", "proof"))


def test_coverage_of_nothing_tells_nothing() -> None:
    assert coverage_of([], 0).interval == (0.0, 1.0)


def test_a_proposal_is_plain_data() -> None:
    assert asdict(drafted())["statements"][0]["section"] == "need"
