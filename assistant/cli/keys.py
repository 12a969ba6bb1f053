"""The commands about API keys: create, list, revoke."""

from dataclasses import asdict
from typing import get_args

import click

from assistant.cli.output import emit_json, json_option
from assistant.cli.store import opened
from assistant.cli.tables import said, show_table
from assistant.domain.access import ROLES, SCOPES, Limits, Role, Scope
from assistant.pipeline.access import Access, By
from assistant.pipeline.actor import actor

_COLUMNS = ("id", "name", "role", "prefix", "scopes", "created_at", "expires_at", "revoked_at", "used_on")
_MOST = click.IntRange(1, 1_000_000_000)


@click.group()
def keys() -> None:
    """API keys. From the first key or user on, the service asks everybody for one, on this machine too."""


@keys.command()
@click.argument("name")
@click.option(
    "--role", type=click.Choice(ROLES), required=True, help="staff asks and looks, manager decides, admin all."
)
@click.option("--expires", "days", type=click.IntRange(1, 3650), help="Days for which it holds; else for good.")
@click.option("--scope", "scopes", type=click.Choice(get_args(Scope)), multiple=True, help="What it may do; else all.")
@click.option("--per-minute", type=_MOST, help="Requests a minute; else 600.")
@click.option(
    "--tokens-per-day", type=_MOST, help="Model tokens a day for questions and drafts; else as many as asked."
)
@json_option
def create(
    name: str, role: Role, days: int | None, scopes: tuple[Scope, ...], per_minute: int | None,
    tokens_per_day: int | None, as_json: bool,
) -> None:  # fmt: skip
    """Make a key for a program and show it, this once."""
    here = opened()
    made = Access(here.store.access).create_key(
        name, role, By(actor()), days=days, scopes=scopes or SCOPES, limits=Limits(per_minute, tokens_per_day)
    )
    if as_json:
        emit_json({**asdict(made.key), "key": made.secret})
        return
    click.echo(made.secret)
    click.echo(said("key_made", here.language, name=made.key.name, role=role), err=True)


@keys.command("list")
@json_option
def list_keys(as_json: bool) -> None:
    """All keys without their secrets, revoked and expired ones too."""
    here = opened()
    found = [asdict(key) for key in here.store.access.all_keys()]
    if as_json:
        emit_json({"items": found, "total": len(found)})
        return
    rows = [[",".join(key[name]) if name == "scopes" else key[name] for name in _COLUMNS] for key in found]
    show_table(_COLUMNS, rows, here.language)


@keys.command()
@click.argument("key_id")
@json_option
def revoke(key_id: str, as_json: bool) -> None:
    """Revoke a key, at once and for good; by its id or prefix."""
    here = opened()
    found = here.store.access.revoke_key(key_id, actor(), "cli")
    if as_json:
        emit_json(found)
    else:
        click.echo(said("key_revoked", here.language, id=found.id, name=found.name))
