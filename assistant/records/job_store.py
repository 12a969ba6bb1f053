"""Jobs as the database keeps them: who works on which, until when, how far it is, and which wait."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from assistant.domain.engine import Usage
from assistant.domain.jobs import FINISHED, Job, JobKind, JobState, Origin, StageRun, Wish
from assistant.errors import NotFoundError, UsageError
from assistant.records.database import Database, now
from assistant.records.tables import jobs

MOST_BARREN = 3
"""Attempts of a stage in a row that may be killed without getting any farther before the job is given up."""
_GIVEN_UP = "{} was begun {} times, and each time its process died without getting any farther (is there memory enough?): {} tries again"
_FREE: Mapping[str, Any] = {"holder": None, "until": None}


class JobStore:
    """The part of the store that remembers jobs. Moments are ISO 8601 in UTC with seconds, as `now` writes them."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(
        self, kind: JobKind, wish: Wish, stages: Sequence[str], *, origin: Origin, key: str | None = None
    ) -> Job | None:
        """Put a job at the end of the queue; None where one with this key is or was there."""
        values = {
            "id": f"job_{secrets.token_hex(6)}", "kind": kind, "wish": asdict(wish), "origin": origin, "key": key,
            "state": "queued", "stages": [_plain(StageRun(name)) for name in stages], "created_at": now(),
        }  # fmt: skip
        with self.database.writing() as connection:
            if key is not None and connection.scalar(select(func.count()).where(jobs.c.key == key)):
                return None
            connection.execute(insert(jobs).values(**values))
        return self.job(str(values["id"]))

    def with_key(self, key: str) -> Job | None:
        """The job that was put into the queue under a key."""
        with self.database.reading() as connection:
            row = connection.execute(select(jobs).where(jobs.c.key == key)).mappings().first()
        return _job(row) if row is not None else None

    def job(self, job_id: str) -> Job:
        """One job.

        Raises:
            NotFoundError: there is none.
        """
        with self.database.reading() as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == job_id)).mappings().first()
        if row is None:
            raise NotFoundError(f"there is no batch {job_id!r}: `voc batches list` shows which there are")
        return _job(row)

    def list_jobs(self, limit: int | None = None, offset: int = 0) -> tuple[list[Job], int]:
        """A page of jobs, newest first; and how many there are."""
        query = select(jobs).order_by(jobs.c.created_at.desc(), jobs.c.id).limit(limit).offset(offset)
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(jobs)) or 0
            return [_job(row) for row in connection.execute(query).mappings()], total

    def open_jobs(self) -> list[Job]:
        """Jobs that wait or are under way, oldest first."""
        query = select(jobs).where(jobs.c.state.in_(("queued", "running"))).order_by(jobs.c.created_at, jobs.c.id)
        with self.database.reading() as connection:
            return [_job(row) for row in connection.execute(query).mappings()]

    def claim(self, job_id: str, holder: str, until: str, dead: Callable[[Job], bool]) -> Job | None:
        """Take a job in hand that waits, or whose worker is dead; None where somebody else has it.

        `dead` is asked of a job under way whose lease has not run out. One that has died three times without getting
        any farther is not taken in hand again: it has failed.
        """
        with self.database.writing() as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == job_id)).mappings().first()
            job = _job(row) if row is not None else None
            if job is None or job.over or (job.state == "running" and (job.until or "") > now() and not dead(job)):
                return None
            stages = _after_kill(job.stages) if job.state == "running" else job.stages
            values: dict[str, Any] = {
                "state": "running", "holder": holder, "until": until, "attempts": jobs.c.attempts + 1,
                "started_at": func.coalesce(jobs.c.started_at, now()), "revision": jobs.c.revision + 1,
                "stages": [_plain(stage) for stage in stages],
            }  # fmt: skip
            hopeless = next((stage for stage in stages if stage.barren >= MOST_BARREN), None)
            if hopeless is not None:
                values |= _given_up(job, stages, hopeless)
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values))
        return None if hopeless is not None else self.job(job_id)

    def save(self, job_id: str, holder: str, until: str, stages: Sequence[StageRun] | None) -> bool | None:
        """Renew the lease and, where `stages` is given, write down how far it is.

        Returns whether it was asked to stop; None where the job is no longer this holder's.
        """
        values: dict[str, Any] = {"until": until}
        if stages is not None:
            values |= {"stages": [_plain(stage) for stage in stages], "revision": jobs.c.revision + 1}

        def save(connection: Connection) -> bool | None:
            mine = (jobs.c.id == job_id, jobs.c.holder == holder, jobs.c.state == "running")
            if not connection.execute(update(jobs).where(*mine).values(**values)).rowcount:
                return None
            return bool(connection.scalar(select(jobs.c.stop_asked).where(jobs.c.id == job_id)))

        return self.database.beside(save)

    def end(
        self, job_id: str, holder: str, state: JobState, stages: Sequence[StageRun], problem: str | None,
        wish: Wish | None = None,
    ) -> Job:  # fmt: skip
        """Write down how a job ended, or with ``queued`` that it goes on another time, and let go of it.

        With `wish`, no more than that is kept of what was asked for. One that somebody else took over stays as it is.
        """
        values = {
            "state": state, "stages": [_plain(stage) for stage in stages], "problem": problem,
            "ended_at": None if state == "queued" else now(), "stop_asked": False, "revision": jobs.c.revision + 1, **_FREE,
            **({} if wish is None else {"wish": asdict(wish)}),
        }  # fmt: skip
        with self.database.writing() as connection:
            connection.execute(update(jobs).where(jobs.c.id == job_id, jobs.c.holder == holder).values(**values))
        return self.job(job_id)

    def stop_asked(self, job_id: str) -> bool:
        """Whether a job is to stop."""
        with self.database.reading() as connection:
            return bool(connection.scalar(select(jobs.c.stop_asked).where(jobs.c.id == job_id)))

    def ask_stop(self, job_id: str) -> Job:
        """Ask that a job be stopped: one that waits is stopped at once, one under way at its next safe point.

        Raises:
            NotFoundError: there is none.
        """
        self.job(job_id)
        next_one = jobs.c.revision + 1
        stopped = {"state": "stopped", "ended_at": now(), "stop_asked": False, "revision": next_one}
        with self.database.writing() as connection:
            waits = update(jobs).where(jobs.c.id == job_id, jobs.c.state == "queued").values(**stopped)
            if not connection.execute(waits).rowcount:
                under_way = update(jobs).where(jobs.c.id == job_id, jobs.c.state == "running")
                connection.execute(under_way.values(stop_asked=True, revision=next_one))
        return self.job(job_id)

    def resume(self, job_id: str, *, for_service: bool = False) -> Job:
        """Put a job that failed, stopped or was done in part into the queue again; its finished stages stay.

        A stage that was done in part is done again: it takes up what it left; only files are not read again. With
        `for_service` it is the service's from now on, else whoever asks takes it in hand.

        Raises:
            NotFoundError: there is none.
            UsageError: it is not over, or all of it is done, or its files are not taken in and can't be read there.
        """
        job = self.job(job_id)
        if job.state not in ("failed", "stopped", "partly"):
            raise UsageError(
                f"batch {job_id} is {job.state}: only one that failed, stopped or was done in part goes on"
            )
        self._check_files(job, for_service)
        stages = [_plain(_again(stage, job.wish)) for stage in job.stages]
        values: dict[str, Any] = {
            "state": "queued", "stages": stages, "problem": None, "ended_at": None, "revision": jobs.c.revision + 1
        }  # fmt: skip
        if for_service:
            values["origin"] = "http"
        with self.database.writing() as connection:
            connection.execute(update(jobs).where(jobs.c.id == job_id, jobs.c.state == job.state).values(**values))
        return self.job(job_id)

    @staticmethod
    def _check_files(job: Job, for_service: bool) -> None:
        if job.wish.paths and for_service:
            raise UsageError(
                f"batch {job.id} reads files by name: go on where they are, with `voc batches resume {job.id}`"
            )
        unread = any(stage.name == "ingest" and stage.state not in FINISHED for stage in job.stages)
        if unread and not job.wish.paths:
            raise UsageError(
                f"the files of batch {job.id} were not all taken in, and their names are not kept: run `voc run` with them again"
            )


def _again(stage: StageRun, wish: Wish) -> StageRun:
    if stage.state == "done" or (stage.name == "ingest" and not wish.paths):
        return stage
    return replace(stage, state="waiting", problem=None, ended_at=None, farthest=0, barren=0)


def _after_kill(stages: Sequence[StageRun]) -> tuple[StageRun, ...]:
    """The stages once more, of which the one that the killed worker was at tells whether it got any farther."""
    at = next((n for n, stage in enumerate(stages) if stage.state not in FINISHED), None)
    if at is None:
        return tuple(stages)
    reached = stages[at].earlier + stages[at].done
    farther = reached > stages[at].farthest
    barren = 0 if farther else stages[at].barren + 1
    now_at = replace(stages[at], farthest=max(reached, stages[at].farthest), barren=barren)
    return (*stages[:at], now_at, *stages[at + 1 :])


def _given_up(job: Job, stages: Sequence[StageRun], hopeless: StageRun) -> dict[str, Any]:
    """What becomes of a job that dies at every attempt; its files are forgotten, as of any that is over."""
    again = "`voc run` with the same files" if hopeless.name == "ingest" else "`voc batches resume`"
    problem = _GIVEN_UP.format(hopeless.name, hopeless.barren, again)
    ended = [
        replace(one, state="failed", problem=problem, ended_at=now()) if one is hopeless else one for one in stages
    ]
    return {
        "state": "failed", "problem": problem, "ended_at": now(), "stop_asked": False, "attempts": job.attempts,
        "stages": [_plain(stage) for stage in ended], "wish": asdict(replace(job.wish, paths=(), reading={})), **_FREE,
    }  # fmt: skip


def _plain(stage: StageRun) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(asdict(stage), ensure_ascii=False, default=list))
    return plain


def _job(row: RowMapping) -> Job:
    wish = {**row["wish"], "theme_ids": tuple(row["wish"]["theme_ids"]), "paths": tuple(row["wish"]["paths"])}
    stages = tuple(StageRun(**{**stage, "spent": Usage(**stage["spent"])}) for stage in row["stages"])
    return Job(**{**row, "wish": Wish(**wish), "stages": stages})


def job_row(job: Job, *, whole: bool = False) -> dict[str, Any]:
    """A job as lists show it; `whole`, with the receipts of its stages. Of its files only how many there are."""
    hidden = set() if whole else {"receipt"}
    stages = [{name: value for name, value in _plain(stage).items() if name not in hidden} for stage in job.stages]
    wish = {name: value for name, value in asdict(job.wish).items() if value and name not in ("paths", "reading")}
    if job.wish.paths:
        wish["files"] = len(job.wish.paths)
    return {
        "id": job.id, "kind": job.kind, "origin": job.origin, "state": job.state, "wish": wish, "stages": stages,
        "attempts": job.attempts, "spent": asdict(job.spent), "stop_asked": job.stop_asked, "problem": job.problem,
        "created_at": job.created_at, "started_at": job.started_at, "ended_at": job.ended_at,
    }  # fmt: skip
