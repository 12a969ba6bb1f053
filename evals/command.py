"""The command `voc eval`."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from assistant.cli.filters import Day
from assistant.cli.output import emit_json, json_option, progress_bar
from assistant.errors import UsageError
from assistant.settings import load_settings
from evals.comparing import Column, column, plain_column, show_columns
from evals.metrics.measured import Measured
from evals.report import Report, show
from evals.scores.measuring import WAYS
from evals.scores.showing import Everything, evaluate_all
from evals.workbench import Asking, Way, Workbench, workbench

FILE = click.Path(path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
SUITES = ("privacy", "retrieval", "real_texts", "extraction", "themes", "ideas", "proposals", "backtest", "answers")
_KEPT = {
    "themes": ("record", "recorded"),
    "ideas": ("record", "recorded", "only"),
    "proposals": ("recorded", "drafts", "only"),
    "backtest": ("recorded", "cut"),
    "answers": ("recorded", "drafts", "limit"),
}
"""Options that other suites than that of extraction know too."""
_OF = {
    "drafts": "proposals", "cut": "backtest", "limit": "answers", "only": "ideas|proposals", "write": "all",
    "kept": "all", "ways": "all", "processes": "all",
}  # fmt: skip
"""Options of one suite or two, or of all together."""
_SPELT = {"kept": "from", "ways": "way"}
_ONLY = {
    "ours": ("suggest_ideas", "draft_"),
    "naive": ("naive_ideas", "naive_proposal"),
    "judge": ("judge_proposal",),
}
"""What may be asked → beginnings of the names of its prompts."""


@click.command("eval")
@click.argument("suite", type=click.Choice([*SUITES, "all"]), default="all")
@click.option("--record", type=FILE, help="Keep every answer of the model in this file.")
@click.option("--recorded", type=FILE, help="Take the model's readings from this file; none is asked for.")
@click.option("--naive", is_flag=True, help="Read by a plain question, one record a call, to measure ours against.")
@click.option("--alone", is_flag=True, help="Read by our prompt, but one record a call, to measure packs against.")
@click.option("--sample", type=click.IntRange(1), help="Look at so many records only, spread over the channels.")
@click.option("--against", type=FILE, multiple=True, help="Show this recording beside, on the same records.")
@click.option("--judge", type=click.IntRange(1), help="Have the model judge so many ladders; 60 tell enough.")
@click.option("--judgements", type=FILE, help="Keep the judge's answers in this file, and take them from it.")
@click.option(
    "--drafts", type=FILE,
    help="Of proposals and answers: keep the model's drafts and judgements here, and take them from it.",
)  # fmt: skip
@click.option("--limit", type=click.IntRange(1), help="Of answers: ask the model so many questions; default: 44.")
@click.option("--cut", type=Day(), help="Of backtest: the last day that is shown; default: two thirds of the time.")
@click.option(
    "--only",
    type=click.Choice([*_ONLY]),
    help="Of ideas and proposals: ask the model only for this, so that another may answer the rest another time.",
)
@click.option("--quick", is_flag=True, help="Leave out the real texts, which take minutes.")
@click.option("--write", type=FOLDER, help="Of all: write the report into this folder; default: the data directory.")
@click.option("--from", "kept", type=FILE, help="Of all: tell these scores again (scores.json) and measure nothing.")
@click.option(
    "--way", "ways", type=click.Choice(WAYS), multiple=True, help="Of all: measure only what is read in this way."
)
@click.option(
    "--processes", type=click.IntRange(1), help="Of all: measure in so many processes; default: as processors."
)
@json_option
def evaluate(
    suite: str, as_json: bool, quick: bool, against: tuple[Path, ...], write: Path | None, kept: Path | None,
    ways: tuple[str, ...], processes: int | None, **said: Any,
) -> None:  # fmt: skip
    """Measure quality on the sample corpus; exit code 1 where a figure falls below its floor.

    One suite is read by the engine of the settings. All of them, which is the default, ask no model whatever is set: rules,
    recorded answers and naive ways are measured side by side, and a report is written as Markdown and as a page.
    """
    of_all = {"write": write, "kept": kept, "ways": ways, "processes": processes}
    _only_its_own(suite, [name for name, value in {**said, **of_all, "against": against}.items() if value])
    if suite == "all":
        asked = Everything(write, kept, ways, quick, processes or 0)
        click.get_current_context().exit(evaluate_all(asked, as_json=as_json))
    report, columns = _one(suite, replace(_way(**said), quick=quick), against, as_json=as_json)
    if as_json:
        told: dict[str, object] = {report.suite: plain_report(report)}
        emit_json(told | ({"beside": [plain_column(one) for one in columns]} if columns else {}))
    elif columns:
        show_columns(columns)
    else:
        show(report)
    click.get_current_context().exit(1 if report.fallen else 0)


def _one(suite: str, way: Way, against: Sequence[Path], *, as_json: bool) -> tuple[Report, list[Column]]:
    """A suite's report, and the columns of other recordings on the same records, where any are asked for."""
    with progress_bar(quiet=as_json) as progress, workbench(load_settings(), way, progress=progress) as bench:
        run: Callable[[Workbench], Report] = importlib.import_module(f"evals.suites.{suite}").run
        report = run(bench)
        return report, [column(bench), *(_beside(path, bench) for path in against)] if against else []


def _only_its_own(suite: str, used: list[str]) -> None:
    """Refuse options that the suite does not know."""
    if suite == "extraction":
        strange = [name for name in used if name in _OF]
    else:
        own = [name for name, of in _OF.items() if of == suite]
        strange = [name for name in used if name not in (*_KEPT.get(suite, ()), *own)]
    if strange:
        of = _OF.get(strange[0], "extraction") if len(strange) == 1 else "extraction"
        told = ", ".join(f"--{_SPELT.get(name, name)}" for name in strange)
        raise click.UsageError(f"{told}: of the suite {of} only, so name it: voc eval {of} …")


def _way(
    *, record: Path | None, recorded: Path | None, naive: bool, alone: bool, sample: int | None, judge: int | None,
    judgements: Path | None, drafts: Path | None, cut: str | None, limit: int | None, only: str | None,
) -> Way:  # fmt: skip
    if record and recorded:
        raise click.UsageError("--record asks the model, --recorded does not: choose one")
    if recorded and (naive or alone):
        raise click.UsageError("a recording knows itself how it was made: leave --naive and --alone out")
    if naive and alone:
        raise click.UsageError("--naive and --alone are two ways: choose one")
    if judgements and not judge:
        raise click.UsageError("--judgements needs --judge N")
    if only and not (record or drafts):
        raise click.UsageError(
            "--only needs a file that the answers are kept in: --record (ideas), --drafts (proposals)"
        )
    asking: Asking = "naive" if naive else "alone" if alone else "packed"
    return Way(
        record, recorded, asking, sample or 0, judge or 0, judgements, drafts=drafts, cut=cut, asked=limit or 0,
        only=_ONLY[only] if only else (),
    )  # fmt: skip


def _beside(path: Path, bench: Workbench) -> Column:
    """A recording's column on the records that a workbench looks at.

    Raises:
        UsageError: it was recorded of other records.
    """
    with workbench(load_settings(), Way(recorded=path, sampled=bench.sampled)) as other:
        if set(other.records) != set(bench.records):
            raise UsageError(
                f"{path} was recorded of {other.sampled} records: compare it with --sample {other.sampled}"
            )
        return column(other)


def plain_report(report: Report) -> dict[str, object]:
    """A report as JSON."""
    return {
        "cases": report.cases,
        "figures": dict(report.figures),
        "n": {name: value.n for name, value in report.figures.items() if isinstance(value, Measured)},
        "intervals": {n: v.interval for n, v in report.figures.items() if isinstance(v, Measured) and v.interval},
        "floors": dict(report.floors),
        "fallen": list(report.fallen),
        "worst": list(report.worst),
        "counts": {
            c.name: {**asdict(c), "precision": c.precision, "recall": c.recall, "f1": c.f1} for c in report.counts
        },
        "notes": list(report.notes),
    }
