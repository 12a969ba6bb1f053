"""The commands that look and take out: list, show, export."""

from pathlib import Path
from typing import Any, get_args

import click

from assistant.cli.filters import filter_options, filters_of
from assistant.cli.output import emit_json, json_option, plain
from assistant.cli.saving import OUTPUT
from assistant.cli.store import opened
from assistant.cli.tables import Language, cell, heading, listed, said, show_table, word
from assistant.pipeline.watching import anything
from assistant.records.exports import Form, export_rows, form_of
from assistant.records.views import LEARNT, Kind, every_row, page

_HEADINGS: dict[str, tuple[str, ...]] = {
    "records": ("external_id", "channel", "created_at", "product", "segment", "text"),
    "insights": ("insight_id", "external_id", "aspect", "deep_category", "sentiment", "severity", "surface"),
    "themes": ("theme_id", "parent_id", "records", "customers", "trend", "title"),
    "ideas": ("idea_id", "nbn_type", "score", "title"),
    "proposals": ("id", "nbn_type", "status", "title"),
    "leads": ("id", "type", "status", "external_id", "product", "quote"),
    "customers": ("id", "segment", "region", "records"),
    "refused": ("external_id", "reason", "field", "text", "surface"),
    "unanswered": ("times", "why", "last_at", "answer_id", "question", "reason"),
    "answered": ("times", "answered_at", "answered_by", "question", "reason"),
    "feedback": ("created_at", "actor", "verdict", "answer_id", "question", "comment"),
    "pinned": ("answer_id", "actor", "at", "question", "text"),
}
"""What a terminal shows of each kind; --json has everything."""


@click.command("list")
@click.argument("kind", type=click.Choice(get_args(Kind)))
@filter_options
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0)
@json_option
def list_things(kind: Kind, limit: int, offset: int, as_json: bool, **values: Any) -> None:
    """List records, insights, themes, ideas, proposals, leads or customers; what was refused of readings and why; questions
    that our data cannot tell (unanswered; answered: those it can since), thumbs and comments (feedback), and pinned answers."""
    app = opened()
    filters = filters_of(values)
    rows, total = page(app.store, kind, filters, limit, offset)
    parents = app.store.theme_parents(filters) if kind == "themes" else []
    if as_json:
        emit_json({"items": rows, "total": total, **({"parents": parents} if kind == "themes" else {})})
        return
    language = app.language
    for parent in parents:
        counts = {name: getattr(parent, name) for name in ("id", "records", "customers", "title")}
        click.secho(said("parent", language, **counts, children=len(parent.children)), bold=True)
    columns = _HEADINGS[kind]
    show_table(columns, [[_value(kind, name, row.get(name), language) for name in columns] for row in rows], language)
    click.secho(listed(len(rows), total, kind, language), dim=True, err=True)
    if kind == "themes" and (n := app.store.counting.unplaced(filters)):
        click.secho(said("unplaced", language, n=n), dim=True, err=True)


def _value(kind: Kind, name: str, value: object, language: Language) -> object:
    if kind in LEARNT and name in ("why", "verdict") and isinstance(value, str):
        return word(value, language)
    if kind in ("leads", "proposals") and name == "status" and isinstance(value, str):
        return word(value, language, of="lead_status" if kind == "leads" else "closed")
    shown = cell(name, value, language)
    return _short(shown) if isinstance(shown, str) else shown


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


@click.command()
@click.argument("any_id")
@json_option
def show(any_id: str, as_json: bool) -> None:
    """Any one thing, whole: a record (by either id), insight, theme or its parent, idea, proposal, answer or customer."""
    app = opened()
    found = anything(app.store, any_id)
    if as_json:
        emit_json(found)
        return
    _show(plain(found), 0, app.language)


def _show(value: Any, depth: int, language: Language) -> None:
    pad = "  " * depth
    for field, item in value.items():
        name = heading(field, language)
        if isinstance(item, dict) and item:
            click.secho(f"{pad}{name}:", bold=True)
            _show({str(word(key, language)): found for key, found in item.items()}, depth + 1, language)
        elif isinstance(item, list) and item and isinstance(item[0], dict):
            click.secho(f"{pad}{name}: {len(item)}", bold=True)
            for part in item:
                _show(part, depth + 1, language)
                click.echo()
        else:
            found = [str(cell(field, one, language)) for one in (item if isinstance(item, list) else [item])]
            text = ", ".join("-" if one == "None" else one for one in found)
            click.echo(f"{pad}{click.style(name, bold=True)}: " + text.replace("\n", f"\n{pad}    "))


@click.command()
@click.argument("kind", type=click.Choice(get_args(Kind)))
@click.option("--format", "form", type=click.Choice(get_args(Form)), help="Default: what the ending of FILE says.")
@click.option("-o", "--output", required=True, type=OUTPUT)
@filter_options
@json_option
def export(kind: Kind, form: Form | None, output: Path, as_json: bool, **values: Any) -> None:
    """Write records, insights, themes … to a file."""
    form = form or form_of(output)
    app = opened()
    found = [plain(row) for row in every_row(app.store, kind, filters_of(values))]
    app.store.note_export(output, kind, len(found))
    rows = export_rows(found, form, output)
    if as_json:
        emit_json({"rows": rows, "file": str(output)})
    else:
        click.echo(said("written", app.language, rows=rows, file=output))
