"""The commands that move data along: ingest, index, analyse, themes, run."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar, get_args

import click
from click.core import ParameterSource

from assistant.cli import tables
from assistant.cli.crewing import EngineBatch, crewed, engine_batch_option, ray_address_option
from assistant.cli.filters import Day
from assistant.cli.mapping import reading_of, reading_options
from assistant.cli.opening import open_app
from assistant.cli.output import Progress, emit_json, json_option, progress_bar, show_files, show_receipt
from assistant.cli.running import run_here
from assistant.domain.receipts import AnalyseReceipt, IngestReceipt
from assistant.errors import UsageError
from assistant.pipeline import Pipeline
from assistant.pipeline.batching import follow_batches
from assistant.pipeline.steps import Receipt, standing
from assistant.settings import load_settings

Command = TypeVar("Command", bound=Callable[..., Any])
_APART = 0.25
"""Share of needs without a theme from which rules are said to read another trade."""
CODES: Mapping[str, int] = {"done": 0, "skipped": 0, "partly": 3, "stopped": 3, "failed": 1}
"""How a stage or a job stands → exit code."""


def _waiting(seconds: int) -> Callable[[Command], Command]:
    return click.option(
        "--wait",
        type=click.IntRange(min=0),
        default=seconds,
        show_default=True,
        metavar="SECONDS",
        help="How long to wait for another run on the same data to end.",
    )


wait_option, brief_wait_option = _waiting(600), _waiting(0)


def exit_code(receipt: object) -> int:
    """0, or 3 where a receipt tells of something quarantined, failed or left by the budget."""
    return CODES[standing(receipt)] if isinstance(receipt, get_args(Receipt)) else 0


def _tell_stopped(receipt: IngestReceipt) -> None:
    if receipt.stopped:
        click.echo("stopped; what was finished is kept, the same command goes on from there", err=True)


def _tell_apart(themes: Mapping[str, Any], language: tables.Language) -> None:
    """One sentence where the rules read and many needs found no theme: it may be a trade that they have no words for."""
    apart = int(themes.get("unassigned", 0))
    needs = apart + int(themes.get("assigned", 0))
    if themes.get("engine") == "rules" and apart >= _APART * needs > 0:
        click.echo(tables.said("rules_apart", language, n=needs, apart=apart))


def finish(title: str, receipt: Any, as_json: bool) -> None:
    """Show a stage's receipt, and exit with its code."""
    if as_json:
        emit_json(receipt)
    else:
        show_receipt(title, asdict(receipt))
    click.get_current_context().exit(exit_code(receipt))


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@reading_options
@click.option("--dry-run", is_flag=True, help="Show how the files would be read, with masked samples; store nothing.")
@wait_option
@json_option
def ingest(paths: tuple[Path, ...], dry_run: bool, wait: int, as_json: bool, **said: Any) -> None:
    """Read, map, mask and store files or folders.

    Formats, encodings, columns and speakers are recognised; personal data is masked before anything is stored. Rows that
    can't be used go to a quarantine file with their line and reason.
    """
    app = open_app(load_settings())
    reading = reading_of(app.settings.data_dir, **said)
    with progress_bar(quiet=as_json) as progress:
        receipt = app.pipeline.ingest(list(paths), reading.options, dry_run=dry_run, patience=wait, progress=progress)
    if not as_json:
        show_files(receipt.files)
    _tell_stopped(receipt)
    reading.keep(receipt.files)
    finish("dry run, nothing stored" if dry_run else "ingest", receipt, as_json)


@click.command()
@click.option("--rebuild", is_flag=True, help="Make every passage anew; vectors are reused.")
@brief_wait_option
@json_option
def index(rebuild: bool, wait: int, as_json: bool) -> None:
    """Bring the search index level with the store."""
    app = open_app(load_settings())
    with progress_bar(quiet=as_json) as progress:
        receipt = app.pipeline.patient(wait).index(rebuild=rebuild, progress=progress)
    finish("index", receipt, as_json)


def _budgets(tokens: int | None, money: float | None) -> dict[str, float]:
    given = {"budget_tokens": tokens, "budget_money": money}
    return {name: value for name, value in given.items() if value is not None}


def _by_batch(pipeline: Pipeline, which: dict[str, Any], every: float | None, progress: Progress) -> AnalyseReceipt:
    """One step, or with `every` (seconds) steps until nothing is under way."""

    def step() -> AnalyseReceipt:
        return pipeline.analyse_by_batch(**which, progress=progress)

    def tell(so_far: AnalyseReceipt) -> None:
        states = ", ".join(f"{count} {state}" for state, count in so_far.batches.items())
        click.echo(f"{so_far.done} read, {so_far.skipped.get('in_batch', 0)} under way ({states})", err=True)

    return step() if every is None else follow_batches(step, every, tell)


@click.command()
@click.option("--limit", type=click.IntRange(min=1), help="At most so many records.")
@click.option("--since", type=Day(), help="Only records from this day on (and those without a day).")
@click.option("--budget-tokens", type=click.IntRange(min=0), help="Tokens this run may spend.")
@click.option("--budget-cost", type=click.FloatRange(min=0), help="Money this run may spend (currency of the prices).")
@click.option("--dry-run", is_flag=True, help="Tell what would be read: calls, tokens, cost; call nothing.")
@click.option("--batch", is_flag=True, help="By batch files, cheaper and within a day: collect, hand in, return.")
@click.option("--follow", is_flag=True, help="With --batch: stay until all is collected.")
@click.option("--every", type=click.FloatRange(min=0), default=60, show_default=True, help="With --follow: seconds.")
@click.option("--retry-failed", is_flag=True, help="Try again what failed too often.")
@brief_wait_option
@json_option
def analyse(
    budget_tokens: int | None,
    budget_cost: float | None,
    dry_run: bool,
    batch: bool,
    follow: bool,
    every: float,
    wait: int,
    as_json: bool,
    **which: Any,
) -> None:
    """Read the needs out of every record that lacks them.

    With --batch the model is asked by batch files: give the command again, from a timer or by hand, until nothing is
    left; it may be killed at any time.
    """
    app = open_app(load_settings(**_budgets(budget_tokens, budget_cost)))
    with progress_bar(quiet=as_json) as progress:
        if batch and not dry_run:
            receipt = _by_batch(app.pipeline.patient(wait), which, every if follow else None, progress)
        else:
            receipt = app.pipeline.patient(wait).analyse(**which, dry_run=dry_run, progress=progress)
    finish("dry run, nothing read" if dry_run else "analyse", receipt, as_json)


@click.command()
@click.option("--rebuild", is_flag=True, help="Name every theme anew.")
@brief_wait_option
@json_option
def themes(rebuild: bool, wait: int, as_json: bool) -> None:
    """Build or update the themes."""
    app = open_app(load_settings())
    with progress_bar(quiet=as_json) as progress:
        receipt = app.pipeline.patient(wait).themes(rebuild=rebuild, progress=progress)
    finish("themes", receipt, as_json)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@reading_options
@click.option("--budget-tokens", type=click.IntRange(min=0), help="Tokens this run may spend.")
@click.option("--budget-cost", type=click.FloatRange(min=0), help="Money this run may spend (currency of the prices).")
@engine_batch_option
@ray_address_option
@wait_option
@json_option
def run(
    paths: tuple[Path, ...],
    budget_tokens: int | None,
    budget_cost: float | None,
    engine_batch: EngineBatch,
    ray_address: str | None,
    wait: int,
    as_json: bool,
    **said: Any,
) -> None:
    """Everything in order: ingest PATHS (if any), index, analyse, themes, ideas, alerts; one job, with a receipt a stage.

    A run that was killed is taken up by the next one. Where a stage fails, those after it are skipped; `voc batches`
    shows what was done and spent.
    """
    app = open_app(load_settings(**_budgets(budget_tokens, budget_cost)))
    reading = reading_of(app.settings.data_dir, **said)
    if reading.name is not None and not paths:
        raise UsageError("--save-mapping keeps how files were read, and no file was named; give PATHS too")
    asked = click.get_current_context().get_parameter_source("wait") is not ParameterSource.DEFAULT
    patience = wait if paths or asked else 0  # without files it is the same work that is under way already
    with crewed(app, engine_batch, ray_address) as crew, progress_bar(quiet=as_json) as progress:
        done = run_here(crew, paths, reading.options, patience=patience, progress=progress)
    receipts, taken = done.receipts, done.taken
    if as_json:
        emit_json({**receipts, "job": done.told})
    else:
        show_files(taken.files if taken is not None else ())
        for stage, receipt in receipts.items():
            show_receipt(stage, receipt)
        show_receipt("job", done.told)
        if done.job.state in ("done", "partly"):
            _tell_apart(receipts.get("themes", {}), app.settings.language)
            click.echo(tables.said("run_next", app.settings.language))
    if taken is not None:
        reading.keep(taken.files)
        _tell_stopped(taken)
    if done.failure is not None:
        click.echo(f"error: {done.failure}", err=True)
    click.get_current_context().exit(CODES[done.job.state])
