"""The command for alerts: voc alerts run, test, list, retry, digest, fixed, channels."""

import time
from dataclasses import asdict
from typing import Any, get_args

import click

from assistant.alerts.config import read_alert_settings
from assistant.cli.filters import Day
from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option, show_receipt
from assistant.cli.stages import exit_code
from assistant.cli.tables import show_table
from assistant.domain.alerts import AlertsReceipt, DeliveryStatus
from assistant.pipeline import Pipeline
from assistant.settings import load_settings


@click.group()
def alerts() -> None:
    """What is new, sudden, faint but grave, or back after a fix: to group robots, webhooks and mailboxes.

    Channels, thresholds and quiet hours stand in alerts.toml in the data directory. Each alert goes to each channel once.
    """


@alerts.command()
@click.option("--no-send", is_flag=True, help="Only take up what is worth telling; send nothing.")
@click.option("--wait", type=click.IntRange(min=0), default=0, metavar="SECONDS", help="Stay so long to send the rest.")
@json_option
def run(no_send: bool, wait: int, as_json: bool) -> None:
    """Look at the themes, take up what is worth telling, send what is due. For a timer; may be killed at any time."""
    app = open_app(load_settings())
    receipt = app.pipeline.alerts(send=not no_send)
    deadline = time.monotonic() + wait
    while not no_send and receipt.waiting and time.monotonic() < deadline:
        time.sleep(min(5.0, max(0.0, deadline - time.monotonic())))
        receipt = _together(receipt, app.pipeline)
    _finish(receipt, as_json)


def _together(first: AlertsReceipt, pipeline: Pipeline) -> AlertsReceipt:
    then = pipeline.alerts()

    def added(name: str) -> dict[str, int]:
        one, other = getattr(first, name), getattr(then, name)
        return {key: one.get(key, 0) + other.get(key, 0) for key in (*one, *other)}

    parts = {name: added(name) for name in ("new", "later", "failed")}
    return AlertsReceipt(**parts, due=first.due + then.due, sent=first.sent + then.sent, waiting=then.waiting)


@alerts.command()
@click.argument("channel", required=False)
@json_option
def test(channel: str | None, as_json: bool) -> None:
    """Send a test alert to CHANNEL, or to all channels, quiet hours or not."""
    _finish(open_app(load_settings()).pipeline.test_alerts(channel), as_json)


@alerts.command("list")
@click.option("--status", type=click.Choice(get_args(DeliveryStatus)), help="Only those with a delivery that is so.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0)
@json_option
def list_alerts(status: Any, limit: int, offset: int, as_json: bool) -> None:
    """Alerts with what became of them, newest first."""
    app = open_app(load_settings())
    rows, total = app.store.alerts.list_alerts(limit, offset, status=status)
    if as_json:
        emit_json({"items": rows, "total": total})
        return
    show_table(
        ("at", "id", "rule", "theme", "channel", "status", "tries", "reason"),
        [
            (row["created_at"][:16], row["id"], row["rule"], row["theme_id"], one.get("channel"), one.get("status"),
             one.get("tries"), one.get("reason"))
            for row in rows
            for one in (row["deliveries"] or [{}])
        ],
        app.settings.language,
    )  # fmt: skip
    click.secho(f"{len(rows)} of {total} alerts", dim=True, err=True)


@alerts.command()
@click.argument("alert_id", required=False)
@json_option
def retry(alert_id: str | None, as_json: bool) -> None:
    """Have failed deliveries tried again with the next run: all of them, or of ALERT_ID."""
    again = open_app(load_settings()).store.alerts.retry_failed(alert_id)
    if as_json:
        emit_json({"again": again})
    else:
        click.echo(f"{again} deliveries will be tried again: voc alerts run")


@alerts.command()
@click.option("--week", help="Such as 2026-W33; default: the last week there are records of.")
@json_option
def digest(week: str | None, as_json: bool) -> None:
    """Show a week's digest as it is sent: counts, frictions, what is new and sudden, delights."""
    message = open_app(load_settings()).pipeline.digest(week)
    if as_json:
        emit_json({**asdict(message), "text": "\n".join(message.lines)})
        return
    click.secho(message.title, bold=True)
    for line in message.lines:
        click.echo(line)


@alerts.command()
@click.argument("theme_id")
@click.option("--on", "day", type=Day(), help="The day from which it is mended.")
@click.option("--not", "taken_back", is_flag=True, help="It is not mended after all.")
@json_option
def fixed(theme_id: str, day: str | None, taken_back: bool, as_json: bool) -> None:
    """Say that THEME_ID is mended, so that you are told when customers speak of it again."""
    if (day is None) != taken_back:
        raise click.UsageError("say since when it is mended (--on 2026-08-31), or --not")
    theme = open_app(load_settings()).pipeline.set_fix(theme_id, day)
    if as_json:
        emit_json({"theme_id": theme.id, "title": theme.title, "fixed": day})
    else:
        click.echo(f"{theme.id}  {theme.title}: " + (f"mended on {day}" if day else "not mended"))


@alerts.command()
@json_option
def channels(as_json: bool) -> None:
    """The channels of alerts.toml, checked; addresses and secrets are not shown."""
    app = open_app(load_settings())
    found = read_alert_settings(app.store.database.folder)
    rows = [
        {"name": one.name, "kind": one.kind, "rules": one.rules, "per_minute": one.per_minute, "quotes": one.quotes}
        for one in found.channel
    ]
    if as_json:
        emit_json({"items": rows, "total": len(rows)})
        return
    for row in rows:
        click.echo(f"{row['name']}  {row['kind']}  {', '.join(map(str, found.by_name[str(row['name'])].rules))}")


def _finish(receipt: AlertsReceipt, as_json: bool) -> None:
    if as_json:
        emit_json(receipt)
    else:
        show_receipt("alerts", asdict(receipt))
    click.get_current_context().exit(exit_code(receipt))
