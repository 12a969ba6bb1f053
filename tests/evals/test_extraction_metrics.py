"""The figures of reading and grouping, by hand on small cases and against the shared counting where it is at hand."""

import json
import random
import runpy
from pathlib import Path

import pytest

from evals.metrics.extraction import Row, extraction, match, themes
from evals.workbench import read_lines

_ROOT = Path(__file__).parents[2]
_CASE = _ROOT / "evals" / "cases" / "xinglan" / "truth.jsonl"
_SHARED = _ROOT / ".." / "shared" / "tools" / "score_insights.py"


def need(name: str, quote: str, aspect: str = "quality", mood: str = "negative", deep: str = "trust") -> Row:
    return {
        "need": name, "quote": quote, "surface": quote, "secondary": "", "aspect": aspect, "sentiment": mood,
        "deep_category": deep,
    }  # fmt: skip


def planted(*needs: Row, noise: bool = False, signals: tuple[str, ...] = (), chances: tuple[str, ...] = ()) -> Row:
    return {
        "needs": list(needs),
        "noise": noise,
        "signals": dict.fromkeys(signals, True),
        "opportunities": [{"type": kind, "quote": ""} for kind in chances],
    }


def insight(record: str, row: Row, **other: object) -> Row:
    return {**row, "external_id": record, "signals": {}, "opportunities": [], **other}


PUMP, PRICE = need("A", "水泵用了三天就坏"), need("B", "师傅上门多收两百块", "price", "negative", "fairness")
TRUTH = {
    "r1": planted(PUMP, PRICE, signals=("churn_risk",), chances=("upgrade",)),
    "r2": planted(need("C", "客服小妹特别耐心", "staff", "positive")),
    "r3": planted(noise=True),
}


def test_a_perfect_reading_scores_one() -> None:
    rows = [
        insight("r1", PUMP, signals={"churn_risk": True}, opportunities=[{"type": "upgrade"}]),
        insight("r1", PRICE, signals={"churn_risk": True}),
        insight("r2", need("C", "客服小妹特别耐心", "staff", "positive")),
    ]
    figures = extraction(rows, TRUTH)
    ones = {name for name, value in figures.items() if value == 1}
    assert figures["insights"] == 3
    assert ones >= {
        "need_recall", "need_precision", "aspect", "sentiment", "deep", "deep_or_alt", "noise_quiet", "noise_f1",
        "opportunity_recall", "opportunity_precision", "opportunity_record_recall", "positive_f1", "negative_f1",
        "churn_risk_f1",
    }  # fmt: skip


def test_spare_and_lost_are_counted() -> None:
    rows = [insight("r1", PUMP), insight("r2", need("", "完全无关的一句话讲别的")), insight("r3", PUMP)]
    found = match(rows, TRUTH)
    assert len(found.pairs) == 1
    assert {record for record, _ in found.lost} == {"r1", "r2"}
    figures = extraction(rows, TRUTH)
    assert figures["need_recall"] == pytest.approx(1 / 3)
    assert figures["need_precision"] == pytest.approx(1 / 3)
    assert figures["noise_quiet"] == 0


def test_each_need_is_met_once() -> None:
    assert len(match([insight("r1", PUMP), insight("r1", PUMP)], {"r1": planted(PUMP)}).pairs) == 1


def test_a_second_motive_counts_only_as_alternative() -> None:
    rows = [insight("r1", {**PUMP, "deep_category": "ease", "deep_category_alt": "trust"})]
    figures = extraction(rows, {"r1": planted(PUMP)})
    assert (figures["deep"], figures["deep_or_alt"]) == (0, 1)


def test_noise_said_by_the_reader_is_taken_at_its_word() -> None:
    assert extraction([], TRUTH, said_noise={"r3"})["noise_f1"] == 1
    assert extraction([], TRUTH)["noise_f1"] == pytest.approx(0.5)


def test_nothing_at_all_is_no_error() -> None:
    assert extraction([], {})["need_recall"] == 0
    assert themes([], {})["pairwise_f1"] == 0


def test_grouping_by_hand() -> None:
    truth = {f"r{n}": planted(PUMP if n < 3 else need("B", PRICE["quote"])) for n in range(4)}  # type: ignore[arg-type]
    said = ["x", "x", "y", None]
    rows = [insight(f"r{n}", truth[f"r{n}"]["needs"][0], theme_id=said[n]) for n in range(4)]  # type: ignore[index]
    figures = themes(rows, truth)
    assert figures["assigned"] == 0.75
    assert figures["themes"] == 2
    assert figures["misplaced"] == 0
    assert figures["pairwise_f1"] == pytest.approx(2 * 1 / (3 + 1))


@pytest.mark.skipif(not _SHARED.is_file(), reason="the shared counting script is not beside this checkout")
def test_figures_agree_with_the_shared_counting() -> None:
    shared = runpy.run_path(str(_SHARED))
    truth = {row["id"]: row for row in read_lines(_CASE)}
    chance = random.Random(7)
    rows: list[Row] = []
    for name, row in truth.items():
        planted_needs = json.loads(json.dumps(row["needs"]))
        for one in planted_needs:
            if chance.random() < 0.7:
                drawn = chance.choice(["quality", "price", one["aspect"], one["aspect"]])
                theme = chance.choice([None, "t1", "t2", one["need"]])
                rows.append(insight(name, {**one, "aspect": drawn}, theme_id=theme, opportunities=row["opportunities"]))
    for ours, theirs in ((extraction, shared["extraction"]), (themes, shared["themes"])):
        expected = theirs(rows, truth)
        assert {name: ours(rows, truth)[name] for name in expected} == pytest.approx(expected)
