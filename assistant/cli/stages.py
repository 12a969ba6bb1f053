"""The commands that move data along: ingest, index, analyse, themes, ideas, run."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from assistant.bootstrap import open_app
from assistant.cli.filters import Day
from assistant.cli.mapping import keep_mapping, mapping_of, with_saved
from assistant.cli.output import emit_json, json_option, progress_bar, show_files, show_receipt
from assistant.domain.receipts import AnalyseReceipt, IdeasReceipt, IngestReceipt, ThemesReceipt
from assistant.domain.vocabulary import CHANNELS
from assistant.intake.mappings import check_name
from assistant.intake.reading import ReadOptions
from assistant.settings import load_settings

PARTLY = 3
"""Exit code: done in part."""


def exit_code(receipt: object) -> int:
    """0, or 3 where a receipt tells of something quarantined, failed or left by the budget."""
    match receipt:
        case IngestReceipt():
            return PARTLY if receipt.quarantined else 0
        case AnalyseReceipt():
            if receipt.lost:
                return 1
            left = set(receipt.skipped) - {"reused", "dry_run"}
            return PARTLY if receipt.failed or left or receipt.problem else 0
        case ThemesReceipt() | IdeasReceipt():
            return PARTLY if receipt.failed else 0
    return 0


def _finish(title: str, receipt: Any, as_json: bool) -> None:
    if as_json:
        emit_json(receipt)
    else:
        show_receipt(title, asdict(receipt))
    click.get_current_context().exit(exit_code(receipt))


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--channel", type=click.Choice(CHANNELS), help="Channel of all records, where it can't be recognised.")
@click.option("--map", "pairs", multiple=True, metavar="FIELD=COLUMN", help="Say which column holds a field.")
@click.option("--product", help="Product of the records that name none.")
@click.option("--source", help="Name of the dataset; the same name and id is the same record.")
@click.option(
    "--mapping", "mapping_name", metavar="NAME", help="Use the mapping saved under this name; --map goes before it."
)
@click.option("--save-mapping", metavar="NAME", help="Keep the mapping that was used under this name.")
@click.option("--dry-run", is_flag=True, help="Show how the files would be read, with masked samples; store nothing.")
@json_option
def ingest(
    paths: tuple[Path, ...],
    channel: Any,
    pairs: tuple[str, ...],
    product: str | None,
    source: str | None,
    mapping_name: str | None,
    save_mapping: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Read, map, mask and store files or folders.

    Formats, encodings, columns and speakers are recognised; personal data is masked before anything is stored. Rows that
    can't be used go to a quarantine file with their line and reason.
    """
    app = open_app(load_settings())
    shelf = app.settings.data_dir / "mappings"
    options = ReadOptions(channel=channel, mapping=mapping_of(pairs), product=product, source=source)
    if mapping_name is not None:
        options = with_saved(options, shelf, mapping_name)
    if save_mapping is not None:
        check_name(save_mapping)
    with progress_bar(quiet=as_json) as progress:
        receipt = app.pipeline.ingest(list(paths), options, dry_run=dry_run, progress=progress)
    if not as_json:
        show_files(receipt.files)
    if save_mapping is not None:
        kept = keep_mapping(options, receipt.files, shelf, save_mapping)
        click.echo(f"mapping saved: {kept}; use it with --mapping {save_mapping}", err=True)
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


@click.command()
@click.option("--limit", type=click.IntRange(min=1), help="At most so many records.")
@click.option("--since", type=Day(), help="Only records from this day on (and those without a day).")
@click.option("--budget-tokens", type=click.IntRange(min=0), help="Tokens this run may spend.")
@click.option("--dry-run", is_flag=True, help="Count what would be read, call nothing.")
@click.option("--retry-failed", is_flag=True, help="Try again what failed too often.")
@json_option
def analyse(
    limit: int | None, since: str | None, budget_tokens: int | None, dry_run: bool, retry_failed: bool, as_json: bool
) -> None:
    """Read the needs out of every record that lacks them."""
    app = open_app(load_settings(**({} if budget_tokens is None else {"budget_tokens": budget_tokens})))
    with progress_bar(quiet=as_json) as progress:
        receipt = app.pipeline.analyse(
            limit=limit, since=since, retry_failed=retry_failed, dry_run=dry_run, progress=progress
        )
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
@click.option("--channel", type=click.Choice(CHANNELS))
@click.option("--map", "pairs", multiple=True, metavar="FIELD=COLUMN")
@click.option("--product")
@click.option("--source")
@json_option
def run(
    paths: tuple[Path, ...],
    channel: Any,
    pairs: tuple[str, ...],
    product: str | None,
    source: str | None,
    as_json: bool,
) -> None:
    """Everything in order: ingest PATHS (if any), index, analyse, themes, ideas."""
    options = ReadOptions(channel=channel, mapping=mapping_of(pairs), product=product, source=source)
    app = open_app(load_settings())
    receipts: dict[str, Any] = {}
    with progress_bar(quiet=as_json) as progress:
        receipts.update(app.pipeline.run(list(paths), options, progress=progress))
    if as_json:
        emit_json(receipts)
    else:
        show_files(receipts["ingest"].files if "ingest" in receipts else ())
        for stage, receipt in receipts.items():
            show_receipt(stage, asdict(receipt))
    codes = {exit_code(receipt) for receipt in receipts.values()}
    click.get_current_context().exit(1 if 1 in codes else max(codes))
