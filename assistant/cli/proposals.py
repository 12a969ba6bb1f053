"""The command that drafts a proposal."""

import json
from pathlib import Path
from typing import Literal

import click

from assistant.bootstrap import open_app
from assistant.cli.output import emit_json, json_option, plain
from assistant.insight.markdown import render
from assistant.records.exports import write_atomically
from assistant.settings import load_settings


@click.command()
@click.argument("idea_or_theme")
@click.option("--format", "form", type=click.Choice(["md", "json"]), default="md", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@json_option
def propose(idea_or_theme: str, form: Literal["md", "json"], output: Path | None, as_json: bool) -> None:
    """Draft an NBN proposal from an idea or a theme (its best idea)."""
    settings = load_settings()
    app = open_app(settings)
    proposal = app.pipeline.propose(idea_or_theme)
    text = (
        json.dumps(plain(proposal), ensure_ascii=False, indent=2)
        if form == "json"
        else render(proposal, settings.language)
    )
    if output is not None:
        app.store.note_export(output, "proposals", 1)
        write_atomically(output, text.encode("utf-8"))
        click.echo(f"proposal {proposal.id} written to {output}", err=True)
    if as_json:
        emit_json(proposal)
    elif output is None:
        click.echo(text)
