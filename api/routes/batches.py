"""Batches: work on the whole corpus, queued, watched, stopped and taken up again. For managers."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from threading import Event
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import Field

from api.deps import AppDep, Limit, Offset, PrincipalDep
from api.once import PLACE, Key, key_of
from api.paging import page_of
from api.shapes.work import JobOut, JobsOut, JobWhole
from api.streaming import HEADERS, STREAMED
from api.wire import Asked, Day, Name, Page
from api.working import Working, schedules_of, utc_now
from assistant.bootstrap import App
from assistant.domain.access import Principal
from assistant.domain.jobs import OVER, Job, JobKind, StageState, Wish
from assistant.errors import UsageError
from assistant.pipeline.scheduling import schedule_rows
from assistant.pipeline.steps import steps_of
from assistant.records.job_store import job_row

router = APIRouter(prefix="/v1/batches", tags=["batches"])
_STREAM = {"description": "progress, stage (with its receipt), done"}
_LOOK = 0.5
_QUIET = 15.0
_ENDED: frozenset[StageState] = frozenset({"done", "partly", "failed", "skipped", "stopped"})


class BatchIn(Asked):
    """What is to be done, of how much, for how much."""

    kind: JobKind
    limit: Annotated[
        int | None, Field(ge=1, le=1_000_000_000, description="analyse, run: at most so many records; ideas: themes")
    ] = None
    since: Day | None = None
    retry_failed: bool = False
    rebuild: bool = False
    theme_ids: Annotated[tuple[Name, ...], Field(max_length=1000, strict=False)] = ()
    budget_tokens: Annotated[int | None, Field(ge=0, le=1_000_000_000_000)] = None
    budget_money: Annotated[float | None, Field(ge=0, allow_inf_nan=False)] = None


@router.post("", status_code=202, response_model=JobOut, responses={202: {"headers": PLACE}})
def queue(
    app: AppDep, who: PrincipalDep, request: Request, response: Response, given: BatchIn, key: Key = None
) -> dict[str, Any]:
    """Queue a job; with the same `Idempotency-Key` the same job is answered, and nothing is queued twice."""
    own = key_of(who, "batches", key)
    job = queued(app, who, given, f"key {hashlib.sha256(own.encode()).hexdigest()}" if own else None)
    _call(request)
    response.headers["location"] = f"/v1/batches/{job.id}"
    return job_row(job)


@router.get("", response_model=JobsOut)
def batches(app: AppDep, request: Request, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """Jobs, newest first, and the schedule with its next turns."""
    found, total = app.store.jobs.list_jobs(limit, offset)
    page: Page[dict[str, Any]] = page_of(request, [job_row(job) for job in found], total, offset)
    schedules = schedule_rows(app.pipeline.context, schedules_of(app.settings), utc_now())
    return {**page.model_dump(), "schedules": schedules}


@router.get("/{batch_id}", response_model=JobWhole)
def read(app: AppDep, batch_id: str) -> dict[str, Any]:
    """One job with the receipts of its stages."""
    return job_row(app.store.jobs.job(batch_id), whole=True)


@router.delete("/{batch_id}", response_model=JobOut)
def stop(app: AppDep, batch_id: str) -> dict[str, Any]:
    """Stop a job at its next safe point; what it finished is kept."""
    return job_row(app.store.jobs.ask_stop(batch_id))


@router.post("/{batch_id}/resume", status_code=202, response_model=JobOut)
def resume(app: AppDep, who: PrincipalDep, request: Request, batch_id: str) -> dict[str, Any]:
    """Go on with a job that failed, stopped or was done in part; finished stages are not done again.

    One of the command line that has files to take in yet goes on there only.
    """
    job = resumed(app, who, batch_id)
    _call(request)
    return job_row(job)


@router.get("/{batch_id}/events", response_class=StreamingResponse, responses={200: {**_STREAM, "content": STREAMED}})
async def events(app: AppDep, request: Request, batch_id: str) -> StreamingResponse:
    """A job as it goes on: `progress` at every change, `stage` when one has ended, `done` at the end.

    A service that is being stopped ends the stream before that: whoever watches asks again.
    """
    job = await run_in_threadpool(app.store.jobs.job, batch_id)
    return StreamingResponse(
        _watched(app, job, request.app.state.ending), media_type="text/event-stream", headers=HEADERS
    )


async def _watched(app: App, job: Job, ending: Event) -> AsyncIterator[bytes]:
    seen, told, quiet = -1, set[str](), 0.0
    while not ending.is_set():
        if job.revision != seen:
            seen, quiet = job.revision, 0.0
            yield _sent("progress", job_row(job), seen)
            for stage in job_row(job, whole=True)["stages"]:
                if stage["state"] in _ENDED and stage["name"] not in told:
                    told.add(stage["name"])
                    yield _sent("stage", stage, seen)
        if job.state in OVER:
            yield _sent("done", job_row(job, whole=True), seen)
            return
        await asyncio.sleep(_LOOK)
        quiet += _LOOK
        if quiet >= _QUIET:
            quiet = 0.0
            yield b": waiting\n\n"
        job = await run_in_threadpool(app.store.jobs.job, job.id)


def _sent(name: str, data: dict[str, Any], number: int) -> bytes:
    return format_sse_event(event=name, data_str=json.dumps(data, ensure_ascii=False), id=str(number))


def queued(app: App, who: Principal, given: BatchIn, named: str | None = None) -> Job:
    """Put a job into the queue; where one of this name is or was there, that one.

    Raises:
        NotFoundError: there is no such theme.
        UsageError: the name was given to another job, or it may cost more than somebody has left.
    """
    since = given.since.isoformat() if given.since else None
    wish = Wish(**{**given.model_dump(exclude={"kind"}), "since": since})
    for theme_id in wish.theme_ids:
        app.store.theme(theme_id)
    stages = [step.name for step in steps_of(app.pipeline.context, given.kind, wish)]
    known = app.store.jobs.with_key(named) if named else None
    cost = 0 if known else _cost(app, who, wish.budget_tokens)
    job = app.store.jobs.add(given.kind, wish, stages, origin="http", key=named)
    if job is not None:
        _book(app, who, cost)
        return job
    job = app.store.jobs.with_key(str(named))
    assert job is not None
    if (job.kind, job.wish) != (given.kind, wish):
        raise UsageError("this Idempotency-Key was given with another request: use a new one")
    return job


def resumed(app: App, who: Principal, batch_id: str) -> Job:
    """Put a job into the queue again, see `JobStore.resume`.

    Raises:
        NotFoundError: there is none.
        UsageError: it does not go on here, or may cost more than somebody has left.
    """
    cost = _cost(app, who, app.store.jobs.job(batch_id).wish.budget_tokens)
    job = app.store.jobs.resume(batch_id, for_service=True)
    _book(app, who, cost)
    return job


def _cost(app: App, who: Principal, budget: int | None) -> int:
    """What a key that has only so many tokens a day pays for a job beforehand: all that it may spend.

    Raises:
        UsageError: the job may spend more than the key has left today.
    """
    most = who.limits.tokens_per_day
    if most is None or app.engine.name != "llm":
        return 0
    left = max(0, most - app.store.access.spent(who.id)[0])
    if budget is None or budget > left:
        raise UsageError(f"this key has {left} model tokens left today: give budget_tokens, no more than that")
    return budget


def _book(app: App, who: Principal, cost: int) -> None:
    if cost:
        app.store.access.spend(who.id, cost, 0.0)


def _call(request: Request) -> None:
    working: Working | None = getattr(request.app.state, "working", None)
    if working is not None:
        working.call()
