"""The commands about conversations: list, show, delete; nobody's but the user's own unless asked for."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from assistant.answering.talking import ANYBODY
from assistant.cli.answers import show_answer
from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option
from assistant.cli.tables import listed, said, show_table
from assistant.settings import load_settings

F = TypeVar("F", bound=Callable[..., Any])
_COLUMNS = ("conversation_id", "owner", "answers", "updated_at", "title")


def user_option(command: F) -> F:
    """Add --user to a command."""
    return click.option("--user", default=ANYBODY, show_default=True, help="Whose conversation it is.")(command)


@click.group()
def conversations() -> None:
    """What users asked and were answered in conversations: list, show, delete."""


@conversations.command("list")
@user_option
@click.option("--everybody", is_flag=True, help="Conversations of all users.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0)
@json_option
def list_conversations(user: str, everybody: bool, limit: int, offset: int, as_json: bool) -> None:
    """A user's conversations, the latest first, each with what was asked first."""
    app = open_app(load_settings())
    rows, total = app.talks.page(None if everybody else user, limit, offset)
    if as_json:
        emit_json({"items": rows, "total": total})
        return
    language = app.settings.language
    show_table(_COLUMNS, [[row[name] for name in _COLUMNS] for row in rows], language)
    click.secho(listed(len(rows), total, "conversations", language), dim=True, err=True)


@conversations.command()
@click.argument("conversation_id")
@user_option
@json_option
def show(conversation_id: str, user: str, as_json: bool) -> None:
    """The questions and answers of a conversation."""
    app = open_app(load_settings())
    answers = app.talks.answers(conversation_id, user)
    if as_json:
        emit_json({"conversation_id": conversation_id, "owner": user, "answers": answers})
        return
    for answer in answers:
        click.secho(f"> {answer.question}", bold=True)
        show_answer(answer, app.settings.language)
        click.echo()


@conversations.command()
@click.argument("conversation_id", required=False)
@click.option("--all", "whole", is_flag=True, help="Every conversation of the user.")
@user_option
@json_option
def delete(conversation_id: str | None, whole: bool, user: str, as_json: bool) -> None:
    """Delete a conversation with its answers and what was said of them; pinned answers stay, out of it."""
    if (conversation_id is None) != whole:
        raise click.UsageError("give the id of a conversation, or --all for every one of the user")
    app = open_app(load_settings())
    gone = app.talks.remove_all(user) if conversation_id is None else app.talks.remove(conversation_id, user)
    if as_json:
        emit_json(gone)
    else:
        click.echo(said("talks_deleted", app.settings.language, **gone))
