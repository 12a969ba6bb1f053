"""The command that takes a person out again, and the one that lets them come back."""

from dataclasses import asdict

import click

from assistant.bootstrap import App
from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option, show_receipt
from assistant.domain.filters import Filters
from assistant.domain.receipts import EraseReceipt
from assistant.errors import UsageError
from assistant.pipeline import Ground
from assistant.pipeline.subjects import listed
from assistant.settings import load_settings

_APART = ("left", "exports", "not_searched", "same_contact", "mentioned_elsewhere")
"""What a person is told in sentences instead."""


@click.command()
@click.option("--customer", metavar="ID", help="The customer's id here, or the id, phone or e-mail of the source.")
@click.option("--all-of-them", is_flag=True, help="With a telephone of several customers: erase them all.")
@click.option("--record", metavar="ID", help="One record by either id: where the source names no customer.")
@click.option("--forget-ban", metavar="ID", help="Let somebody who was erased come in again, on their own wish.")
@click.option("--reason", default="", help="Why: kept in the audit book, masked, with your user name.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@json_option
def erase(
    customer: str | None,
    all_of_them: bool,
    record: str | None,
    forget_ban: str | None,
    reason: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Erase a customer (or one record) from everything, and prove it.

    Records with their history, insights, leads, answers that cite them, their words in themes, ideas and proposals, the
    index and quarantined rows go; then every file of the data directory is searched for what is left of them. Exit code
    1 where something is. Records of others that still hold a mask of theirs are named first. A keyed digest stays, so that an old file does not bring them back. Run `voc index` and
    `voc themes` afterwards.
    """
    if sum(one is not None for one in (customer, record, forget_ban)) != 1:
        raise UsageError("say whom: --customer ID, --record ID, or --forget-ban ID to let somebody in again")
    if all_of_them and customer is None:
        raise UsageError("--all-of-them goes with --customer: it erases every customer who is called so")
    app, ground = open_app(load_settings()), Ground(reason)
    if forget_ban is not None:
        _let_in(app, forget_ban, ground, as_json)
        return
    if customer is not None:
        meant = app.pipeline.find_to_erase(customer, all_of_them=all_of_them)
        count = app.store.list_records(Filters(customer=meant), 1)[1]
        _confirm(yes, f"customer {', '.join(meant)} with {count} record(s)")
        receipt = app.pipeline.erase(customer, ground, all_of_them=all_of_them)
    else:
        _confirm(yes, f"record {record}")
        receipt = app.pipeline.erase_record(record or "", ground)
    tell(receipt)
    if as_json:
        whom = {"customer": customer} if customer is not None else {"record": record}
        head = {**whom, "proved": receipt.proved, "mentioned_elsewhere": receipt.mentioned_elsewhere}
        emit_json({**head, **asdict(receipt)})
    else:
        first = {
            "mentioned_elsewhere": listed(receipt.mentioned_elsewhere),
            "same_contact": listed(receipt.same_contact),
        }
        rest = {name: value for name, value in asdict(receipt).items() if name not in _APART}
        show_receipt("erased", {**first, **rest})
    click.get_current_context().exit(0 if receipt.proved else 1)


def _confirm(yes: bool, what: str) -> None:
    if not yes:
        click.confirm(f"Erase {what} for good?", abort=True, err=True)


def _let_in(app: App, named: str, ground: Ground, as_json: bool) -> None:
    lifted = app.pipeline.forget_ban(named, ground)
    if as_json:
        emit_json({"lifted": lifted})
    else:
        click.echo(f"{named} may come in again with the next import ({lifted} digest(s) forgotten)")


def tell(receipt: EraseReceipt) -> None:
    """What a person has to know of an erasing, on stderr: the proof, and what is theirs to see to."""
    click.echo(sentence(receipt), err=True)
    if receipt.same_contact:
        stay = ", ".join(receipt.same_contact)
        click.echo(f"the same telephone stands with {stay}, who stay: erase them too if they are one person", err=True)
    for exported in receipt.exports:
        if exported.state != "clean":
            click.echo(f"taken out on {exported.at[:10]}: {exported.file}: {_STATES[exported.state]}", err=True)
    for place in receipt.not_searched:
        click.echo(f"not searched: {place}", err=True)


_STATES = {
    "holds": "still holds something of them; delete it or take it out anew",
    "gone": "is not there any more; see to where it was taken",
    "unreadable": "can't be read; see to it",
}


def sentence(receipt: EraseReceipt) -> str:
    """What the search found, for a person."""
    searched = f"{receipt.files} files ({receipt.bytes:,} bytes) searched for {receipt.fragments:,} fragments"
    held = receipt.mentioned_elsewhere
    stands = (
        f"masks of theirs (telephone, e-mail, card …) still stand in {len(held)} record(s) of others: {listed(held)} "
        "(`voc erase --record ID` erases such a record whole)"
    )
    if receipt.proved and held:
        return f"of what was theirs alone nothing is left; {stands}; {searched}"
    if receipt.proved:
        alone = "of what was theirs alone " if receipt.same_contact else ""
        return f"{searched}: {alone}nothing is left"
    places = ", ".join(f"{left.file} ({left.fragments})" for left in receipt.left)
    return (
        f"error: {searched}: something is left in {places}; stop the service and whatever else has the database open, "
        f"remove copies, and run the same command again{f'; {stands}' if held else ''}"
    )
