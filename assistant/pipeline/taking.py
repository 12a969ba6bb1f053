"""Who has a job in hand: a lock of the system on this machine, which a dead process lets go of, and a lease beyond it."""

import os
import secrets

from filelock import FileLock, Timeout

from assistant.domain.jobs import Job
from assistant.pipeline.context import Context
from assistant.pipeline.jobs import Worker, lease_end
from assistant.pipeline.turns import place_of
from assistant.records.database import now

FOLDER = "jobs"
"""Holds one lock file for each job under way: the system lets go of it when its process dies, however that dies."""


def job_lock(context: Context, job_id: str) -> FileLock:
    """The lock that the worker of a job holds while it lives."""
    folder = context.data_dir / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return FileLock(str(folder / f"{job_id}.lock"), timeout=0, thread_local=False)


def take(context: Context, job: Job) -> Worker | None:
    """Take a job in hand that waits or whose worker is dead; None where somebody else has it."""
    lock = job_lock(context, job.id)
    try:
        lock.acquire()
    except Timeout:
        return None
    holder = f"{place_of(context.data_dir)}{os.getpid()}:{secrets.token_hex(4)}"

    def dead(found: Job) -> bool:
        """We hold its lock: if its worker is of this place, it is dead."""
        return (found.holder or "").startswith(place_of(context.data_dir))

    mine = context.store.jobs.claim(job.id, holder, lease_end(), dead)
    if mine is None:
        lock.release()
        return None
    return Worker(context, mine, holder, lock)


def is_abandoned(context: Context, job: Job) -> bool:
    """Whether a job under way belongs to a process of this machine that is dead, or its lease has run out."""
    if (job.until or "") <= now():
        return True
    lock = job_lock(context, job.id)
    try:
        with lock:
            return (job.holder or "").startswith(place_of(context.data_dir))
    except Timeout:
        return False
