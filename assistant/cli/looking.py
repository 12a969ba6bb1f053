"""The commands that look and take out: list, show, export."""

from pathlib import Path
from typing import Any, get_args

import click

from assistant.bootstrap import open_app
from assistant.cli.filters import filter_options, filters_of
from assistant.cli.output import emit_json, json_option, plain
from assistant.pipeline.watching import anything
from assistant.records.exports import Form, export_rows, form_of
from assistant.records.views import Kind, every_row, page
from assistant.settings import load_settings

_HEADINGS: dict[str, tuple[str, ...]] = {
    "records": ("external_id", "channel", "created_at", "product", "segment", "text"),
    "insights": ("insight_id", "external_id", "aspect", "deep_category", "sentiment", "severity", "surface"),
    "themes": ("theme_id", "parent_id", "records", "customers", "trend", "title"),
    "ideas": ("idea_id", "nbn_type", "score", "title"),
    "proposals": ("id", "nbn_type", "status", "title"),
    "leads": ("id", "type", "status", "external_id", "product", "quote"),
    "customers": ("id", "segment", "region", "records"),
    "refused": ("external_id", "reason", "field", "text", "surface"),
}
"""What a terminal shows of each kind; --json has everything."""


@click.command("list")
@click.argument("kind", type=click.Choice(get_args(Kind)))
@filter_options
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0)
@json_option
def list_things(kind: Kind, limit: int, offset: int, as_json: bool, **values: Any) -> None:
    """List records, insights, themes, ideas, proposals, leads or customers, or what was refused of readings and why."""
    app = open_app(load_settings())
    filters = filters_of(values)
    rows, total = page(app.store, kind, filters, limit, offset)
    parents = app.store.theme_parents(filters) if kind == "themes" else []
    if as_json:
        emit_json({"items": rows, "total": total, **({"parents": parents} if kind == "themes" else {})})
        return
    for parent in parents:
        counts = f"{parent.id}  {parent.records}  {parent.customers}  {len(parent.children)} themes"
        click.secho(f"{counts}  {parent.title}", bold=True)
    for row in rows:
        click.echo("  ".join(_short(row.get(name)) for name in _HEADINGS[kind]))
    click.secho(f"{len(rows)} of {total} {kind}", dim=True, err=True)


def _short(value: object) -> str:
    text = "-" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value).replace("\n", " ")
    return text if len(text) <= 80 else f"{text[:79]}…"


@click.command()
@click.argument("any_id")
@json_option
def show(any_id: str, as_json: bool) -> None:
    """Any one thing, whole: a record (by either id), insight, theme or parent of themes, idea, proposal or customer."""
    found = anything(open_app(load_settings()).store, any_id)
    if as_json:
        emit_json(found)
        return
    _show(plain(found), 0)


def _show(value: Any, depth: int) -> None:
    pad = "  " * depth
    for name, item in value.items():
        if isinstance(item, dict) and item:
            click.secho(f"{pad}{name}:", bold=True)
            _show(item, depth + 1)
        elif isinstance(item, list) and item and isinstance(item[0], dict):
            click.secho(f"{pad}{name}: {len(item)}", bold=True)
            for part in item:
                _show(part, depth + 1)
                click.echo()
        else:
            text = ", ".join(map(str, item)) if isinstance(item, list) else str(item)
            click.echo(f"{pad}{click.style(name, bold=True)}: " + text.replace("\n", f"\n{pad}    "))


@click.command()
@click.argument("kind", type=click.Choice(get_args(Kind)))
@click.option("--format", "form", type=click.Choice(get_args(Form)), help="Default: what the ending of FILE says.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False))
@filter_options
@json_option
def export(kind: Kind, form: Form | None, output: Path, as_json: bool, **values: Any) -> None:
    """Write records, insights, themes … to a file."""
    form = form or form_of(output)
    app = open_app(load_settings())
    found = [plain(row) for row in every_row(app.store, kind, filters_of(values))]
    app.store.note_export(output, kind, len(found))
    rows = export_rows(found, form, output)
    if as_json:
        emit_json({"rows": rows, "file": str(output)})
    else:
        click.echo(f"{rows} rows written to {output}")
