"""The command `voc eval`."""

import importlib
from collections.abc import Callable

import click

from assistant.cli.output import emit_json, json_option
from assistant.settings import load_settings
from evals.report import Report, show
from evals.workbench import Workbench, workbench

SUITES = ("privacy", "retrieval", "extraction", "themes")


@click.command("eval")
@click.argument("suite", type=click.Choice([*SUITES, "all"]), default="all")
@json_option
def evaluate(suite: str, as_json: bool) -> None:
    """Measure quality on the sample corpus; exit code 1 where a figure falls below its floor."""
    names = SUITES if suite == "all" else (suite,)
    reports = []
    with workbench(load_settings()) as bench:
        for name in names:
            run: Callable[[Workbench], Report] = importlib.import_module(f"evals.suites.{name}").run
            reports.append(run(bench))
            if not as_json:
                show(reports[-1])
    if as_json:
        emit_json({report.suite: {**plain_report(report)} for report in reports})
    click.get_current_context().exit(1 if any(report.fallen for report in reports) else 0)


def plain_report(report: Report) -> dict[str, object]:
    """A report as JSON."""
    return {
        "cases": report.cases,
        "figures": dict(report.figures),
        "floors": dict(report.floors),
        "fallen": list(report.fallen),
        "worst": list(report.worst),
    }
