"""The command for jobs: voc batches list, show, stop, resume."""

from typing import Any

import click

from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option, progress_bar, show_receipt
from assistant.cli.running import carry_out
from assistant.cli.stages import CODES
from assistant.cli.tables import Language, said, show_table, word
from assistant.errors import BusyError
from assistant.pipeline.steps import steps_of
from assistant.pipeline.taking import take
from assistant.records.job_store import job_row
from assistant.settings import load_settings


@click.group()
def batches() -> None:
    """Jobs of `voc run`, of the service and of its schedule: how far each is, what it did and spent."""


@batches.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0)
@json_option
def list_batches(limit: int, offset: int, as_json: bool) -> None:
    """Jobs, newest first."""
    app = open_app(load_settings())
    found, total = app.store.jobs.list_jobs(limit, offset)
    rows = [job_row(job) for job in found]
    if as_json:
        emit_json({"items": rows, "total": total})
        return
    language = app.settings.language
    show_table(
        ("id", "kind", "origin", "state", "begun", "ended", "calls", "cost", "problem"),
        [
            (row["id"], *(word(row[name], language, of="jobs") for name in ("kind", "origin", "state")),
             (row["started_at"] or "")[:16], (row["ended_at"] or "")[:16], row["spent"]["calls"], row["spent"]["cost"],
             row["problem"])
            for row in rows
        ],
        language,
    )  # fmt: skip
    click.secho(said("jobs_listed", language, shown=len(rows), total=total), dim=True, err=True)


@batches.command()
@click.argument("batch_id")
@json_option
def show(batch_id: str, as_json: bool) -> None:
    """One job with the receipts of its stages."""
    _tell(job_row(open_app(load_settings()).store.jobs.job(batch_id), whole=True), as_json)


@batches.command()
@click.argument("batch_id")
@json_option
def stop(batch_id: str, as_json: bool) -> None:
    """Stop a job at its next safe point; what it finished is kept."""
    _tell(job_row(open_app(load_settings()).store.jobs.ask_stop(batch_id)), as_json)


@batches.command()
@click.argument("batch_id")
@click.option("--queue", is_flag=True, help="Leave it to the running service; not where files are still to be read.")
@json_option
def resume(batch_id: str, queue: bool, as_json: bool) -> None:
    """Go on with a job that failed, stopped or was done in part; finished stages are not done again."""
    settings = load_settings()
    job = open_app(settings).store.jobs.resume(batch_id, for_service=queue)
    if queue:
        _tell(job_row(job), as_json)
        return
    budgets = {"budget_tokens": job.wish.budget_tokens, "budget_money": job.wish.budget_money}
    app = open_app(settings.model_copy(update={name: value for name, value in budgets.items() if value is not None}))
    worker = take(app.pipeline.context, job)
    if worker is None:
        raise BusyError(f"the service has taken {batch_id} in hand: `voc batches show {batch_id}` tells how far it is")
    steps = steps_of(app.pipeline.context, job.kind, worker.wish)
    with progress_bar(quiet=as_json) as progress:
        done = carry_out(app, worker, steps, progress, patience=0)
    _tell(job_row(done.job, whole=True), as_json)
    if done.failure is not None:
        click.echo(f"error: {done.failure}", err=True)
    click.get_current_context().exit(CODES[done.job.state])


def _tell(row: dict[str, Any], as_json: bool) -> None:
    if as_json:
        emit_json(row)
        return
    language = load_settings().language
    for stage in row.pop("stages"):
        of = said("out_of", language, total=stage["total"]) if stage["total"] else ""
        name, state = word(stage["name"], language, of="stages"), word(stage["state"], language, of="jobs")
        told = said(
            "stage_of", language, name=name, state=state, done=stage["done"], of=of, problem=stage["problem"] or ""
        )
        click.secho(told.rstrip(), bold=True)
        show_receipt("", {name: value for name, value in (stage.get("receipt") or {}).items() if value})
    click.secho(str(word("batch", language, of="jobs")), bold=True)
    for name, value in row.items():
        if value not in (None, False, "", {}) and (shown := _shown(value, language)):
            click.echo(f"  {word(name, language, of='jobs')}: {shown}")


def _shown(value: Any, language: Language) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{word(name, language, of='jobs')} {one}" for name, one in value.items() if one)
    return str(word(value, language, of="jobs")) if isinstance(value, str) else str(value)
