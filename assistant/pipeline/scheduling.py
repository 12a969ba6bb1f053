"""When jobs are due: cron expressions in a time zone, each turn taken once, missed turns made up once."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim

from assistant.domain.jobs import Job, JobKind, Wish
from assistant.errors import VocError
from assistant.pipeline.context import Context
from assistant.pipeline.steps import steps_of


@dataclass(frozen=True, slots=True)
class Schedule:
    """One line of the schedule: what is done, when, and in whose time."""

    kind: JobKind
    expression: str
    zone: str

    @property
    def name(self) -> str:
        """What it is known by: changed, it is a new one."""
        return f"{self.kind} {self.expression} {self.zone}"

    def last(self, moment: dt.datetime) -> dt.datetime | None:
        """The latest turn at or before a moment, in UTC; None where there was none in fifty years."""
        return self._next(moment + dt.timedelta(seconds=1), reverse=True)

    def next(self, moment: dt.datetime) -> dt.datetime | None:
        """The first turn after a moment, in UTC; None where there is none in fifty years."""
        return self._next(moment, reverse=False)

    def _next(self, moment: dt.datetime, *, reverse: bool) -> dt.datetime | None:
        turns = CronSim(self.expression, moment.astimezone(ZoneInfo(self.zone)), reverse=reverse)
        found = next(turns, None)
        return found.astimezone(dt.UTC) if found is not None else None


def take_turns(
    context: Context, schedules: Sequence[Schedule], moment: dt.datetime, failed: Callable[[Schedule, VocError], None]
) -> list[Job]:
    """Queue a job for each schedule whose turn has come since it was last seen to; of several turns only the latest.

    A schedule seen for the first time waits for its next turn. Where its last job still waits or is under way, that
    one stands for this turn too. Safe to be called by several processes: a turn makes one job. Where one can't be
    queued, such as by a mistake in ``alerts.toml``, `failed` is told why; its turn is still due, and the others are taken.
    """
    made: list[Job] = []
    for schedule in schedules:
        try:
            made += _take_turn(context, schedule, moment)
        except VocError as error:
            failed(schedule, error)
    return made


def _take_turn(context: Context, schedule: Schedule, moment: dt.datetime) -> Iterable[Job]:
    last = schedule.last(moment)
    if last is None:
        return ()
    store = context.store
    due, seen = last.isoformat(timespec="seconds"), store.schedules.last_due(schedule.name)
    if seen is not None and seen >= due:
        return ()
    made = _queue(context, schedule, due) if seen is not None else ()
    store.schedules.see(schedule.name, due)
    return made


def _queue(context: Context, schedule: Schedule, due: str) -> Iterable[Job]:
    jobs = context.store.jobs
    under_way = any(job.origin == "schedule" and job.kind == schedule.kind for job in jobs.open_jobs())
    if under_way:
        return ()
    wish = Wish()
    stages = [step.name for step in steps_of(context, schedule.kind, wish)]
    job = jobs.add(schedule.kind, wish, stages, origin="schedule", key=f"schedule {schedule.name} {due}")
    return () if job is None else (job,)


def schedule_rows(context: Context, schedules: Sequence[Schedule], moment: dt.datetime) -> list[dict[str, Any]]:
    """How the schedules stand, for a person."""
    return [
        {
            "kind": one.kind,
            "expression": one.expression,
            "time_zone": one.zone,
            "next_at": following.astimezone(ZoneInfo(one.zone)).isoformat()
            if (following := one.next(moment))
            else None,
            "last_due": context.store.schedules.last_due(one.name),
        }
        for one in schedules
    ]
