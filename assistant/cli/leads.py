"""The command that works on leads: voc lead list, assign, status, note, funnel."""

from typing import Any, get_args

import click

from assistant.cli.filters import filter_options, filters_of
from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option
from assistant.cli.store import opened
from assistant.cli.tables import Language, heading, listed, percent, said, show_table, span, word
from assistant.domain.vocabulary import OPPORTUNITY_TYPES
from assistant.pipeline.actor import actor
from assistant.records.lead_funnel import FunnelKey, FunnelRow, Rate, funnel
from assistant.records.lead_store import STATUSES, LeadChange, Shown
from assistant.settings import load_settings

override_option = click.option(
    "--despite-hold", "override", metavar="REASON", help="Why a customer averse to selling is asked all the same."
)


@click.group()
def lead() -> None:
    """Leads from registered to won or lost: who has them, what became of them, counted."""


@lead.command("list")
@click.option("--status", type=click.Choice(get_args(Shown)), help="`hold`: customers who don't want to be sold to.")
@click.option("--owner", help="Only this person's.")
@click.option("--type", "kind", type=click.Choice(OPPORTUNITY_TYPES))
@filter_options
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0)
@json_option
def list_leads(
    status: Any, owner: str | None, kind: str | None, limit: int, offset: int, as_json: bool, **values: Any
) -> None:
    """Leads, one for each customer and type, newest first; those on hold only where asked for."""
    app = opened()
    filters = filters_of(values)
    rows, total = app.store.list_leads(filters, limit, offset, status=status, owner=owner, kind=kind)
    held = app.store.held_leads(filters)
    if as_json:
        emit_json({"items": rows, "total": total, "held": held})
        return
    language = app.language
    show_table(
        ("id", "type", "status", "owner", "product", "segment", "quote"),
        [
            (r["id"], word(r["type"], language), word(r["status"], language, of="lead_status"), r["owner"], r["product"],
             word(r["segment"], language), _said(r))
            for r in rows
        ],
        language,
    )  # fmt: skip
    click.secho(listed(len(rows), total, "leads", language), dim=True, err=True)
    if held:
        click.secho(said("held", language, held=held), dim=True, err=True)


def _said(row: dict[str, Any]) -> str:
    because = row["hold_because"]
    return f"{row['quote']}  ({because['external_id']} {because['day'] or ''})" if because else str(row["quote"])


@lead.command()
@click.argument("lead_id")
@click.argument("owner")
@click.option("--note")
@override_option
@json_option
def assign(lead_id: str, owner: str, note: str | None, override: str | None, as_json: bool) -> None:
    """Give a lead to OWNER."""
    _change(lead_id, LeadChange("assigned", owner, note, override), as_json)


@lead.command()
@click.argument("lead_id")
@click.argument("status", type=click.Choice(STATUSES))
@click.option("--note")
@override_option
@json_option
def status(lead_id: str, status: Any, note: str | None, override: str | None, as_json: bool) -> None:
    """Say how far a lead has come: new, assigned, contacted, won or lost."""
    _change(lead_id, LeadChange(status, None, note, override), as_json)


@lead.command()
@click.argument("lead_id")
@click.argument("text")
@json_option
def note(lead_id: str, text: str, as_json: bool) -> None:
    """Write a note on a lead, in the place of the one before; earlier ones stay in its history."""
    _change(lead_id, LeadChange(note=text), as_json)


@lead.command("funnel")
@click.option("--by", type=click.Choice(get_args(FunnelKey)), default="type", show_default=True)
@click.option("--owner", help="Only this person's.")
@click.option("--type", "kind", type=click.Choice(OPPORTUNITY_TYPES))
@filter_options
@json_option
def show_funnel(by: Any, owner: str | None, kind: str | None, as_json: bool, **values: Any) -> None:
    """How many leads were assigned, contacted, won and lost, with 95 % intervals."""
    app = opened()
    rows, total = funnel(app.store.database, by, filters_of(values), owner=owner, kind=kind)
    if as_json:
        emit_json({"by": by, "rows": rows, "total": total})
        return
    language = app.language
    columns = ("registered", "held", "assigned", "contacted", "won", "lost", "assign rate", "contact rate", "win rate")
    show_table((*columns, by), [_cells(row, language) for row in (*rows, total)], language)


def _cells(row: FunnelRow, language: Language) -> tuple[object, ...]:
    counts = (row.registered, row.held, row.assigned, row.contacted, row.won, row.lost)
    rates = (_told(row.assign_rate, language), _told(row.contact_rate, language), _told(row.win_rate, language))
    return (*counts, *rates, row.label if language == "zh" else row.key)


def _told(rate: Rate, language: Language) -> str:
    if rate.of == 0:
        return "-"
    sure = f"{percent(rate.share)} [{span(rate.interval)}]"
    return sure if rate.of >= 5 else f"{sure} {heading('too few to tell', language)}"


def _change(lead_id: str, change: LeadChange, as_json: bool) -> None:
    app = open_app(load_settings())
    done = app.store.change_lead(lead_id, change.masked(app.mask), actor())
    if as_json:
        emit_json(done)
        return
    language = app.settings.language
    owner = f" · {done['owner']}" if done["owner"] else ""
    click.echo(
        f"{done['id']}  {word(done['type'], language)}  {word(done['status'], language, of='lead_status')}{owner}"
    )
