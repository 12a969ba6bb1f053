"""The command that tells how things stand."""

import datetime as dt
import sqlite3
import sys
from importlib.metadata import version
from typing import Any

import click
from pydantic import SecretStr
from sqlalchemy import text

from assistant import __version__
from assistant.bootstrap import App, chat_endpoint, egress_ledger
from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option, plain
from assistant.cli.tables import Language, cell, said, width, word
from assistant.domain.filters import Filters
from assistant.errors import ProviderError, StoreError, UsageError
from assistant.llm.chat import ChatEndpoint
from assistant.llm.engine import ModelEngine
from assistant.llm.probe import ProbeResult
from assistant.llm.probe import probe as probe_endpoint
from assistant.pipeline.journal import unfinished
from assistant.pipeline.oidc import provider_of
from assistant.pipeline.scheduling import Schedule, schedule_rows
from assistant.pipeline.taking import is_abandoned
from assistant.pipeline.turns import STAGES
from assistant.records.database import now
from assistant.records.opening import prepare
from assistant.sentences import in_chinese
from assistant.settings import Settings, load_settings, without_login

SAFE_SQLITE = (3, 51, 3)
"""From here on SQLite no longer risks its write-ahead log when several connections write and checkpoint."""


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Settings, versions, database, index and engine at a glance; exit code 1 where something is broken."""
    settings = load_settings()
    found = report(open_app(settings))
    if as_json:
        emit_json(found)
    else:
        _show(found, settings.language)
    click.get_current_context().exit(1 if found["problems"] else 0)


def _show(found: dict[str, Any], language: Language) -> None:
    for part, values in found.items():
        if isinstance(values, dict):
            click.secho(str(word(part, language, of="doctor")), bold=True)
            for name, value in values.items():
                shown = name if part in ("settings", "versions") else str(word(name, language, of="doctor"))
                told = value if part in ("settings", "versions") else _told(value, language)
                click.echo(f"  {shown}{' ' * max(0, 22 - width(shown))} {told}")
    for problem in found["problems"]:
        click.secho(said("a_problem", language, text=_told(problem, language)), fg="red")
    count = len(found["problems"])
    click.echo(said("problems", language, n=count) if count else said("in_order", language))


def _told(value: object, language: Language) -> object:
    """A value as a person reads it: nothing is a dash, and what the house says is said in their language."""
    if value is None or value in ("", (), [], {}):
        return "-"
    if isinstance(value, dict):
        return ", ".join(f"{word(str(name), language)} {_told(one, language)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(str(_told(one, language)) for one in value)
    if isinstance(value, str):
        return (in_chinese(value) if language == "zh" else None) or word(value, language)
    return cell("", value, language)


@click.command()
@json_option
def probe(as_json: bool) -> None:
    """Find out what the model endpoint can do, and remember it: ways of asking for JSON, thinking, long prompts, traps."""
    found = probed(load_settings())
    if as_json:
        emit_json(found)
    else:
        click.secho(f"{found.model} at {found.endpoint} (profile: {found.provider})", bold=True)
        for rung, verdict in found.rungs.items():
            click.echo(f"  {rung:18} {verdict}{'  <- will be used' if rung == found.rung else ''}")
        click.echo(f"  token counts       {'told' if found.tells_usage else 'not told, estimated'}")
        for name in ("stream_usage", "temperature", "thinks", "reads_long", "embeddings"):
            value = getattr(found, name)
            shown = {None: "not found out", True: "yes", False: "no"}.get(value, value)
            click.echo(f"  {name.replace('_', ' '):18} {shown}")
        for trap in found.traps:
            click.secho(f"  mind: {trap}", fg="yellow")
    click.get_current_context().exit(0 if found.rung else 1)


def probed(settings: Settings) -> ProbeResult:
    """What the model endpoint of the settings can do, found out now and remembered; see `assistant.llm.probe`.

    Raises:
        UsageError: the settings name no endpoint.
        ModelError: it can't be used at all.
    """
    if settings.engine_name != "llm":
        raise UsageError("there is no endpoint to probe: set OPENAI_API_KEY or OPENAI_BASE_URL")
    embedding = None if settings.embedding_model == "local" else settings.embedding_model
    return probe_endpoint(chat_endpoint(settings, prepare(settings.data_dir)), embedding)


def report(app: App) -> dict[str, Any]:
    """How things stand, by part, with a list of problems."""
    problems: list[str] = []
    if open_erasings := unfinished(app.pipeline.context.data_dir):
        problems.append(
            f"{open_erasings} erasing(s) begun and not proved: give the same `voc erase` or `voc retain` again"
        )
    return {
        "settings": _settings(app.settings),
        "versions": {
            "voc": __version__,
            "python": sys.version.split()[0],
            "sqlite": sqlite3.sqlite_version,
            "chromadb": version("chromadb"),
            "langchain-openai": version("langchain-openai"),
        },
        "database": _database(app, problems),
        "ledger": _ledger(app),
        "index": _index(app, problems),
        "engine": _engine(app, problems),
        "batches": _batches(app, problems),
        "access": _access(app, problems),
        "egress": {
            "endpoint_region": app.settings.endpoint_region,
            "subjects_abroad": {str(year): n for year, n in egress_ledger(app.settings.data_dir).counts().items()},
        },
        "problems": problems,
    }


def _access(app: App, problems: list[str]) -> dict[str, object]:
    """Who may come in, and whether the audit book stands."""
    store, book = app.store.access, app.store.verify_book()
    if not book.stands:
        problems.append(f"the audit book was changed from line {book.broken_at} on: `voc audit --verify`")
    provider = provider_of(app.settings)
    if provider is not None:
        try:
            provider.ask()
        except ProviderError as error:
            problems.append(str(error))
    return {
        "firm_accounts": "none" if provider is None else without_login(provider.issuer),
        "open_to": "this machine, without a key" if store.open else "whoever has a key or logs in",
        "keys": sum(key.holds(now()) for key in store.all_keys()),
        "users": sum(user.disabled_at is None for user in store.all_users()),
        "audit_lines": book.lines,
    }


def _batches(app: App, problems: list[str]) -> dict[str, object]:
    """Jobs that wait or are under way, and when the service has its next turns."""
    under_way = app.store.jobs.open_jobs()
    latest, _ = app.store.jobs.list_jobs(1)
    for job in under_way:
        if job.state == "running" and is_abandoned(app.pipeline.context, job):
            way = "give `voc run` again" if job.origin == "cli" else "start the service, or `voc batches stop`"
            problems.append(f"the process of {job.id} is dead: {way}")
    schedules = [Schedule(kind, expression, app.settings.timezone) for kind, expression in app.settings.schedules]
    return {
        "waiting": sum(job.state == "queued" for job in under_way),
        "under_way": [job.id for job in under_way if job.state == "running"],
        "latest": {"id": latest[0].id, "state": latest[0].state, "problem": latest[0].problem} if latest else None,
        "schedule": schedule_rows(app.pipeline.context, schedules, dt.datetime.now(dt.UTC)),
    }


def _engine(app: App, problems: list[str]) -> dict[str, object]:
    if app.engine.name == "rules":
        return {"name": "rules", "model": "none: set OPENAI_API_KEY or OPENAI_BASE_URL to use one"}
    if app.engine.name != "llm":
        return {"name": app.engine.name, "model": "nobody is asked: what is not recorded is answered by the rules",
                "today": app.lookup.today.isoformat()}  # fmt: skip
    told: dict[str, object] = {
        "name": "llm",
        "model": app.settings.chat_model,
        "endpoint": "not asked here: `voc probe` does",
    }
    try:
        return told | _limits(app)
    except StoreError as error:
        problems.append(str(error))
        return told


def _limits(app: App) -> dict[str, object]:
    """What all processes together have taken of what is limited."""
    settings, found = app.settings, dict[str, object]()
    if isinstance(app.engine, ModelEngine) and isinstance(app.engine.endpoint, ChatEndpoint):
        taken = zip(("minute_requests", "minute_tokens"), app.engine.endpoint.pace.taken, strict=True)
        most = (settings.llm_rpm, settings.llm_tpm)
        found = {name: f"{n:,} / {limit:,}" for (name, n), limit in zip(taken, most, strict=True) if limit}
        if (spent := app.engine.spending.spent_today) is not None:
            found["spent_today"] = f"{spent:,.4f} / {settings.budget_day:,.4f}"
    return found


def _settings(settings: Settings) -> dict[str, object]:
    shown: dict[str, object] = {}
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        shown[str(field.alias)] = (
            "set" if isinstance(value, SecretStr) else None if value is None else without_login(str(value))
        )
    return shown


def _database(app: App, problems: list[str]) -> dict[str, object]:
    totals = app.counting.totals(Filters())
    found: dict[str, object] = {
        "records": totals.records,
        "customers": totals.customers,
        "customers_joined": "{} go by {} ids".format(*app.store.joined()),
        "read": totals.records_read,
        "insights": totals.insights,
        "themes": len(app.store.themes()),
    }
    if app.store.database.is_server:
        found |= _server(app)
    else:
        with app.store.database.reading() as connection:
            check = connection.execute(text("PRAGMA quick_check")).scalar()
        found["quick_check"] = check
        if check != "ok":
            problems.append(f"the database is damaged ({check}): restore it from a backup")
        known = tuple(int(part) for part in sqlite3.sqlite_version.split("."))
        found["sqlite_wal"] = "safe" if known >= SAFE_SQLITE else "one writer at a time (kept by write.lock)"
    return found


def _server(app: App) -> dict[str, object]:
    """The server of the database, and how many of its connections are taken by whomever."""
    asked = (
        "SELECT current_setting('server_version'), current_setting('max_connections'), count(*) FROM pg_stat_activity"
    )
    with app.store.database.reading() as connection:
        release, most, taken = connection.execute(text(asked)).one()
    worker = app.store.turns.worker(STAGES)
    at_work = "nobody" if worker is None else worker.told
    return {"server": f"PostgreSQL {release}", "connections": f"{taken} of {most}", "whole_stage": at_work}


def _ledger(app: App) -> dict[str, object]:
    """How the records stand with the engine, prompt and settings of now."""
    counts = app.store.ledger(app.engine.identity("extract"))
    return counts.by_state | {
        "skipped_why": counts.skipped,
        "failed_why": counts.failed,
        "leases": plain(counts.leases),
    }


def _index(app: App, problems: list[str]) -> dict[str, object]:
    health = app.finder.index.health()
    found = dict(plain(health)) | {"chroma_server": app.finder.index.remote}
    if app.finder.index.exposed:
        problems.append("VOC_CHROMA_URL: a Chroma server takes no key, so it is used at a private address only")
    stale = app.store.unindexed_count()
    found["records_not_indexed"] = stale
    if stale:
        problems.append(said("not_indexed", app.settings.language, n=stale))
    if health.damaged:
        problems.append(f"{health.damaged}: exact search serves, `voc index` builds it anew and embeds nothing again")
    if health.wanted:
        problems.append(f"{health.model} still serves: `voc index` brings {health.wanted} in")
    elif health.vectors_missing and not stale:
        problems.append(f"{health.vectors_missing} passages lack a vector, full text alone finds them: run `voc index`")
    return found
