"""The command that moves everything to another database."""

import click

from assistant.cli.output import emit_json, json_option, progress_bar
from assistant.cli.tables import said, show_table
from assistant.pipeline.moving import MoveReceipt, move
from assistant.settings import Settings, load_settings

_PART = 3


@click.command("migrate-store")
@click.option(
    "--to", required=True, metavar="URL", help="The new, empty database: postgresql+psycopg://… or sqlite:///…."
)
@json_option
def migrate_store(to: str, as_json: bool) -> None:
    """Move everything from the database of the settings to another one: from the embedded one to PostgreSQL, or back.

    All tables in one transaction, each counted and digested on both sides; where anything is not the same, or it is killed,
    the target stays empty. What is there now is left as it is. Nothing else may write meanwhile: stop the service first. A
    password need not stand in the URL: PostgreSQL's ~/.pgpass and PGPASSWORD do. Exit code 3 where the audit book does not
    stand.
    """
    settings = load_settings()
    target = load_settings(VOC_DATABASE_URL=to)
    with progress_bar(quiet=as_json) as told:
        receipt = move(settings, target, told)
    if as_json:
        emit_json(receipt)
    else:
        _tell(receipt, settings)
    click.get_current_context().exit(0 if receipt.book_stands else _PART)


def _tell(receipt: MoveReceipt, settings: Settings) -> None:
    def tell(sentence: str, **filled: object) -> None:
        click.echo(said(sentence, settings.language, **filled))

    held = {name: one for name, one in receipt.tables.items() if one.rows}
    show_table(
        ["table", "rows", "digest"], [(name, one.rows, one.digest) for name, one in held.items()], settings.language
    )
    tell("moved", source=receipt.source, target=receipt.target, rows=receipt.rows, tables=len(held))
    tell("restored_book" if receipt.book_stands else "restored_book_broken")
    tell("moved_next", target=receipt.target)
    tell("moved_source", source=receipt.source)
