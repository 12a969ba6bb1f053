"""The command that opens the vault for one value."""

import click

from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option
from assistant.settings import load_settings


@click.command()
@click.argument("pseudonym")
@click.option("--reason", required=True, help="Why the value is needed; kept in the audit book with your user name.")
@json_option
def unmask(pseudonym: str, reason: str, as_json: bool) -> None:
    """The raw value behind a pseudonym such as ⟦phone:7f3a9c⟧, where the vault is on (VOC_VAULT)."""
    found = open_app(load_settings()).pipeline.unmask(pseudonym, reason)
    if as_json:
        emit_json({"values": found})
        return
    for one in found:
        click.echo(f"{one.type}  {one.value}  ({len(one.record_ids)} records)")
