"""The commands about people who log in to the pages: add, list, disable, enable, password, role."""

import sys
from dataclasses import asdict

import click

from assistant.cli.output import emit_json, json_option
from assistant.cli.store import opened
from assistant.cli.tables import said, show_table
from assistant.domain.access import ROLES, Role, User
from assistant.pipeline.access import Access, By
from assistant.pipeline.actor import actor

_COLUMNS = ("id", "name", "role", "created_at", "disabled_at")


@click.group()
def users() -> None:
    """People who log in to the pages with a password, which is asked for, or read from the first line of a pipe."""


@users.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="staff", show_default=True)
@json_option
def add(name: str, role: Role, as_json: bool) -> None:
    """Make a user."""
    here = opened()
    user = Access(here.store.access).add_user(name, role, _password(), By(actor()))
    _tell(user, "user_added", as_json)


@users.command("list")
@json_option
def list_users(as_json: bool) -> None:
    """All users by name, disabled ones too."""
    here = opened()
    found = [asdict(user) for user in here.store.access.all_users()]
    if as_json:
        emit_json({"items": found, "total": len(found)})
        return
    show_table(_COLUMNS, [[user[name] for name in _COLUMNS] for user in found], here.language)


@users.command()
@click.argument("user")
@json_option
def disable(user: str, as_json: bool) -> None:
    """Shut a user out, at once."""
    _tell(Access(opened().store.access).disable_user(user, By(actor())), "user_disabled", as_json)


@users.command()
@click.argument("user")
@json_option
def enable(user: str, as_json: bool) -> None:
    """Let a user in again."""
    _tell(Access(opened().store.access).disable_user(user, By(actor()), disabled=False), "user_enabled", as_json)


@users.command()
@click.argument("user")
@json_option
def password(user: str, as_json: bool) -> None:
    """Give a user another password; they are logged out everywhere."""
    access = Access(opened().store.access)
    _tell(access.change_password(access.store.user(user).id, _password(), By(actor())), "user_password", as_json)


@users.command()
@click.argument("user")
@click.argument("role", type=click.Choice(ROLES))
@json_option
def role(user: str, role: Role, as_json: bool) -> None:
    """Give a user another role; they log in anew."""
    _tell(Access(opened().store.access).change_role(user, role, By(actor())), "user_role", as_json)


def _password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _tell(user: User, sentence: str, as_json: bool) -> None:
    if as_json:
        emit_json(user)
    else:
        click.echo(said(sentence, opened().language, name=user.name, role=user.role))
