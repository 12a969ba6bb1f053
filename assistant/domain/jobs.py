"""A job: work on the whole corpus in stages, and how far each of them is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from assistant.domain.engine import Usage

JobKind = Literal["run", "index", "analyse", "themes", "ideas"]
JobState = Literal["queued", "running", "done", "partly", "failed", "stopped"]
StageState = Literal["waiting", "running", "done", "partly", "failed", "skipped", "stopped"]
Origin = Literal["http", "schedule", "cli"]
OVER: frozenset[JobState] = frozenset({"done", "partly", "failed", "stopped"})
"""States in which nobody works on a job any more."""
FINISHED: frozenset[StageState] = frozenset({"done", "partly"})
"""States of a stage that is not done again when its job goes on."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a job is to do; what is left out is as if the command had been given without it."""

    limit: int | None = None
    """Of analyse: at most so many records; of ideas: so many themes."""
    since: str | None = None
    retry_failed: bool = False
    rebuild: bool = False
    theme_ids: tuple[str, ...] = ()
    budget_tokens: int | None = None
    budget_money: float | None = None
    paths: tuple[str, ...] = ()
    """Files to take in first; from the command line only. Kept until they are taken in."""
    reading: Mapping[str, Any] = field(default_factory=dict)
    """How those are read: the fields of `ReadOptions`; kept as long."""


@dataclass(frozen=True, slots=True)
class StageRun:
    """How far one stage of a job is."""

    name: str
    state: StageState = "waiting"
    done: int = 0
    total: int | None = None
    """What `done` and `total` count differs by stage; None: can't be known."""
    attempts: int = 0
    """How often it was begun: more than once where a process died or the job was stopped and taken up again."""
    pending: int | None = None
    """Of analyse: what was to be read when it was first begun."""
    earlier: int = 0
    """Of analyse: how many of these were settled by attempts that did not end. pending = earlier + receipt's pending."""
    spent: Usage = field(default_factory=Usage)
    """Of all attempts; of one that was killed up to its last heartbeat."""
    receipt: Mapping[str, Any] | None = None
    problem: str | None = None
    started_at: str | None = None
    ended_at: str | None = None
    farthest: int = 0
    """The most that `earlier` and `done` came to in an attempt that was killed …"""
    barren: int = 0
    """… and how many kills in a row came before it got any farther."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it stands."""

    id: str
    kind: JobKind
    wish: Wish
    origin: Origin
    state: JobState
    stages: tuple[StageRun, ...]
    created_at: str
    key: str | None = None
    stop_asked: bool = False
    holder: str | None = None
    until: str | None = None
    attempts: int = 0
    problem: str | None = None
    revision: int = 0
    started_at: str | None = None
    ended_at: str | None = None

    @property
    def over(self) -> bool:
        """Whether nobody works on it any more."""
        return self.state in OVER

    @property
    def spent(self) -> Usage:
        """What all stages have cost so far."""
        total = Usage()
        for stage in self.stages:
            total = total + stage.spent
        return total


def schedule_parts(text: str | None) -> list[tuple[JobKind, str]]:
    """(kind, cron expression) of each part of a schedule; without a kind everything is run."""
    found: list[tuple[JobKind, str]] = []
    for part in filter(None, (part.strip() for part in (text or "").split(";"))):
        kind: JobKind | None = next((one for one in get_args(JobKind) if part.startswith(f"{one} ")), None)
        found.append((kind or "run", part.removeprefix(f"{kind} ").strip()))
    return found
