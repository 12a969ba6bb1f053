"""A whole run as a job of this process: begun, or taken up where a run before it was killed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click

from assistant.bootstrap import App
from assistant.cli.output import Progress, plain
from assistant.domain.jobs import Job, Wish
from assistant.domain.receipts import IngestReceipt
from assistant.errors import BusyError, VocError
from assistant.intake.reading import ReadOptions
from assistant.pipeline.jobs import StageFailedError, Worker
from assistant.pipeline.steps import Step, steps_of
from assistant.pipeline.taking import take
from assistant.records.job_store import job_row


@dataclass(frozen=True, slots=True)
class Done:
    """A job of this process that has ended, and how."""

    job: Job
    taken: IngestReceipt | None = None
    failure: VocError | None = None

    @property
    def receipts(self) -> dict[str, Mapping[str, Any]]:
        """Stage → its receipt; of one that was not done, its state and why."""
        return {
            stage.name: stage.receipt
            if stage.receipt is not None and stage.state in ("done", "partly", "failed", "stopped")
            else {"state": stage.state, "problem": stage.problem}
            for stage in self.job.stages
        }

    @property
    def told(self) -> dict[str, Any]:
        """The job in short."""
        row = job_row(self.job)
        return {**row, "stages": {stage["name"]: stage["state"] for stage in row["stages"]}}


def run_here(app: App, paths: Sequence[Path], options: ReadOptions, *, patience: float, progress: Progress) -> Done:
    """Everything in order in this process.

    Raises:
        VocError: the first stage that there was to do failed: nothing was done.
    """
    context = app.pipeline.context
    settings = app.settings
    wish = Wish(
        paths=tuple(str(path.absolute()) for path in paths), reading=asdict(options) if paths else {},
        budget_tokens=settings.budget_tokens, budget_money=settings.budget_money,
    )  # fmt: skip
    steps = steps_of(context, "run", wish, patience=patience)
    worker = _taken_up(app, wish)
    if worker is None:
        job = context.store.jobs.add("run", wish, [step.name for step in steps], origin="cli")
        worker = take(context, job) if job is not None else None
        if worker is None:
            raise BusyError("another process took this run over before it began")
    else:
        click.echo(f"taking up {worker.job.id}, which was killed; what it finished is kept", err=True)
        worker.again()
    return carry_out(app, worker, steps, progress, patience=patience)


def carry_out(app: App, worker: Worker, steps: Sequence[Step], progress: Progress, patience: float) -> Done:
    """Do a job that this process has in hand.

    Raises:
        VocError: its first stage failed, before anything was done.
    """
    seen: list[IngestReceipt] = []
    try:
        job, failure = worker.work([_noting(step, seen) for step in steps], patience=patience, progress=progress), None
    except StageFailedError as error:
        job, failure = app.store.jobs.job(worker.job.id), error.cause
        if job.stages[0].state == "failed" and not seen:
            raise failure from None
    return Done(job, seen[0] if seen else None, failure)


def _noting(step: Step, seen: list[IngestReceipt]) -> Step:
    """The step, with the ingest receipt kept as it is: it tells of files."""

    def act(progress: Any, halted: Any) -> Any:
        receipt = step.act(progress, halted)
        if isinstance(receipt, IngestReceipt):
            seen.append(receipt)
        return receipt

    return replace(step, act=act)


def _taken_up(app: App, wish: Wish) -> Worker | None:
    """The run that was to do the same and whose process is dead, in hand; others that died are written off."""
    for job in app.store.jobs.open_jobs():
        if job.origin != "cli" or (worker := take(app.pipeline.context, job)) is None:
            continue
        if job.kind == "run" and (job.wish.paths, job.wish.reading) == (wish.paths, plain(wish.reading)):
            return worker
        worker.abandon(
            "its process was killed: `voc batches resume` goes on from there, or `voc run` with the same files"
        )
    return None
