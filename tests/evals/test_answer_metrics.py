"""The oracle counts by itself, and what it is compared with is found out where it is wrong."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.domain.answers import Answer, Citation, Figure, Plan
from assistant.domain.filters import Filters
from assistant.domain.records import MaskedText, Record
from assistant.llm.fence import Fence
from evals.answer_cases import Case
from evals.answer_judging import (
    AnswersJudgement,
    judge_figures,
    judge_prompt,
    shown_naive,
    shown_ours,
    told_apart,
    truth_of,
)
from evals.metrics.answers import cited_needs, counted_right, plan_faults, unsupported, wrong_figures
from evals.oracle import Oracle

RAW = [
    {"id": f"T-{n}", "channel": "ticket" if n < 3 else "chat", "created_at": f"2026-0{n}-03T08:00:00+08:00",
     "product": "P2" if n != 4 else "", "model": "", "customer": {"id": f"C{n}", "segment": "sme", "region": "广东深圳"}}
    for n in range(1, 5)
]  # fmt: skip
NEED = {"surface": "打印机掉线", "secondary": "误事", "deep": "想可靠"}
TRUTH = [{"id": one["id"], "needs": [NEED | {"need": "N04"}] if one["id"] != "T-4" else []} for one in RAW]
TEXT = "打印机一上午掉线九回，3.2升级以后就这样。"


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Oracle:
    path: Path = tmp_path_factory.mktemp("oracle") / "voc.db"
    with sqlite3.connect(path) as db:
        db.executescript(
            "CREATE TABLE records (external_id, id, person, title, text);"
            "CREATE TABLE themes (id, title, active);"
            "CREATE TABLE insights (record_id, theme_id, aspect, deep_category, sentiment, journey_stage);"
        )
        db.execute("INSERT INTO themes VALUES ('th_1', '升级后掉线', 1)")
        for n in range(1, 5):
            db.execute("INSERT INTO records VALUES (?,?,?,'',?)", (f"T-{n}", f"r_{n}", f"C{min(n, 3)}", TEXT))
            db.execute(
                "INSERT INTO insights VALUES (?,?,?,?,?,?)",
                (f"r_{n}", "th_1", "software", "control", "negative", "after_sale"),
            )
    return Oracle(RAW, TRUTH, path)


ANSWER = Answer(
    id="an_1",
    question="打印机掉线有多少条",
    text="共3条反馈（P2）。\n有客户说：“打印机一上午掉线九回”[1]。",
    engine="rules",
    citations=(Citation(1, "r_1", "打印机一上午掉线九回", 0, 10, "ticket", "P2", "2026-01-03"),),
    figures=(Figure("P2 反馈", 3, "条", "count records where product=P2"),),
    plan=Plan("打印机掉线有多少条", ("count",), Filters(product=("P2",))),
)
CASE = Case("x", "tuned", "mixed", "打印机掉线有多少条", plan={"intents": ["count"], "product": ["P2"]}, sql=("product = 'P2'",), needs=frozenset({"N04"}))  # fmt: skip


def test_an_answer_that_is_right_has_no_fault(oracle: Oracle) -> None:
    assert plan_faults(CASE, ANSWER.plan, oracle) == []
    assert wrong_figures(ANSWER, oracle) == []
    assert unsupported(ANSWER, oracle) == []
    assert counted_right(CASE, ANSWER, oracle)
    assert cited_needs(CASE, ANSWER, oracle) == [True]


@pytest.mark.parametrize(
    ("how", "number"),
    [
        ("count records", 4),
        ("count records where product=P2 and since=2026-02-01 and until=2026-02-28", 1),
        ("count distinct customers where channel=chat", 1),
        ("count records whose text holds 掉线 and 3.2 where segment=sme|enterprise", 4),
        ("count records by theme = th_1 where product=P2", 3),
        ("count records by product = unknown", 1),
        ("count records by month = 2026-03 where theme=th_1 and sentiment=negative", 1),
        ("(3 - 2) / 2 records by month", None),
    ],
)
def test_a_figures_account_of_itself_is_counted_again(oracle: Oracle, how: str, number: int | None) -> None:
    assert oracle.recounted(how) == number


@pytest.mark.parametrize(
    "text",
    [
        "共4条反馈（P2）。",
        "客户都很生气。",
        "有客户说：“打印机根本不能用了”[1]。",
        "有客户说掉线[2]。",
        "大约五成，占50%[1]。",
    ],
)
def test_a_sentence_that_nothing_bears_is_found(oracle: Oracle, text: str) -> None:
    assert unsupported(replace(ANSWER, text=text), oracle) == [text]


def test_a_quote_that_is_not_verbatim_is_found(oracle: Oracle) -> None:
    forged = replace(ANSWER.citations[0], start=1, end=11)
    assert unsupported(replace(ANSWER, citations=(forged,)), oracle) == ["[1] not verbatim"]


@pytest.mark.parametrize(
    ("plan", "fault"),
    [
        (Plan("", ("find",), Filters(product=("P2",))), "intent count not in"),
        (Plan("", ("count", "reply"), Filters(product=("P2",))), "intent reply not asked for"),
        (Plan("", ("count",), Filters()), "product"),
        (Plan("", ("count",), Filters(product=("P2",), since="2026-01-01")), "since"),
        (Plan("", ("count",), Filters(product=("P2",)), by="month"), "by month"),
        (None, "no plan"),
    ],
)
def test_a_plan_that_asks_for_something_else_is_found(oracle: Oracle, plan: Plan | None, fault: str) -> None:
    (found,) = plan_faults(CASE, plan, oracle)
    assert found.startswith(fault)


def test_another_number_is_not_the_one_asked_for(oracle: Oracle) -> None:
    wrong = replace(ANSWER, text="共4条反馈。", figures=(replace(ANSWER.figures[0], value=4),))
    assert not counted_right(CASE, wrong, oracle)
    assert wrong_figures(wrong, oracle) == ["P2 反馈: 4"]


def _record(name: str) -> Record:
    text = "别的话" + "很长" * 400 if name == "r_2" else TEXT
    return Record(name, name, "t", "ticket", MaskedText(text), product="P2")


def test_the_judge_sees_the_truth_and_no_author(oracle: Oracle) -> None:
    both = {"ours": shown_ours(ANSWER, _record), "naive": shown_naive("很多客户抱怨[1]", ["打印机掉线", "没人引用"])}
    truth = truth_of(CASE, oracle)
    prompt, order = judge_prompt(CASE, truth, both, Fence(b"f" * 32))  # type: ignore[arg-type]
    assert sorted(order) == ["naive", "ours"]
    assert "反馈 3" in prompt.user
    assert NEED["deep"] in prompt.user
    assert "没人引用" not in prompt.user
    assert not any(word in prompt.user for word in ("rules", "naive", "ours", "引擎"))


def test_both_answers_are_shown_in_one_form_with_whole_passages(oracle: Oracle) -> None:
    asked = replace(
        ANSWER, text="您问哪一个？\n掉线的多[2]。\n还有[1][3]。", clarify=("甲？", "乙？"),
        citations=tuple(replace(ANSWER.citations[0], n=n, record_id=f"r_{n}") for n in (1, 2, 3)),
    )  # fmt: skip
    plain = shown_naive("**掉线**的多[3]。\n\n1. 还有【1、3】。", ["甲段", "没人引用", "乙段" * 240])
    both = {"ours": shown_ours(asked, _record), "naive": plain}
    prompt, _ = judge_prompt(CASE, truth_of(CASE, oracle), both, Fence(b"f" * 32))  # type: ignore[arg-type]
    assert "掉线的多[1]。\n还有[2]。\n- 甲？\n- 乙？" in prompt.user
    assert "掉线的多[1]。\n- 还有[2][1]。" in prompt.user
    assert [f"[2] （工单·P2）{TEXT}" in prompt.user, "[2] 甲段" in prompt.user, "乙段" * 240 in prompt.user] == [
        True
    ] * 3
    assert "没人引用" not in prompt.user
    assert prompt.user.count("甲？") == 1


def test_verdicts_are_told_by_whose_answer_it_is() -> None:
    names = ("asked", "numbers", "grounded", "usable", "honest", "overall")
    said = dict.fromkeys(names, "A") | {f"{name}_reason": "因为" for name in names} | {"numbers": "tie"}
    better = told_apart(AnswersJudgement(**said), ["naive", "ours"])
    assert (better["asked"], better["numbers"]) == ("naive", None)
    figures = judge_figures([(CASE, better), (CASE, told_apart(AnswersJudgement(**said), ["ours", "naive"]))])
    assert (figures["win_overall"], figures["win_numbers"], figures["ours_better"]) == (0.5, 0.5, 0.5)
