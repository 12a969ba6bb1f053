"""Insights against the planted needs, opportunities, signals and noise of the sample corpus."""

from assistant.domain.records import customer_spans
from assistant.llm.fence import Fence, fence_secret
from assistant.rules.lexicon import lexicon
from assistant.rules.reading import read_record
from evals.judging import cases, judge_figures, judged
from evals.metrics.extraction import extraction, match
from evals.metrics.reading_counts import Counts, reading_counts, worst_cases
from evals.metrics.stars import sentiment_counts, star_records
from evals.report import Report
from evals.workbench import MEASURING_KEY, Workbench

FLOORS = {
    "rules": {
        "customer_quotes": 1.0,
        "need_recall": 0.70,
        "need_precision": 0.65,
        "aspect": 0.45,
        "negative_f1": 0.93,
        "noise_quiet": 0.80,
    },
    "llm": {
        "customer_quotes": 1.0,
        "need_recall": 0.95,
        "need_precision": 0.75,
        "aspect": 0.84,
        "deep_or_alt": 0.85,
        "noise_quiet": 0.90,
    },
}


def run(bench: Workbench) -> Report:
    """Recall and precision of needs and of every field, as counts, and what went wrong, the gravest first."""
    engine = bench.app.engine.name
    figures = extraction(bench.read_insights, bench.truth) | {"customer_quotes": _customer_quotes(bench)}
    counts = reading_counts(bench.read_insights, bench.truth, bench.noise)
    notes = [_told(bench)]
    if engine == "rules":
        stars = _stars()
        counts += stars
        figures |= {f"{row.name.replace('.', '_')}_f1": row.f1 for row in stars}
        notes += [] if stars else ["real reviews: left out, ../shared/data is not beside this checkout"]
    if bench.judged:
        figures |= _judged(bench)
    floors = FLOORS[engine] if bench.asking == "packed" and not bench.sampled else {}
    worst = worst_cases(bench.read_insights, bench.truth)
    return Report("extraction", len(bench.truth), figures, floors, worst, counts, tuple(notes))


def _customer_quotes(bench: Workbench) -> float:
    """The share of the insights whose quote stands, letter for letter, in the customer's own words."""
    rows = bench.read_insights
    right = 0
    for row in rows:
        record, start, end = bench.records[row["external_id"]], int(row["start"]), int(row["end"])
        own = any(low <= start and end <= high for low, high in customer_spans(record))
        right += own and record.text[start:end] == row["quote"]
    return right / max(1, len(rows))


def _judged(bench: Workbench) -> dict[str, float]:
    """Figures of a judge over the pairs, and of how far it can be believed."""
    assert bench.judge is not None
    found = list(cases(match(bench.read_insights, bench.truth).pairs, bench.records, bench.judged))
    return judge_figures(list(judged(found, *bench.judge, Fence(fence_secret(MEASURING_KEY)))))


def _told(bench: Workbench) -> str:
    read = bench.reading
    refused = ", ".join(f"{reason} {n}" for reason, n in read.refused.items()) or "nothing"
    return (
        f"read by {bench.reader}; refused: {refused}; quotes asked for again {read.requoted}, found {read.mended}; "
        f"failed {sum(read.failed.values())}"
    )


def _stars() -> list[Counts]:
    """The rules' sentiment on real reviews; empty where those are not at hand."""
    cues = lexicon()
    counts = sentiment_counts((true, read_record(record, cues)) for true, record in star_records())
    return counts if any(row.true for row in counts) else []
