"""Insights against the planted needs, opportunities, signals and noise of the sample corpus."""

from assistant.domain.records import customer_spans
from assistant.llm.fence import Fence, fence_secret
from assistant.rules.lexicon import lexicon
from assistant.rules.reading import read_record
from evals.floors import floors_of
from evals.judging import cases, judge_figures, judged
from evals.metrics.extraction import extraction, match
from evals.metrics.measured import Measured, f_score, part
from evals.metrics.reading_counts import Counts, reading_counts, worst_cases
from evals.metrics.stars import sentiment_counts, star_records
from evals.report import Report
from evals.workbench import MEASURING_KEY, Workbench


def run(bench: Workbench) -> Report:
    """Recall and precision of needs and of every field, as counts, and what went wrong, the gravest first."""
    engine = bench.app.engine.name
    figures = extraction(bench.read_insights, bench.truth) | {"customer_quotes": _customer_quotes(bench)}
    counts = reading_counts(bench.read_insights, bench.truth, bench.noise)
    notes = [_told(bench)]
    if engine == "rules":
        stars = _stars()
        counts += stars
        figures |= {f"{row.name.replace('.', '_')}_f1": f_score(row.both, row.said, row.true) for row in stars}
        notes += [] if stars else ["real reviews: left out, ../shared/data is not beside this checkout"]
    if bench.judged:
        figures |= _judged(bench)
    if engine == "llm":
        figures |= dict(zip(("prompt_tokens", "completion_tokens"), bench.tokens, strict=True))
    floors = floors_of("extraction", engine, figures) if bench.asking == "packed" and not bench.sampled else {}
    worst = worst_cases(bench.read_insights, bench.truth)
    return Report("extraction", len(bench.truth), figures, floors, worst, counts, tuple(notes))


def _customer_quotes(bench: Workbench) -> Measured:
    """The share of the insights whose quote stands, letter for letter, in the customer's own words."""
    rows = bench.read_insights
    right = 0
    for row in rows:
        record, start, end = bench.records[row["external_id"]], int(row["start"]), int(row["end"])
        own = any(low <= start and end <= high for low, high in customer_spans(record))
        right += own and record.text[start:end] == row["quote"]
    return part(right, len(rows))


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
