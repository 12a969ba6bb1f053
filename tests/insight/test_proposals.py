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
    assert all(f.label and f.query for f in figures.values())
    assert len({f.key for f in figures.values()}) == len(figures)


def test_who_says_otherwise_and_who_hardly_minds_are_told_apart() -> None:
    neutral = member(30, quote="水温嘛还可以", sentiment="neutral", severity=1)
    calm = member(31, quote="有一点点忽冷忽热", severity=1)
    subject = Subject(IDEA, portray(theme(1, 6), [*MEMBERS, calm]), [*MEMBERS, calm])
    found = compile_dossier(subject, [*MEMBERS, calm, neutral, *PRAISE], TOTALS).material.counter_evidence
    assert {(e.quote, e.stance) for e in found} == {
        ("水温一直稳得很", "otherwise"),
        ("有一点点忽冷忽热", "indifferent"),
        ("水温嘛还可以", "indifferent"),
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


def sme() -> int:
    return next(e.n for e in dossier().evidence if e.segment == "sme")


def three_thousand() -> int:
    return next(e.n for e in dossier().evidence if "三千六" in e.quote)


@pytest.mark.parametrize(
    ("said", "kind", "reason"),
    [
        (claim("客户洗澡时水温忽冷忽热。", 1), "fact", None),
        (claim("客户洗澡时水温忽冷忽热[1][2]。", 1, 99), "fact", None),
        (claim("共有 5 位客户这样说。", figures=["F3"]), "fact", None),
        (claim("共有 5 位客户这样说水温。", 1), "fact", None),
        (claim("其中 3% 的记录说到水温（95% 区间 1.4%–6.4%）。", 1, figures=["F4"]), "fact", None),
        (claim("共有 6 位客户这样说水温。", 1), None, "number_not_counted"),
        (claim("共有 5 条记录这样说水温。", 1, figures=["F3"]), None, "number_not_counted"),
        (claim("机器卖三千六，客户说当烧水壶使。", three_thousand()), "fact", None),
        (claim("有客户说“三千六的机器当烧水壶”。", three_thousand()), "fact", None),
        (claim("有客户说“三千六的机器只能当烧水壶”。", three_thousand()), None, "quote_not_verbatim"),
        (claim("他们说“三千六的机器当烧水壶”。", kind="plan"), "fact", None),
        (claim("小店的店主怕客人被烫红。", sme()), "fact", None),
        (claim("经销商也怕水温不稳。", 1), "assumption", "segment_unheard"),
        (claim("用户普遍遇到水温忽冷忽热。", 1), "assumption", "generalises"),
        (claim("他们订的外卖总是送错楼层。", 1), "assumption", "evidence_says_something_else"),
        (claim("客户都觉得水温该稳。", kind="plan"), "assumption", "claim_without_evidence"),
        (claim("我们请六位客户看样件。", kind="plan"), "plan", None),
        (claim("我们假设他们愿意试用。", kind="assumption"), "assumption", None),
        (claim("编造的编号不算证据。", 42), "assumption", "no_evidence"),
        (claim("加价 300 元也会买水温稳的。", 1), "assumption", "number_without_source"),
        (claim("87% 的客户会复购。", 1), None, "number_not_counted"),
        (claim("87 customers agreed.", 1), None, "number_not_counted"),
        (claim("百分之八十的家庭有此痛点。", kind="assumption"), None, "number_not_counted"),
        (claim("已有三千户家庭报名。", 1), None, "number_not_counted"),
        (claim("   "), None, "blank"),
    ],
)
def test_each_sentence_is_a_fact_a_plan_an_assumption_or_gone(
    said: ClaimDraft, kind: str | None, reason: str | None
) -> None:
    proposal = situation(said)
    assert [(s.kind, s.reason) for s in own(proposal)] == ([(kind, reason)] if kind else [])
    receipt = proposal.provenance["coverage_receipt"]
    need = receipt["sections"]["need"]  # type: ignore[index]
    assert need["statements"] == 2 == need["verified"] + need["plans"] + need["assumptions"] + need["removed"]
    assert proposal.provenance["removed"] == ([{"text": said.text, "reason": reason}] if kind is None else [])


def test_a_quotation_of_a_voice_that_was_not_cited_is_tied_to_it() -> None:
    (statement,) = own(situation(claim("有客户说“洗到一半水忽然变烫”。")))
    assert [e.quote for e in dossier().evidence if e.n in statement.evidence] == ["洗到一半水忽然变烫"]


def test_a_number_is_tied_to_the_one_figure_that_bears_it() -> None:
    (statement,) = own(situation(claim("3 位客户为水温来过不止一次。", 1)))
    assert statement.figures == (figure("signal:repeat_contact"),)


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


def test_a_section_with_failures_is_asked_for_once_more_with_the_reasons() -> None:
    asked: list[Asked] = []

    def answer(one: Asked) -> SectionDraft:
        asked.append(one)
        wrong = one.section == "concept" and not one.complaints
        return section_draft(one.section, **({"what": [claim("客户都觉得好。", kind="plan")]} if wrong else {}))

    proposal = draft(ScriptedEngine(on_section=answer), dossier())
    again = [one for one in asked if one.complaints]
    assert [(one.section, one.complaints[0].reason) for one in again] == [("concept", "claim_without_evidence")]
    assert proposal.concept["what"] == "一句平实的做法。"
    assert proposal.provenance["repaired"] == ["concept"]
    assert all(one.settled for one in asked if one.section not in ("need", "concept"))


def test_a_repair_that_is_worse_is_not_taken_and_the_rules_are_not_asked_twice() -> None:
    def answer(one: Asked) -> SectionDraft:
        worse = [claim("用户普遍如此。", 1), claim("87% 会买。", 1)]
        bad = worse if one.complaints else [claim("水温忽冷忽热。", 1), claim("用户普遍怕烫。", 1)]
        return section_draft(one.section, **({"situation": bad} if one.section == "need" else {}))

    engine = ScriptedEngine(on_section=answer)
    assert own(draft(engine, dossier()))[0].text == "水温忽冷忽热。"
    assert engine.calls == 6
    rules = ScriptedEngine(name="rules", on_section=answer)
    draft(rules, dossier())
    assert rules.calls == 5


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
