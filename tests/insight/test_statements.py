"""Every sentence of a draft is a fact with what bears it, a plan, marked as an assumption, or gone; what failed is asked again."""

import pytest

from assistant.domain.proposal_drafts import ClaimDraft, SectionDraft
from assistant.domain.proposals import Asked
from assistant.errors import ModelAnswerError
from assistant.insight.proposals import draft
from tests.insight.samples import claim, section_draft
from tests.insight.scripted import ScriptedEngine
from tests.insight.test_proposals import dossier, figure, own, situation


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
        (claim("有客户说这是“烧水壶”。", three_thousand()), "fact", None),
        (claim("有客户说水温“太假”。", three_thousand()), None, "quote_not_verbatim"),
        (claim("客户都说“太贵了”。[1]", 1), None, "quote_not_verbatim"),
        (claim("客户都说水温不稳。", 1), "assumption", "generalises"),
        (claim("大家全都嫌水温不稳。", 1), "assumption", "generalises"),
        (claim("没有一位客户说水温稳。", 1), "assumption", "generalises"),
        (claim("这两位客户都说水温忽冷忽热。", 1, 2), "fact", None),
        (claim("Customers all say 水温 is unstable.", 1), "assumption", "generalises"),
        (claim("小店的店主怕客人被烫红。", sme()), "fact", None),
        (claim("中小企业客户怕客人被烫红。", sme()), "fact", None),
        (claim("企业客户怕客人被烫红。", sme()), "assumption", "segment_unheard"),
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
    removed = proposal.provenance["removed"]
    assert [(one["text"], one["reason"]) for one in removed] == ([] if kind else [(said.text, reason)])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (claim("共有 6 位客户这样说水温。", 1), ("6 位",)),
        (claim("有客户说“三千六的机器只能当烧水壶”。", 1), ("三千六的机器只能当烧水壶",)),
        (claim("用户普遍遇到水温忽冷忽热。", 1), ("普遍",)),
        (claim("经销商也怕水温不稳。", 1), ("dealer",)),
        (claim("2024-01 起水温忽冷忽热。", 1), ("2024-01",)),
        (claim("九成客户会满意。", kind="plan"), ("九成",)),
        (claim("他们订的外卖总是送错楼层。", 1), ("[1]",)),
        (claim("编造的编号不算证据。", 42), ()),
    ],
)
def test_a_complaint_names_the_words_it_is_about(said: ClaimDraft, words: tuple[str, ...]) -> None:
    asked: list[Asked] = []

    def answer(one: Asked) -> SectionDraft:
        asked.append(one)
        return section_draft(one.section, **({"situation": [said]} if one.section == "need" else {}))

    draft(ScriptedEngine(on_section=answer), dossier())
    again = next(one for one in asked if one.complaints)
    assert [one.words for one in again.complaints] == [words]
    assert again.draft is not None
    assert again.draft.situation == [said]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03 有 3 条说到水温。",
        "2026年2月起水温忽冷忽热。",
        "3月的水温最跳。",
        "水温要守三条规则。",
        "2026-01 至 2026-03 水温都跳。",
    ],
)
def test_months_that_were_counted_and_things_that_are_listed_are_no_invented_numbers(text: str) -> None:
    (statement,) = own(situation(claim(text, 1, figures=[figure("month:2026-03")])))
    assert (statement.kind, statement.reason) == ("fact", None)


def test_an_answer_to_the_repair_that_cannot_be_used_leaves_the_draft_as_it_was_checked() -> None:
    def answer(one: Asked) -> SectionDraft:
        if one.complaints:
            raise ModelAnswerError("blank")
        return section_draft(
            one.section, **({"what": [claim("客户都觉得好。", kind="plan")]} if one.section == "concept" else {})
        )

    proposal = draft(ScriptedEngine(on_section=answer), dossier())
    assert proposal.provenance["unrepaired"] == ["concept"]
    assert proposal.provenance["repaired"] == []
    assert "客户都觉得好" in str(proposal.concept["what"])


def test_a_quotation_of_a_voice_that_was_not_cited_is_tied_to_it() -> None:
    (statement,) = own(situation(claim("有客户说“洗到一半水忽然变烫”。")))
    assert [e.quote for e in dossier().evidence if e.n in statement.evidence] == ["洗到一半水忽然变烫"]


def test_a_number_is_tied_to_the_one_figure_that_bears_it() -> None:
    (statement,) = own(situation(claim("3 位客户为水温来过不止一次。", 1)))
    assert statement.figures == (figure("signal:repeat_contact"),)


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
