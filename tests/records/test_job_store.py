"""Jobs in the database: who may take one in hand, when, and what stays of it."""

from dataclasses import replace

import pytest

from assistant.domain.jobs import Job, StageState, Wish
from assistant.errors import NotFoundError, UsageError
from assistant.records.job_store import job_row
from assistant.records.repository import Repository

PAST, FUTURE = "2001-01-01T00:00:00+00:00", "2999-01-01T00:00:00+00:00"


def queued(store: Repository, key: str | None = None) -> Job:
    job = store.jobs.add("run", Wish(limit=5, theme_ids=("th_1",)), ["index", "analyse"], origin="http", key=key)
    assert job is not None
    return job


@pytest.mark.parametrize(
    ("until", "dead", "gets_it"), [(FUTURE, False, False), (FUTURE, True, True), (PAST, False, True)]
)
def test_a_job_under_way_is_taken_over_when_its_worker_is_dead_or_its_lease_ran_out(
    store: Repository, until: str, dead: bool, gets_it: bool
) -> None:
    job = queued(store)
    first = store.jobs.claim(job.id, "elsewhere:1", until, lambda _: False)
    assert first is not None
    assert (first.state, first.attempts, first.wish) == ("running", 1, job.wish)
    second = store.jobs.claim(job.id, "here:2", FUTURE, lambda _: dead)
    assert (second is not None) is gets_it
    assert store.jobs.job(job.id).attempts == (2 if gets_it else 1)
    kept = store.jobs.save(job.id, "elsewhere:1", FUTURE, job.stages)
    assert kept is (None if gets_it else False)


def test_who_lost_a_job_cannot_end_it(store: Repository) -> None:
    job = queued(store)
    store.jobs.claim(job.id, "one", PAST, lambda _: False)
    store.jobs.claim(job.id, "two", FUTURE, lambda _: False)
    assert store.jobs.end(job.id, "one", "done", job.stages, None).state == "running"
    assert store.jobs.end(job.id, "two", "failed", job.stages, "why").problem == "why"


def test_a_key_makes_one_job_for_ever(store: Repository) -> None:
    job = queued(store, "schedule x")
    assert store.jobs.add("run", Wish(), ["index"], origin="schedule", key="schedule x") is None
    store.jobs.ask_stop(job.id)
    assert store.jobs.add("run", Wish(), ["index"], origin="schedule", key="schedule x") is None
    found = store.jobs.with_key("schedule x")
    assert found is not None
    assert (found.id, found.state) == (job.id, "stopped")


def test_stopping_and_resuming(store: Repository) -> None:
    job = queued(store)
    with pytest.raises(UsageError, match="only one that failed"):
        store.jobs.resume(job.id)
    store.jobs.claim(job.id, "one", FUTURE, lambda _: False)
    assert store.jobs.ask_stop(job.id).stop_asked
    assert store.jobs.save(job.id, "one", FUTURE, None) is True
    stages = [replace(job.stages[0], state="done"), replace(job.stages[1], state="stopped", problem="on request")]
    store.jobs.end(job.id, "one", "stopped", stages, "on request")
    again = store.jobs.resume(job.id)
    assert (again.state, [stage.state for stage in again.stages]) == ("queued", ["done", "waiting"])
    assert [one.id for one in store.jobs.open_jobs()] == [job.id]
    assert job_row(again)["wish"] == {"limit": 5, "theme_ids": ("th_1",)}
    with pytest.raises(NotFoundError):
        store.jobs.job("job_none")


def killed(store: Repository, job: Job, done: int) -> Job | None:
    """An attempt that gets so far and is killed; None where the job is not begun again."""
    mine = store.jobs.claim(job.id, "elsewhere:1", PAST, lambda _: False)
    if mine is not None:
        first = replace(mine.stages[0], state="running", done=done)
        assert store.jobs.save(job.id, "elsewhere:1", PAST, [first, *mine.stages[1:]]) is False
    return mine


def test_a_job_that_dies_three_times_at_the_same_place_has_failed(store: Repository) -> None:
    job = queued(store)
    assert [killed(store, job, 7) is not None for _ in range(6)] == [True] * 4 + [False] * 2
    failed = store.jobs.job(job.id)
    assert (failed.state, failed.attempts, failed.holder) == ("failed", 4, None)
    assert "voc batches resume" in str(failed.problem)
    assert [stage.state for stage in failed.stages] == ["failed", "waiting"]
    again = store.jobs.resume(job.id)
    assert (again.state, again.stages[0].barren) == ("queued", 0)
    assert killed(store, job, 7) is not None


def test_a_job_that_gets_farther_each_time_is_never_given_up(store: Repository) -> None:
    job = queued(store)
    assert all(killed(store, job, done) is not None for done in range(1, 20))
    nothing = queued(store)
    assert [killed(store, nothing, 0) is not None for _ in range(5)] == [True] * 3 + [False] * 2


def with_files(store: Repository, ingest: StageState) -> Job:
    """A run of the command line that failed after its files were read so far."""
    job = store.jobs.add("run", Wish(paths=("/a/t.csv",)), ["ingest", "index"], origin="cli")
    assert job is not None
    store.jobs.claim(job.id, "one", FUTURE, lambda _: False)
    stages = [replace(job.stages[0], state=ingest), replace(job.stages[1], state="failed", problem="why")]
    wish = Wish() if ingest == "partly" else None
    return store.jobs.end(job.id, "one", "failed", stages, "why", wish)


def test_files_are_for_the_command_line_and_what_is_left_for_the_service(store: Repository) -> None:
    unread = with_files(store, "failed")
    assert job_row(unread)["wish"] == {"files": 1}
    with pytest.raises(UsageError, match="voc batches resume"):
        store.jobs.resume(unread.id, for_service=True)
    assert store.jobs.resume(unread.id).origin == "cli"
    read = store.jobs.resume(with_files(store, "partly").id, for_service=True)
    assert (read.origin, [stage.state for stage in read.stages]) == ("http", ["partly", "waiting"])


def test_a_run_whose_files_are_forgotten_is_begun_anew(store: Repository) -> None:
    job = with_files(store, "failed")
    store.jobs.resume(job.id)
    store.jobs.claim(job.id, "two", FUTURE, lambda _: False)
    store.jobs.end(job.id, "two", "stopped", job.stages, "why", Wish())
    with pytest.raises(UsageError, match="voc run"):
        store.jobs.resume(job.id)
