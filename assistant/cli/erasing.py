"""The commands that take people out again."""

import datetime as dt
from dataclasses import asdict

import click

from assistant.bootstrap import App, open_app
from assistant.cli.output import emit_json, json_option, plain, show_receipt
from assistant.domain.filters import Filters
from assistant.domain.receipts import EraseReceipt
from assistant.errors import UsageError
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


@click.command()
@click.option("--source", help="The source that a rule is for; `voc retain` shows which there are.")
@click.option("--days", type=click.IntRange(1, 36_500), help="Keep its records for so many days.")
@click.option("--forever", is_flag=True, help="Take the rule of --source away.")
@click.option("--apply", "applied", is_flag=True, help="Erase every record that is older than its rule allows.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@json_option
def retain(source: str | None, days: int | None, forever: bool, applied: bool, yes: bool, as_json: bool) -> None:
    """How long the records of a source are kept; without options, the rules and the sources.

    A record's age is that of its own day, or of its import where it has none. --apply erases as `voc erase` does, with the
    same proof; have it run daily.
    """
    app = open_app(load_settings())
    if applied:
        if source or days or forever:
            raise UsageError("--apply goes with no rule: set the rule first, then apply all of them")
        _apply(app, yes, as_json)
        return
    if source is not None and (days is None) == forever:
        app.store.retain(source, days)
    elif source or days or forever:
        raise UsageError("a rule is --source NAME with --days N, or with --forever")
    rules, sources = app.store.retention_rules(), app.store.sources()
    if as_json:
        emit_json({"rules": rules, "sources": sources})
        return
    kept = {rule["source"]: f"{rule['days']} days" for rule in rules}
    for name in sorted({*kept, *sources}):
        click.echo(f"{name}  {sources.get(name, 0)} records  kept {kept.get(name, 'for good')}")


def _apply(app: App, yes: bool, as_json: bool) -> None:
    today = dt.datetime.now().astimezone().date()
    due = {name: len(ids) for name, ids in app.store.due(today).items()}
    if due and not yes:
        listed = ", ".join(f"{count} of {name}" for name, count in due.items())
        click.confirm(f"Erase {sum(due.values())} record(s) for good ({listed})?", abort=True, err=True)
    receipt = app.pipeline.apply_retention(today)
    if as_json:
        emit_json({**plain(receipt), "proved": receipt.erased.proved})
    else:
        show_receipt("removed", receipt.removed)
        show_receipt("erased", {name: value for name, value in asdict(receipt.erased).items() if name != "left"})
    if receipt.erased.files:
        click.echo(sentence(receipt.erased), err=True)
    click.get_current_context().exit(0 if receipt.erased.proved else 1)
