"""The command for how long the records of a source are kept."""

import datetime as dt

import click

from assistant.bootstrap import App
from assistant.cli.erasing import tell
from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option, plain, show_receipt
from assistant.cli.tables import Language, said
from assistant.errors import UsageError
from assistant.settings import load_settings


@click.command()
@click.option("--source", help="The source that a rule is for; `voc retain` shows which there are.")
@click.option("--days", type=click.IntRange(1, 36_500), help="Keep its records for so many days.")
@click.option("--forever", is_flag=True, help="Take the rule of --source away.")
@click.option("--apply", "applied", is_flag=True, help="Erase every record that is older than its rule allows.")
@click.option("--dry-run", is_flag=True, help="With --apply: only count what would go.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@json_option
def retain(
    source: str | None, days: int | None, forever: bool, applied: bool, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """How long the records of a source are kept; without options, the rules and the sources.

    A record's age is that of its own day, or of its import where it has none. --apply erases as `voc erase` does, with the
    same proof; have it run daily. What is older than its rule is not taken in again.
    """
    app = open_app(load_settings())
    if applied or dry_run:
        if source or days or forever:
            raise UsageError("--apply goes with no rule: set the rule first, then apply all of them")
        _apply(app, yes, dry_run, as_json)
        return
    if source is not None and (days is None) == forever:
        app.pipeline.retain(source, days)
    elif source or days or forever:
        raise UsageError("a rule is --source NAME with --days N, or with --forever")
    rules, sources = app.store.retention_rules(), app.store.sources()
    if as_json:
        emit_json({"rules": rules, "sources": sources})
        return
    language = app.settings.language
    kept = {rule["source"]: said("kept_days", language, days=rule["days"]) for rule in rules}
    for name in sorted({*kept, *sources}):
        how = kept.get(name, said("kept_for_good", language))
        click.echo(said("kept", language, source=name, n=sources.get(name, 0), how=how))


def _apply(app: App, yes: bool, dry_run: bool, as_json: bool) -> None:
    today = dt.datetime.now().astimezone().date()
    overdue = app.store.overdue(today)
    if dry_run:
        _show(overdue, as_json, app.settings.language)
        return
    due = {one["source"]: one["records"] for one in overdue if one["records"]}
    if due and not yes:
        listed = ", ".join(f"{name} {count}" for name, count in due.items())
        asked = said("kept_ask", app.settings.language, n=sum(due.values()), listed=listed)
        click.confirm(asked, abort=True, err=True)
    receipt = app.pipeline.apply_retention(today)
    if as_json:
        emit_json({**plain(receipt), "proved": receipt.erased.proved})
    else:
        show_receipt("removed", receipt.removed)
        told = {name: value for name, value in plain(receipt.erased).items() if isinstance(value, int)}
        show_receipt("erased", told)
    if receipt.erased.files:
        tell(receipt.erased)
    click.get_current_context().exit(0 if receipt.erased.proved else 1)


def _show(overdue: list[dict[str, object]], as_json: bool, language: Language) -> None:
    if as_json:
        emit_json({"dry_run": True, "due": overdue})
        return
    for one in overdue:
        span = said("kept_span", language, **one) if one["records"] else ""
        click.echo(said("kept_due", language, span=span, **one))
    if not overdue:
        click.echo(said("kept_all", language))
