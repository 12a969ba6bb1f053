"""The commands that judge an answer: thumbs with a comment, pin, unpin."""

import click

from assistant.answering.ports import Masker
from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option
from assistant.cli.tables import said
from assistant.errors import UsageError
from assistant.pipeline.actor import actor, staff_name
from assistant.settings import load_settings

LONGEST_COMMENT = 2_000


def comment_of(masker: Masker, comment: str | None) -> str | None:
    """A comment as it is kept: masked; None where it says nothing.

    Raises:
        UsageError: it is too long.
    """
    if comment is not None and len(comment) > LONGEST_COMMENT:
        raise UsageError(f"a comment has {len(comment)} characters; at most {LONGEST_COMMENT} are kept")
    return str(masker.mask_text(comment)[0]) if comment and comment.strip() else None


@click.command()
@click.argument("answer_id")
@click.argument("verdict", type=click.Choice(["up", "down"]))
@click.option("--comment", help="Why; masked before it is kept.")
@json_option
def feedback(answer_id: str, verdict: str, comment: str | None, as_json: bool) -> None:
    """A thumb up or down on an answer; what is voted down stands in `voc list unanswered`."""
    app = open_app(load_settings())
    masked = comment_of(app.masker, comment)
    app.store.save_feedback(answer_id, verdict, masked, actor())
    if as_json:
        emit_json({"answer_id": answer_id, "verdict": verdict, "comment": masked})
    else:
        click.echo(said("thumbed", app.settings.language, id=answer_id))


@click.command()
@click.argument("answer_id")
@click.option("--by", metavar="NAME", help="Who pins it; default: the user at this machine.")
@json_option
def pin(answer_id: str, by: str | None, as_json: bool) -> None:
    """Pin a good answer: it is given again when the same is asked, as long as its quotes and figures stand."""
    app = open_app(load_settings())
    answer = app.pins.pin(answer_id, staff_name(by) if by else actor())
    if as_json:
        emit_json({"answer_id": answer.id, "question": answer.question})
    else:
        click.echo(said("pinned", app.settings.language, id=answer.id, question=answer.question))


@click.command()
@click.argument("answer_id")
@json_option
def unpin(answer_id: str, as_json: bool) -> None:
    """Take the pin off an answer, or off the one that it repeats."""
    app = open_app(load_settings())
    app.pins.unpin(answer_id)
    if as_json:
        emit_json({"unpinned": answer_id})
    else:
        click.echo(said("unpinned", app.settings.language, id=answer_id))
