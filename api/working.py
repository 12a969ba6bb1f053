"""The one worker of the service: takes jobs out of the queue, one after the other, and gives schedules their turns."""

import datetime as dt
import logging
import threading
from collections.abc import Callable

from filelock import FileLock, Timeout

from api.problems import problem_of
from assistant.bootstrap import App, open_app
from assistant.domain.engine import Usage
from assistant.domain.jobs import Job
from assistant.domain.receipts import IngestReceipt
from assistant.errors import BusyError, VocError
from assistant.pipeline.context import Context
from assistant.pipeline.jobs import StageFailedError, Worker
from assistant.pipeline.receiving import sweep
from assistant.pipeline.scheduling import Schedule, take_turns
from assistant.pipeline.steps import steps_of
from assistant.pipeline.taking import FOLDER, take
from assistant.settings import Settings

_POLL = 1.0
"""Seconds between two looks at the queue, which other processes fill too."""
_PATIENCE = 8.0
"""Seconds that a job is given to reach a safe point when the service stops; else the next start takes it up."""
PATIENCE = 20.0
"""Seconds that what comes in waits for a run that is at work to pause."""
_log = logging.getLogger("voc.api")
Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """The present moment."""
    return dt.datetime.now(dt.UTC)


def schedules_of(settings: Settings) -> tuple[Schedule, ...]:
    """The schedule of the settings."""
    return tuple(Schedule(kind, expression, settings.timezone) for kind, expression in settings.schedules)


class Working:
    """A thread that works while the service lives; of several services on the same data one works.

    Each job is done by an application of its own, so that its budget and what it spends are its own.
    """

    def __init__(self, app: App, *, clock: Clock = utc_now, open_for: Callable[[Settings], App] = open_app) -> None:
        self._app, self._clock, self._open_for = app, clock, open_for
        self._schedules = schedules_of(app.settings)
        self._ending, self._called = threading.Event(), threading.Event()
        self._worker: Worker | None = None
        self._thread: threading.Thread | None = None
        self._logged: dict[str, str] = {}
        self.spent = Usage()
        """What the jobs done here have cost so far."""

    @property
    def worker(self) -> Worker | None:
        """Who is at work on a job just now."""
        return self._worker

    @property
    def state(self) -> str:
        """`ok`, or that nobody works: then jobs wait."""
        alive = self._thread is not None and self._thread.is_alive()
        return "ok" if alive and not self._ending.is_set() else "stopped: jobs wait until the service starts again"

    def start(self) -> None:
        """Begin to work; what a killed service left of files under way is removed."""
        sweep(self._app.pipeline.context.data_dir)
        self._ending.clear()
        self._thread = threading.Thread(target=self._live, name="worker", daemon=True)
        self._thread.start()

    def call(self) -> None:
        """There is something to do now."""
        self._called.set()

    def stop(self) -> None:
        """Leave the job under way at its next safe point, to be taken up by the next start."""
        self._ending.set()
        self._called.set()
        if (worker := self._worker) is not None:
            worker.leave()
        if self._thread is not None:
            self._thread.join(_PATIENCE)

    def _live(self) -> None:
        folder = self._app.pipeline.context.data_dir / FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        lock = FileLock(str(folder / "worker.lock"), timeout=0, thread_local=False)
        while not self._ending.is_set():
            try:
                with lock:
                    self.work()
                self._tell("work", None)
            except Timeout:  # another service on this data does the work
                pass
            except VocError as error:
                self._tell("work", error)
            except Exception as error:  # noqa: BLE001 - the thread's door: whatever a job did, the next one gets its turn
                problem_of(error)
            self._called.wait(_POLL)
            self._called.clear()

    def work(self) -> None:
        """Everything there is to do now."""
        while not self._ending.is_set():
            self._take_turns()
            waiting = [job for job in self._app.store.jobs.open_jobs() if job.origin != "cli"]
            if not any(self._do(job) for job in waiting):
                return

    def _take_turns(self) -> None:
        failing: dict[Schedule, VocError] = {}
        take_turns(self._app.pipeline.context, self._schedules, self._clock(), failing.__setitem__)
        for schedule in self._schedules:
            self._tell(f"schedule {schedule.name}", failing.get(schedule))

    def _tell(self, what: str, error: VocError | None) -> None:
        """What goes wrong is tried again every second: it is logged when it begins and when it changes."""
        if error is None:
            self._logged.pop(what, None)
            return
        told = self._app.mask(str(error))
        if self._logged.get(what) != told:
            self._logged[what] = told
            _log.warning("%s failed and is tried again: %s", what, told)

    def _do(self, job: Job) -> bool:
        """Do one job; False where somebody else has it."""
        worker = take(self._app.pipeline.context, job)
        if worker is None:
            return False
        self._worker = worker
        if self._ending.is_set():
            worker.leave()
        try:
            self._carry_out(worker)
        except StageFailedError as error:
            _log.warning("%s failed: %s", job.id, self._app.mask(str(error)))
        finally:
            self._worker = None
        return True

    def _carry_out(self, worker: Worker) -> None:
        wish = worker.wish
        budgets = {"budget_tokens": wish.budget_tokens, "budget_money": wish.budget_money}
        given = {name: value for name, value in budgets.items() if value is not None}
        try:
            app = self._open_for(self._app.settings.model_copy(update=given))
        except VocError as error:
            worker.abandon(str(error), "failed")
            return
        try:
            try:
                steps = steps_of(app.pipeline.context, worker.job.kind, wish)
            except VocError as error:
                worker.abandon(str(error), "failed")
                return
            worker.use(app.pipeline.context)
            worker.work(steps, patience=None)
        finally:
            if app is not self._app:
                self.spent += app.engine.usage()
                app.close()


def taken_in(app: App, working: Working | None, take: Callable[[Context, float], IngestReceipt]) -> IngestReceipt:
    """Take something in at once; where a job of this service is at work, in its next pause between two calls.

    `take` is given what to work with, and for how many seconds to wait for another run to end.
    """
    try:
        return take(app.pipeline.context, 0)
    except BusyError:
        worker = working.worker if working is not None else None
    if worker is None:
        return take(app.pipeline.context, PATIENCE)
    with worker.visit(PATIENCE) as context:
        if context is not None:
            return take(context, 0)
    return take(app.pipeline.context, PATIENCE / 4)
