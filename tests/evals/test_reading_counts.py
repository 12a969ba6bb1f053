"""Counts of what was read, by hand; and what went wrong, the gravest first."""

from evals.metrics.reading_counts import Counts, alike, reading_counts, worst_cases
from tests.evals.test_extraction_metrics import PRICE, PUMP, insight, need, planted

PRAISE = need("C", "客服小妹特别耐心", "staff", "positive", "respect")
TRUTH = {
    "r1": {**planted(PUMP, PRICE, signals=("churn_risk",), chances=("upgrade",)), "suggestion": "希望出个安静的档位"},
    "r2": planted(PRAISE),
    "r3": planted(noise=True),
}
ROWS = [
    insight("r1", PUMP, signals={"churn_risk": True, "advocate": True}, suggestion="希望出个安静的档位吧"),
    insight("r2", {**PRAISE, "sentiment": "negative"}, opportunities=[{"type": "upgrade"}]),
    insight("r3", need("", "随便一句话的噪声")),
]


def test_counts_by_hand() -> None:
    counts = {row.name: (row.both, row.said, row.true) for row in reading_counts(ROWS, TRUTH, {"r3", "gone"})}
    assert counts["need"] == (2, 3, 3)
    assert counts["sentiment"] == (1, 3, 3)
    assert counts["sentiment.positive"] == (0, 0, 1)
    assert counts["sentiment.negative"] == (1, 3, 2)
    assert counts["aspect"] == (2, 3, 3)
    assert counts["aspect.price"] == (0, 0, 1)
    assert counts["deep_category.respect"] == (1, 1, 1)
    assert counts["opportunity"] == (0, 1, 1)
    assert counts["signal"] == (1, 2, 1)
    assert counts["suggestion"] == (1, 1, 1)
    assert counts["noise"] == (1, 1, 1)
    assert "aspect.parts" not in counts


def test_the_three_figures_of_a_count() -> None:
    row = Counts("x", 2, 4, 8)
    assert (row.precision, row.recall, row.f1) == (0.5, 0.25, 4 / 12)
    assert (Counts("x", 0, 0, 0).precision, Counts("x", 0, 0, 0).f1) == (0, 0)


def test_the_worst_comes_first() -> None:
    lines = worst_cases(ROWS, TRUTH)
    assert lines[0] == "noise with a need: r3"
    assert lines[1].startswith("lost in r1: B")
    assert lines[2].startswith("sentiment in r2: negative, planted positive")
    assert lines[3].startswith("spare in r3")


def test_suggestions_are_compared_by_their_letters() -> None:
    assert alike("希望出个安静的档位", "出个安静的档位")
    assert not alike("希望出个安静的档位", "希望发票开快点")
