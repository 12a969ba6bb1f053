"""The command that shows the audit book and looks whether it stands."""

from dataclasses import asdict

import click

from assistant.cli.output import emit_json, json_option
from assistant.cli.store import Opened, opened
from assistant.cli.tables import listed, said, show_table
from assistant.errors import UsageError

_COLUMNS = ("id", "at", "actor", "via", "action", "subject", "reason", "found")


@click.command()
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0)
@click.option("--verify", is_flag=True, help="Look over the whole book; exit code 1 where it was changed.")
@click.option("--head", help="With --verify: a head it told earlier, kept elsewhere; must still be in the book.")
@json_option
def audit(limit: int, offset: int, verify: bool, head: str | None, as_json: bool) -> None:
    """Who did what, when, by which door, to which id, the newest first. Lines are added and never taken away."""
    here = opened()
    if verify:
        _verify(here, head, as_json)
        return
    if head is not None:
        raise UsageError("--head goes with --verify")
    rows, total = here.store.noted(limit, offset), here.store.count_noted()
    if as_json:
        emit_json({"items": rows, "total": total})
        return
    show_table(_COLUMNS, [[row[name] for name in _COLUMNS] for row in rows], here.language)
    click.secho(listed(len(rows), total, "lines", here.language), dim=True, err=True)


def _verify(here: Opened, head: str | None, as_json: bool) -> None:
    found = here.store.verify_book(head)
    if as_json:
        emit_json({**asdict(found), "stands": found.stands})
    elif found.stands:
        click.echo(said("book_stands", here.language, lines=found.lines, blanked=found.blanked, head=found.head or "-"))
    elif found.missing_head:
        click.secho(said("book_cut", here.language), fg="red")
    else:
        click.secho(said("book_broken", here.language, line=found.broken_at), fg="red")
    click.get_current_context().exit(0 if found.stands else 1)
