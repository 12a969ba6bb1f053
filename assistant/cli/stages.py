"""The commands that move data along: ingest, index, analyse, themes, ideas, run."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from assistant.bootstrap import open_app
from assistant.cli.filters import Day
from assistant.cli.mapping import reading_of, reading_options
from assistant.cli.output import Progress, emit_json, json_option, progress_bar, show_files, show_receipt
from assistant.domain.alerts import AlertsReceipt
from assistant.domain.receipts import AnalyseReceipt, IdeasReceipt, IndexReceipt, IngestReceipt, ThemesReceipt
from assistant.errors import UsageError
from assistant.pipeline import Pipeline
from assistant.pipeline.batching import follow_batches
from assistant.settings import load_settings

PARTLY = 3
"""Exit code: done in part."""
wait_option = click.option(
    "--wait",
    type=click.IntRange(min=0),
    default=600,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for another run on the same data to end.",
)


def exit_code(receipt: object) -> int:
    """0, or 3 where a receipt tells of something quarantined, failed or left by the budget."""
    match receipt:
        case IngestReceipt():
            return PARTLY if receipt.quarantined or receipt.stopped else 0
        case IndexReceipt():
            return PARTLY if receipt.refused else 0
        case AnalyseReceipt():
            if receipt.lost:
                return 1
            left = set(receipt.skipped) - {"reused", "dry_run", "nothing_said"}
            return PARTLY if receipt.failed or left or receipt.problem else 0
        case ThemesReceipt() | IdeasReceipt() | AlertsReceipt():
            return PARTLY if receipt.failed else 0
    return 0


def _tell_stopped(receipt: IngestReceipt) -> None:
    if receipt.stopped:
        click.echo("stopped; what was finished is kept, the same command goes on from there", err=True)


def _finish(title: str, receipt: Any, as_json: bool) -> None:
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
    _finish("dry run, nothing stored" if dry_run else "ingest", receipt, as_json)


@click.command()
@click.option("--rebuild", is_flag=True, help="Make every passage anew; vectors are reused.")
@json_option
def index(rebuild: bool, as_json: bool) -> None:
    """Bring the search index level with the store."""
    app = open_app(load_settings())
    with progress_bar(quiet=as_json) as progress:
        receipt = app.pipeline.index(rebuild=rebuild, progress=progress)
    _finish("index", receipt, as_json)


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
@json_option
def analyse(
    budget_tokens: int | None,
    budget_cost: float | None,
    dry_run: bool,
    batch: bool,
    follow: bool,
    every: float,
    as_json: bool,
    **which: Any,
) -> None:
    """Read the needs out of every record that lacks them.

    With --batch the model is asked by batch files: give the command again, from a timer or by hand, until nothing is
    left; it may be killed at any time.
    """
    budgets = {"budget_tokens": budget_tokens, "budget_money": budget_cost}
    app = open_app(load_settings(**{name: value for name, value in budgets.items() if value is not None}))
    with progress_bar(quiet=as_json) as progress:
        if batch and not dry_run:
            receipt = _by_batch(app.pipeline, which, every if follow else None, progress)
        else:
            receipt = app.pipeline.analyse(**which, dry_run=dry_run, progress=progress)
    _finish("dry run, nothing read" if dry_run else "analyse", receipt, as_json)


@click.command()
@click.option("--rebuild", is_flag=True, help="Name every theme anew.")
@json_option
def themes(rebuild: bool, as_json: bool) -> None:
    """Build or update the themes."""
    app = open_app(load_settings())
    with progress_bar(quiet=as_json) as progress:
        receipt = app.pipeline.themes(rebuild=rebuild, progress=progress)
    _finish("themes", receipt, as_json)


@click.command()
@click.option("--theme", "theme_ids", multiple=True, help="Only these themes.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many themes, those with most customers first.")
@json_option
def ideas(theme_ids: tuple[str, ...], limit: int | None, as_json: bool) -> None:
    """NBN ideas: new products, better products, new customs."""
    app = open_app(load_settings())
    with progress_bar(quiet=as_json) as progress:
        receipt = app.pipeline.ideas(theme_ids=theme_ids, limit=limit, progress=progress)
    _finish("ideas", receipt, as_json)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@reading_options
@wait_option
@json_option
def run(paths: tuple[Path, ...], wait: int, as_json: bool, **said: Any) -> None:
    """Everything in order: ingest PATHS (if any), index, analyse, themes, ideas."""
    app = open_app(load_settings())
    reading = reading_of(app.settings.data_dir, **said)
    if reading.name is not None and not paths:
        raise UsageError("--save-mapping keeps how files were read, and no file was named; give PATHS too")
    receipts: dict[str, Any] = {}
    with progress_bar(quiet=as_json) as progress:
        receipts.update(app.pipeline.run(list(paths), reading.options, patience=wait, progress=progress))
    if as_json:
        emit_json(receipts)
    else:
        show_files(receipts["ingest"].files if "ingest" in receipts else ())
        for stage, receipt in receipts.items():
            show_receipt(stage, asdict(receipt))
    if "ingest" in receipts:
        reading.keep(receipts["ingest"].files)
        _tell_stopped(receipts["ingest"])
    codes = {exit_code(receipt) for receipt in receipts.values()}
    click.get_current_context().exit(1 if 1 in codes else max(codes))
