"""Insights against the planted needs, opportunities, signals and noise of the sample corpus."""

from evals.metrics.extraction import extraction, match
from evals.report import Report
from evals.workbench import Workbench

FLOORS = {
    "rules": {"need_recall": 0.70, "need_precision": 0.65, "aspect": 0.45, "negative_f1": 0.93, "noise_quiet": 0.80},
    "llm": {"need_recall": 0.95, "need_precision": 0.75, "aspect": 0.84, "deep_or_alt": 0.85, "noise_quiet": 0.90},
}


def run(bench: Workbench) -> Report:
    """Recall and precision of needs, agreement of the fields, and the needs that were lost."""
    figures = extraction(bench.insights, bench.truth)
    lost = match(bench.insights, bench.truth).lost
    worst = tuple(f"lost in {record}: {need['need']} {need['surface']}" for record, need in lost)
    return Report("extraction", len(bench.truth), figures, FLOORS[bench.app.engine.name], worst)
