"""One job carried out stage by stage: kept in the database, renewed while it lives, stopped at safe points, taken up again."""

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path

from filelock import FileLock

from assistant.domain.engine import Usage
from assistant.domain.jobs import FINISHED, Job, JobState, StageRun, Wish
from assistant.domain.receipts import AnalyseReceipt, IngestReceipt, ThemesReceipt
from assistant.errors import BusyError, VocError
from assistant.pipeline.context import Context, Progress, silent
from assistant.pipeline.keepable import left_of, masked
from assistant.pipeline.steps import Receipt, Step, standing
from assistant.pipeline.trending import founded_since
from assistant.pipeline.visiting import Door
from assistant.records.database import now

LEASE_SECONDS = 120
"""How long another machine waits for a job whose machine is gone; on the same machine a dead process is seen at once."""
BEAT_SECONDS = 0.5
_ASK_AGAIN = 0.5


class HaltError(Exception):
    """A stage was left at a safe point because somebody asked for that, or the job is no longer ours."""


class StageFailedError(VocError):
    """A stage ended with an error that a person is to see; `cause` is that error."""

    def __init__(self, cause: VocError) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Worker:
    """Carries one job out. The lock and the lease are its own until `work` has returned."""

    def __init__(self, context: Context, job: Job, holder: str, lock: FileLock) -> None:
        self.context, self.job, self.holder = context, job, holder
        self._lock = lock
        self._stages = list(job.stages)
        self._changed = False
        self._guard = threading.Lock()
        self._halt = threading.Event()
        self._lost = False
        self._over = threading.Event()
        self._begun = Usage()
        self._spent_before = Usage()
        self._goes_on = False
        self._door = Door()
        if job.stop_asked:
            self._halt.set()

    @property
    def wish(self) -> Wish:
        """What is left of what was asked for: records read in an attempt that did not end count against the limit."""
        wish = self.job.wish
        analyse = next((stage for stage in self._stages if stage.name == "analyse"), None)
        if wish.limit is None or analyse is None or analyse.pending is None or analyse.state in FINISHED:
            return wish
        return replace(wish, limit=max(0, wish.limit - max(0, analyse.pending - self._left())))

    def use(self, context: Context) -> None:
        """Work with these built things from here on."""
        self.context = context

    @contextmanager
    def visit(self, patience: float) -> Iterator[Context | None]:
        """For something short, such as taking records in, while a long stage pauses between two calls. From any thread.

        One visitor after the other: each has the data directory for itself. Gives what to work with, or None where no
        pause came, or no turn in it, within so many seconds.
        """
        with self._door.visit(patience) as entered:
            yield replace(self.context, held=True) if entered else None

    def again(self) -> None:
        """Have every stage done once more, for files may have changed; what they have cost stays counted."""
        for at in range(len(self._stages)):
            self._set(at, state="waiting", receipt=None, problem=None, ended_at=None)

    def leave(self) -> None:
        """Halt at the next safe point, for somebody to go on another time. From any thread."""
        self._goes_on = True
        self._halt.set()

    def abandon(self, problem: str, state: JobState = "stopped") -> Job:
        """Let go of it without doing anything."""
        return self._close(state, problem)

    def work(self, steps: Sequence[Step], *, patience: float | None = 0, progress: Progress = silent) -> Job:
        """Do what is left of the stages in order; ends with the job as it stands then.

        Where a stage fails, those after it are skipped. Where another run holds the data it waits so many seconds,
        for ever with None.

        Raises:
            StageFailedError: a stage ended with an error; it is written down.
        """
        failure: VocError | None = None
        self._stages = [*self._read_before(steps), *self._stages_for(steps)]
        try:
            with self._beating(), self.context.sharing(self.job.id):
                for step in steps:
                    failure = self._stage(step, patience, progress)
                    if failure is not None or self._ended_early:
                        break
        except BaseException as error:
            ours = isinstance(error, Exception)
            told = "something went wrong inside" if ours else "stopped before its end: `voc batches resume` goes on"
            with suppress(VocError):
                self._close("failed" if ours else "stopped", told)
            raise
        self.job = self._close(*self._verdict())
        if failure is not None:
            raise StageFailedError(failure)
        return self.job

    def _read_before(self, steps: Sequence[Step]) -> list[StageRun]:
        """The ingest stage of a job that goes on once its files are taken in and forgotten."""
        here = {step.name for step in steps}
        return [one for one in self._stages if one.name == "ingest" and "ingest" not in here and one.state in FINISHED]

    def _stages_for(self, steps: Sequence[Step]) -> list[StageRun]:
        known = {stage.name: stage for stage in self._stages}
        return [known.get(step.name, StageRun(step.name)) for step in steps]

    @property
    def _ended_early(self) -> bool:
        return any(stage.state in ("failed", "stopped") for stage in self._stages)

    def _stage(self, step: Step, patience: float | None, progress: Progress) -> VocError | None:
        at = [stage.name for stage in self._stages].index(step.name)
        if self._stages[at].state in FINISHED:
            return None
        if self._halt.is_set():
            self._set(at, state="stopped", problem="stopped on request")
            return None
        self._begin(at)

        def told(name: str, done: int, total: int | None) -> None:
            self._set(at, done=done, total=total, spent=self._spent())
            progress(name, done, total)
            if step.name == "analyse":
                self._door.let_in()  # between two calls, outside of any transaction
            if self._halt.is_set() and step.name not in ("analyse", "ingest"):
                raise HaltError

        try:
            receipt = self._patiently(lambda: step.act(told, self._halt.is_set), at, patience)
        except HaltError:
            self._set(at, state="stopped", problem="stopped on request", ended_at=now(), spent=self._spent())
            return None
        except VocError as error:
            self._set(at, state="failed", problem=self._masked(str(error)), ended_at=now(), spent=self._spent())
            return error
        self._end(at, receipt)
        return None

    def _begin(self, at: int) -> None:
        before = self._stages[at]
        self._begun, self._spent_before = self.context.engine.usage(), before.spent
        known: dict[str, object] = {}
        if before.name == "analyse":
            known = self._pending(before)
        self._set(
            at, state="running", attempts=before.attempts + 1, problem=None, started_at=before.started_at or now(),
            **known,
        )  # fmt: skip

    def _pending(self, before: StageRun) -> dict[str, object]:
        """What there is to read, and what earlier attempts that did not end have settled of it."""
        left = self._left()
        first = before.pending if before.pending is not None else left
        return {"pending": first, "earlier": max(0, first - left)}

    def _left(self) -> int:
        """How many records an analyse stage without a limit would have before it."""
        wish, identity = self.job.wish, self.context.engine.identity("extract")
        wanted, apart = self.context.store.pending(identity, since=wish.since, retry_failed=wish.retry_failed)
        return len(wanted) + sum(apart.values())

    def _end(self, at: int, receipt: Receipt) -> None:
        stands = standing(receipt)
        problem = None
        if isinstance(receipt, IngestReceipt):
            problem = "stopped; what was finished is kept" if receipt.stopped else None
            receipt = masked(receipt, self.context.masker)
        if isinstance(receipt, ThemesReceipt):
            receipt = replace(
                receipt, new=max(receipt.new, founded_since(self.context.store, self._stages[at].started_at))
            )
        if isinstance(receipt, AnalyseReceipt):
            problem = receipt.problem
            self._set(at, pending=self._stages[at].earlier + receipt.pending)
        self._set(at, state=stands, receipt=asdict(receipt), problem=problem, ended_at=now(), spent=self._spent())

    def _patiently(self, act: Callable[[], Receipt], at: int, patience: float | None) -> Receipt:
        begun = time.monotonic()
        while True:
            try:
                return act()
            except BusyError:
                if patience is not None and time.monotonic() - begun >= patience:
                    raise
            if self._halt.wait(_ASK_AGAIN):
                raise HaltError
            self._set(at, problem="waiting for another run on the same data to end")

    def _spent(self) -> Usage:
        return self._spent_before + (self.context.engine.usage() - self._begun)

    def _set(self, at: int, **values: object) -> None:
        with self._guard:
            self._stages[at] = replace(self._stages[at], **values)  # type: ignore[arg-type]
            self._changed = True

    def _verdict(self) -> tuple[JobState, str | None]:
        """How the job as a whole ended; stages that were not begun say why."""
        broken = next((stage for stage in self._stages if stage.state in ("failed", "stopped")), None)
        if broken is not None and broken.state == "stopped" and self._goes_on:
            return "queued", None
        if broken is None:
            partly = any(stage.state == "partly" for stage in self._stages)
            return ("partly" if partly else "done"), None
        for at, stage in enumerate(self._stages):
            if stage.state == "waiting":
                self._set(at, state="skipped", problem=f"{broken.name} {broken.state}")
        return ("failed" if broken.state == "failed" else "stopped"), f"{broken.name}: {broken.problem or broken.state}"

    def _masked(self, text: str) -> str:
        return self.context.mask(text)

    def _close(self, state: JobState, problem: str | None) -> Job:
        for at, stage in enumerate(self._stages):
            if stage.state == "running":
                self._set(at, state="stopped", spent=self._spent(), ended_at=now())
            if state == "queued" and self._stages[at].state == "stopped":
                self._set(at, state="waiting", problem=None)
        problem = None if problem is None else self._masked(problem)
        taken_in = all(stage.state in FINISHED for stage in self._stages if stage.name == "ingest")
        wish = None if state == "queued" else left_of(self.job.wish, taken_in, self.context.masker)
        try:
            return self.context.store.jobs.end(self.job.id, self.holder, state, self._stages, problem, wish)
        finally:
            if state != "queued":
                self.context.forget_shared(self.job.id)
                Path(self._lock.lock_file).unlink(missing_ok=True)
            self._lock.release()

    @contextmanager
    def _beating(self) -> Iterator[None]:
        """Meanwhile a thread writes down how far it is, keeps the lease and hears whether to stop."""
        beat = threading.Thread(target=self._beat, name=f"beat-{self.job.id}", daemon=True)
        beat.start()
        try:
            yield
        finally:
            self._over.set()
            self._door.close()
            beat.join()
        if self._lost:
            raise BusyError(f"another process has taken batch {self.job.id} over")

    def _beat(self) -> None:
        renewed = time.monotonic()
        while not self._over.wait(BEAT_SECONDS):
            with self._guard:
                stages = list(self._stages) if self._changed else None
                self._changed = False
            due = time.monotonic() - renewed > LEASE_SECONDS / 4
            if stages is None and not due and not self._asked():
                continue
            try:
                asked = self.context.store.jobs.save(self.job.id, self.holder, lease_end(), stages)
            except VocError:  # a full disk, a busy database: the work itself will tell; the next beat tries again
                self._changed = True
                continue
            renewed = time.monotonic()
            if asked or asked is None:
                self._lost = asked is None
                self._halt.set()

    def _asked(self) -> bool:
        try:
            return self.context.store.jobs.stop_asked(self.job.id)
        except VocError:
            return False


def lease_end() -> str:
    """Until when a lease that is taken or renewed now holds."""
    return (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=LEASE_SECONDS)).isoformat(timespec="seconds")
