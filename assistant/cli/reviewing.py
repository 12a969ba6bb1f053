"""The command that works on proposals as they live: voc proposal show, edit, comment, owner, move, history."""

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import click

from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option
from assistant.cli.saving import OUTPUT
from assistant.cli.tables import said
from assistant.domain.proposal_texts import marks_of
from assistant.domain.proposals import Proposal
from assistant.domain.vocabulary import ProposalStatus
from assistant.insight.documents import Form, as_bytes, form_of
from assistant.pipeline.actor import actor
from assistant.pipeline.reviewing import Patch
from assistant.records.exports import write_atomically
from assistant.settings import load_settings

by_option = click.option("--by", metavar="NAME", help="Who does it; default: you, by the name this machine knows.")


@click.group()
def proposal() -> None:
    """Proposals from draft to measured: words, comments, owner, status, and who did what when."""


@proposal.command()
@click.argument("proposal_id")
@click.option(
    "--format", "form", type=click.Choice(["md", "docx", "json"]), help="Default: the ending of FILE, else md."
)
@click.option("-o", "--output", type=OUTPUT, help="Write to this file.")
@json_option
def show(proposal_id: str, form: Form | None, output: Path | None, as_json: bool) -> None:
    """A proposal as it stands, read or written to a file."""
    app = open_app(load_settings())
    found = app.store.proposal(proposal_id)
    form = form or form_of(output)
    if output is not None:
        app.store.note_export(output, "proposals", 1)
        write_atomically(output, as_bytes(found, form))
        click.echo(said("proposal_written", app.settings.language, id=found.id, file=output), err=True)
    elif form == "docx" and not as_json:
        raise click.UsageError("a Word file needs a name: -o proposal.docx")
    if as_json:
        emit_json(found)
    elif output is None:
        click.echo(as_bytes(found, form).decode("utf-8"))


@proposal.command()
@click.argument("proposal_id")
@click.argument("place")
@click.argument("text")
@by_option
@json_option
def edit(proposal_id: str, place: str, text: str, by: str | None, as_json: bool) -> None:
    """Write a text of a proposal anew, such as concept.what, risks, title or metrics.2.target.

    Sentences that stood there before keep what bears them. In new ones [3] points to evidence and [F2] to a counted
    figure; each is checked, and what nothing bears is marked as an assumption.
    """
    changed = _change(proposal_id, Patch(edits={place: text}), by)
    if as_json:
        emit_json(changed)
        return
    for statement in changed.statements:
        if statement.place == place:
            why = f"  <- {statement.reason}" if statement.reason else ""
            click.echo(f"{statement.kind:10} {statement.text}{marks_of(statement, changed.language)}{why}")


@proposal.command()
@click.argument("proposal_id")
@click.argument("text")
@by_option
@json_option
def comment(proposal_id: str, text: str, by: str | None, as_json: bool) -> None:
    """Say something of a proposal; it stands in its history."""
    _told(_change(proposal_id, Patch(comment=text), by), as_json)


@proposal.command()
@click.argument("proposal_id")
@click.argument("name")
@by_option
@json_option
def owner(proposal_id: str, name: str, by: str | None, as_json: bool) -> None:
    """Hand a proposal over to somebody."""
    _told(_change(proposal_id, Patch(owner=name), by), as_json)


@proposal.command()
@click.argument("proposal_id")
@click.argument("status", type=click.Choice(get_args(ProposalStatus)))
@click.option("--reason", default="", help="Why; needed to reject.")
@click.option("--on", "launched_on", metavar="DAY", help="Of a launch: the day, 2026-03-01.")
@click.option("--product", help="Of a launch: the product it came with.")
@click.option("--region", help="Of a launch: where.")
@by_option
@json_option
def move(
    proposal_id: str, status: str, reason: str, launched_on: str | None, product: str | None, region: str | None,
    by: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Move a proposal on; to approve it, say by whom (--by NAME): approval is a person's."""
    if status == "approved" and by is None:
        raise click.UsageError("approval is a person's: say whose with --by NAME")
    patch = Patch(status=status, reason=reason, launched_on=launched_on, product=product, region=region)
    _told(_change(proposal_id, patch, by), as_json)


@proposal.command()
@click.argument("proposal_id")
@json_option
def history(proposal_id: str, as_json: bool) -> None:
    """Who did what to a proposal and when, the first first."""
    events = open_app(load_settings()).store.proposal_history(proposal_id)
    if as_json:
        emit_json({"items": events, "total": len(events)})
        return
    for event in events:
        click.echo(f"{event.at[:16]}  {event.who:16} {event.kind:10} {_detail(event.kind, event.detail)}")


def _detail(kind: str, detail: Mapping[str, object]) -> str:
    if kind == "moved":
        reason = f": {detail['reason']}" if detail.get("reason") else ""
        return f"{detail.get('from')} -> {detail.get('to')}{reason}"
    return str(detail.get("text") or detail.get("owner") or detail.get("place") or detail.get("engine") or "")


def _change(proposal_id: str, patch: Patch, by: str | None) -> Proposal:
    return open_app(load_settings()).pipeline.change_proposal(proposal_id, patch, by or actor())


def _told(changed: Proposal, as_json: bool) -> None:
    if as_json:
        emit_json(changed)
    else:
        click.echo(f"{changed.id}  {changed.status}  {changed.owner or '-'}  {changed.title}")
