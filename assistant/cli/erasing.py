"""The commands that take people out again."""

from dataclasses import asdict

import click

from assistant.bootstrap import App, open_app
from assistant.cli.output import emit_json, json_option, show_receipt
from assistant.domain.filters import Filters
from assistant.domain.receipts import EraseReceipt
from assistant.settings import load_settings


@click.command()
@click.option(
    "--customer", required=True, metavar="ID", help="The customer's id here, or the id or phone of the source."
)
@click.option("--yes", is_flag=True, help="Don't ask.")
@json_option
def erase(customer: str, yes: bool, as_json: bool) -> None:
    """Erase a customer from everything, and prove it.

    Records with their history, insights, leads, answers that cite them, their words in themes, ideas and proposals, the
    index and quarantined rows go; then every file of the data directory is searched for what is left of them. Exit code
    1 where something is. Run `voc index` and `voc themes` afterwards.
    """
    app = open_app(load_settings())
    named = app.pipeline.find_customer(customer)
    if not yes:
        click.confirm(_question(app, named), abort=True, err=True)
    receipt = app.pipeline.erase(named)
    if as_json:
        emit_json({**asdict(receipt), "customer": customer, "proved": receipt.proved})
    else:
        show_receipt("erased", {name: value for name, value in asdict(receipt).items() if name != "left"})
    click.echo(sentence(receipt), err=True)
    click.get_current_context().exit(0 if receipt.proved else 1)


def _question(app: App, customer: str) -> str:
    records = app.store.list_records(Filters(customer=(customer,)), 1)[1]
    return f"Erase customer {customer} with {records} record(s) for good?"


def sentence(receipt: EraseReceipt) -> str:
    """What the search found, for a person."""
    searched = f"{receipt.files} files ({receipt.bytes:,} bytes) searched for {receipt.fragments:,} fragments"
    if receipt.proved:
        return f"{searched}: nothing is left"
    places = ", ".join(f"{left.file} ({left.fragments})" for left in receipt.left)
    return (
        f"error: {searched}: something is left in {places}; stop the service and whatever else has the database open, "
        "remove copies, and run the same command again"
    )
