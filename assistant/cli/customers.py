"""The command that knows customers: voc customers list, screen, tags."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import click

from assistant.cli.filters import filter_options, filters_of
from assistant.cli.output import emit_json, json_option
from assistant.cli.saving import OUTPUT
from assistant.cli.store import Opened, opened
from assistant.cli.tables import listed, percent, said, show_table, word
from assistant.domain.customers import Screened
from assistant.domain.filters import Filters
from assistant.records.exports import Form, export_rows, form_of
from assistant.records.screening import screen as screen_customers
from assistant.records.views import every_row, page


@click.group()
def customers() -> None:
    """Customers by their tags, and those of value for the private domain. Who is what says customers.toml."""


@customers.command("list")
@click.option("--tag", help="Only those with this tag, such as advocate or tier:high.")
@filter_options
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0)
@json_option
def list_customers(tag: str | None, limit: int, offset: int, as_json: bool, **values: Any) -> None:
    """Customers with their tags, those most heard first."""
    app = opened()
    filters = filters_of(values)
    if tag is None:
        rows, total = page(app.store, "customers", filters, limit, offset)
    else:
        tagged = [row for row in every_row(app.store, "customers", filters) if tag in _tags(row)]
        rows, total = tagged[offset : offset + limit], len(tagged)
    if as_json:
        emit_json({"items": rows, "total": total})
        return
    show_table(
        ("id", "segment", "region", "records", "voice", "tags"),
        [
            (r["id"], word(r["segment"], app.language), r["region"], r["records"], r["richness"]["score"],
             "、".join(tag["label"] for tag in r["tags"]))
            for r in rows
        ],
        app.language,
    )  # fmt: skip
    click.secho(listed(len(rows), total, "customers", app.language), dim=True, err=True)
    _tell_nobody(app, total)


@customers.command()
@filter_options
@json_option
def tags(as_json: bool, **values: Any) -> None:
    """How many customers have each tag."""
    app = opened()
    rows = list(every_row(app.store, "customers", filters_of(values)))
    counted = Counter(tag for row in rows for tag in _tags(row))
    labels = {tag["tag"]: tag["label"] for row in rows for tag in row["tags"]}
    found = [{"tag": tag, "label": labels[tag], "customers": n} for tag, n in counted.most_common()]
    if as_json:
        emit_json({"rows": found, "customers": len(rows)})
        return
    show_table(
        ("customers", "share", "tags"),
        [(r["customers"], percent(counted[str(r["tag"])] / len(rows)), f"{r['label']} ({r['tag']})") for r in found],
        app.language,
    )


@customers.command()
@filter_options
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True)
@click.option("-o", "--output", type=OUTPUT, help="Write all of them to a file.")
@click.option("--format", "form", type=click.Choice(get_args(Form)), help="Default: what the ending of FILE says.")
@json_option
def screen(limit: int, output: Path | None, form: Form | None, as_json: bool, **values: Any) -> None:
    """Customers worth inviting into the private domain, best first, every point explained.

    Those who don't want to be sold to are left out and counted.
    """
    app = opened()
    found = screen_customers(app.store.database, filters_of(values))
    sizes = {"considered": found.considered, "averse": found.averse, "quiet": found.quiet}
    if output is not None:
        app.store.note_export(output, "screening", len(found.customers))
        written = export_rows(map(_flat, found.customers), form or form_of(output), output)
        told = said("written", app.language, rows=written, file=output)
        emit_json({"rows": written, "file": str(output), **sizes}) if as_json else click.echo(told)
        return
    if as_json:
        emit_json({"items": found.customers[:limit], "total": len(found.customers), **sizes})
        return
    show_table(
        ("rank", "customer", "score", "segment", "why"),
        [(c.rank, c.customer_id, c.score, word(c.segment, app.language), _why(c)) for c in found.customers[:limit]],
        app.language,
    )
    click.secho(said("screened", app.language, customers=len(found.customers), **sizes), dim=True, err=True)
    _tell_nobody(app, found.considered)


def _tell_nobody(app: Opened, total: int) -> None:
    """Say why there is nobody to list where customers are counted all the same."""
    if not total and not app.store.list_customers(Filters(), 0)[1] and app.store.span()[0]:
        click.secho(said("nobody", app.language), err=True)


def _tags(row: dict[str, Any]) -> set[str]:
    return {tag["tag"] for tag in row["tags"]}


def _why(customer: Screened) -> str:
    return "；".join(f"{part.reason} {part.points:+g}" for part in customer.parts)


def _flat(customer: Screened) -> dict[str, Any]:
    row = {name: value for name, value in asdict(customer).items() if name not in ("parts", "tags", "richness")}
    points = {f"points_{part.name}": part.points for part in customer.parts}
    return {**row, "why": _why(customer), "tags": "、".join(tag.label for tag in customer.tags), **points}
