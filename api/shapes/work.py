"""Jobs, schedules and the service's own state, as they are answered."""

from typing import Any, Literal

from api.shapes.base import Shape
from api.wire import Page, ProblemOut
from assistant.domain.engine import Usage
from assistant.domain.jobs import JobKind, JobState, Origin, StageState


class StageOut(Shape):
    """How far one stage of a job is; what `done` and `total` count differs by stage."""

    name: str
    state: StageState
    done: int
    total: int | None
    attempts: int
    pending: int | None
    earlier: int
    spent: Usage
    problem: str | None
    started_at: str | None
    ended_at: str | None
    farthest: int
    barren: int


class StageWhole(StageOut):
    """The same with its receipt, whose counts add up; null before its end."""

    receipt: dict[str, Any] | None


class _JobBase(Shape):
    id: str
    kind: JobKind
    origin: Origin
    state: JobState
    wish: dict[str, Any]
    """What was asked for, as far as it narrows anything."""
    attempts: int
    spent: Usage
    stop_asked: bool
    problem: str | None
    created_at: str
    started_at: str | None
    ended_at: str | None


class JobOut(_JobBase):
    """A job as lists show it."""

    stages: list[StageOut]


class JobWhole(_JobBase):
    """A job with the receipts of its stages."""

    stages: list[StageWhole]


class ScheduleOut(Shape):
    """One line of the schedule."""

    kind: JobKind
    expression: str
    time_zone: str
    next_at: str | None
    last_due: str | None


class JobsOut(Page[JobOut]):
    """Jobs, newest first, and the schedule with its next turns."""

    schedules: list[ScheduleOut]


class AliveOut(Shape):
    """The process answers."""

    status: Literal["ok"]


class ReadyOut(Shape):
    """It can answer; what from is told to whoever may look at it."""

    status: Literal["ready"]
    records: int | None = None
    first_day: str | None = None
    last_day: str | None = None
    engine: str | None = None
    checks: dict[str, str] | None = None
    """Name → `ok`, or what is wrong."""


class NotReadyOut(ProblemOut):
    """Why it can't answer."""

    checks: dict[str, str] | None = None
