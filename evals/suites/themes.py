"""Themes against the planted needs: are insights of one need together, and those of others apart?"""

from evals.metrics.extraction import themes
from evals.report import Report
from evals.workbench import Workbench

FLOORS = {
    "rules": {"pairwise_f1": 0.42, "v_measure": 0.66, "assigned": 0.80},
    "llm": {"pairwise_f1": 0.75, "v_measure": 0.88, "assigned": 0.80},
}


def run(bench: Workbench) -> Report:
    """Pairwise F1 is the figure that counts; the V-measure flatters many small themes."""
    figures = themes(bench.insights, bench.truth)
    return Report("themes", int(figures["paired"]), figures, FLOORS[bench.app.engine.name])
