"""Commands about what the house has written down: learn, list, remove."""

from dataclasses import asdict
from pathlib import Path

import click

from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option
from assistant.pipeline.learning import learn as learn_documents
from assistant.settings import load_settings


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
@click.pass_context
def learn(context: click.Context, paths: tuple[Path, ...], as_json: bool) -> None:
    """Take in manuals, policies and release notes (Markdown, text, Word, PDF); never counted as customers' voice."""
    receipt = learn_documents(open_app(load_settings()).pipeline.context, paths)
    if as_json:
        emit_json(asdict(receipt))
    else:
        click.echo(
            f"{receipt.read} documents: {receipt.added} new, {receipt.replaced} replaced, "
            f"{receipt.unchanged} unchanged, {receipt.refused} refused; {receipt.sections} sections"
        )
        for problem in receipt.problems:
            click.echo(f"  {problem}", err=True)
    if receipt.refused:
        context.exit(1 if receipt.refused == receipt.read else 3)


@click.group()
def documents() -> None:
    """What the house has written down: list, remove."""


@documents.command("list")
@json_option
def list_documents(as_json: bool) -> None:
    """All documents, by name."""
    found = open_app(load_settings()).store.documents.all()
    rows = [
        {"id": d.id, "name": d.name, "title": d.title, "version": d.version, "added_at": d.added_at,
         "sections": len(d.sections)}
        for d in found
    ]  # fmt: skip
    if as_json:
        emit_json({"items": rows, "total": len(rows)})
        return
    for row in rows:
        click.echo(f"{row['id']}  {row['title']}  v{row['version']}  {row['sections']} sections  {row['added_at']}")


@documents.command()
@click.argument("document")
@json_option
def remove(document: str, as_json: bool) -> None:
    """Remove a document, by id or name."""
    removed = open_app(load_settings()).store.documents.remove(document)
    if as_json:
        emit_json({"removed": removed.id, "title": removed.title})
        return
    click.echo(f"removed {removed.id}  {removed.title}")
