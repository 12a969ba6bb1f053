"""The command that drafts a proposal."""

from pathlib import Path
from typing import Literal

import click

from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option
from assistant.cli.saving import OUTPUT
from assistant.cli.tables import said
from assistant.insight.documents import Form, as_bytes, form_of
from assistant.records.exports import write_atomically
from assistant.settings import load_settings

LANGUAGES = click.Choice(["zh", "en"])
FORMS = click.Choice(["md", "docx", "json"])


@click.command()
@click.argument("idea_or_theme", required=False)
@click.option(
    "--brief", metavar="TEXT", help="Instead of an idea or theme: what you want made for whom, in one sentence."
)
@click.option("--format", "form", type=FORMS, help="Default: what the ending of FILE says, else md.")
@click.option("--language", type=LANGUAGES, help="Default: VOC_LANGUAGE.")
@click.option("-o", "--output", type=OUTPUT, help="Write to this file.")
@json_option
def propose(
    idea_or_theme: str | None,
    brief: str | None,
    form: Form | None,
    language: Literal["zh", "en"] | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Draft an NBN proposal from an idea, a theme (its best idea), or a brief of your own."""
    if (idea_or_theme is None) == (brief is None):
        raise click.UsageError('give the id of an idea or a theme, or a brief: voc propose --brief "给独居老人做一款…"')
    form = form or form_of(output)
    if form == "docx" and output is None and not as_json:
        raise click.UsageError("a Word file needs a name: voc propose … --format docx -o proposal.docx")
    settings = load_settings(**({"language": language} if language else {}))
    app = open_app(settings)
    proposal = app.pipeline.propose(idea_or_theme or "", brief=brief or "", language=settings.language)
    if output is not None:
        app.store.note_export(output, "proposals", 1)
        write_atomically(output, as_bytes(proposal, form))
        click.echo(said("proposal_written", settings.language, id=proposal.id, file=output), err=True)
    if as_json:
        emit_json(proposal)
    elif output is None:
        click.echo(as_bytes(proposal, form).decode("utf-8"))
