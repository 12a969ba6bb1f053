"""Batches over HTTP: queued, watched by events, stopped, resumed, and each turn of a schedule taken once."""

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.working import Working
from assistant.bootstrap import App, open_app
from assistant.domain.jobs import Wish
from assistant.errors import SettingError
from assistant.intake.reading import ReadOptions
from assistant.pipeline.taking import take
from assistant.settings import Settings, load_settings
from tests.api.conftest import TICKETS, _wire

MARCH = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = MARCH

    def __call__(self) -> dt.datetime:
        return self.now


def filled(place: Path, **settings: Any) -> App:
    """An application with tickets taken in and nothing else done."""
    source = place / "tickets.jsonl"
    source.write_text("\n".join(map(_wire, TICKETS)), encoding="utf-8")
    app = open_app(Settings(engine="rules", data_dir=place / "data", language="zh", **settings))
    assert app.pipeline.ingest([source], ReadOptions()).added == len(TICKETS)
    return app


def browser(app: App, working: Working | None = None) -> TestClient:
    return TestClient(create_app(app, working), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50000))


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with browser(filled(tmp_path)) as connected:
        yield connected


def ended(client: TestClient, batch: str) -> dict[str, Any]:
    for _ in range(300):
        told: dict[str, Any] = client.get(f"/v1/batches/{batch}").json()
        if told["state"] not in ("queued", "running"):
            return told
        time.sleep(0.1)
    raise AssertionError(f"{batch} does not end")


def test_a_batch_does_everything_and_tells_of_it(client: TestClient) -> None:
    queued = client.post("/v1/batches", json={"kind": "run"})
    assert queued.status_code == 202
    batch = queued.json()["id"]
    assert queued.headers["location"] == f"/v1/batches/{batch}"
    events = client.get(f"/v1/batches/{batch}/events").text
    names = [line.removeprefix("event: ") for line in events.splitlines() if line.startswith("event: ")]
    assert names[0] == "progress"
    assert names[-1] == "done"
    assert names.count("stage") == 4
    told = ended(client, batch)
    assert told["state"] == "done"
    assert [(stage["name"], stage["state"]) for stage in told["stages"]] == [
        ("index", "done"), ("analyse", "done"), ("themes", "done"), ("ideas", "done"),
    ]  # fmt: skip
    receipt = told["stages"][1]["receipt"]
    assert receipt["pending"] == receipt["done"] == len(TICKETS) == told["stages"][1]["pending"]
    assert client.get("/v1/insights").json()["total"] > 0
    listed = client.get("/v1/batches").json()
    assert (listed["total"], listed["items"][0]["id"], listed["schedules"]) == (1, batch, [])


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"kind": "erase"}, "kind"),
        ({"kind": "run", "paths": ["/etc/passwd"]}, "paths"),
        ({"kind": "ideas", "limit": 0}, "limit"),
        ({"kind": "ideas", "theme_ids": ["th_none"]}, "th_none"),
        ({"kind": "analyse", "since": "yesterday"}, "since"),
    ],
)
def test_a_wrong_wish_is_a_problem_and_queues_nothing(client: TestClient, body: dict[str, Any], says: str) -> None:
    answer = client.post("/v1/batches", json=body)
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]
    assert client.get("/v1/batches").json()["total"] == 0


def test_the_same_key_is_the_same_batch(client: TestClient) -> None:
    def ask(kind: str) -> Any:
        return client.post("/v1/batches", json={"kind": kind}, headers={"Idempotency-Key": "night-1"})

    first, again, other = ask("index"), ask("index"), ask("run")
    assert first.json()["id"] == again.json()["id"]
    assert other.status_code == 422
    assert ended(client, first.json()["id"])["state"] == "done"


def test_what_waits_can_be_stopped_and_resumed(tmp_path: Path) -> None:
    app = filled(tmp_path)
    client = browser(app)  # not entered: nobody works
    batch = client.post("/v1/batches", json={"kind": "run"}).json()["id"]
    assert client.delete(f"/v1/batches/{batch}").json()["state"] == "stopped"
    assert client.get(f"/v1/batches/{batch}").json()["stages"][0]["state"] == "waiting"
    with browser(app) as working:
        assert working.post(f"/v1/batches/{batch}/resume").json()["state"] == "queued"
        assert ended(working, batch)["state"] == "done"
        refused = working.post(f"/v1/batches/{batch}/resume")
    assert (refused.status_code, "is done" in refused.json()["detail"]) == (422, True)
    assert client.get("/v1/batches/job_none").status_code == 404


def test_a_stage_that_fails_says_so_and_the_rest_is_skipped_until_it_can(tmp_path: Path) -> None:
    app = filled(tmp_path)
    job = app.store.jobs.add("ideas", Wish(theme_ids=("th_none",)), ["ideas"], origin="http")
    assert job is not None
    with browser(app) as client:
        told = ended(client, job.id)
    assert told["state"] == "failed"
    assert "th_none" in told["problem"]


def test_a_schedule_is_kept_each_turn_once_and_missed_turns_are_made_up_once(tmp_path: Path) -> None:
    app = filled(tmp_path, schedule="0 2 * * *; analyse 30 * * * *", timezone="Asia/Shanghai")
    clock = Clock()
    one, other = Working(app, clock=clock), Working(app, clock=clock)

    def jobs_after(moment: dt.datetime) -> list[str]:
        clock.now = moment
        for working in (one, other):
            working.work()
        return [job.kind for job in app.store.jobs.list_jobs()[0]]

    assert jobs_after(MARCH) == []
    assert jobs_after(MARCH + dt.timedelta(minutes=31)) == ["analyse"]
    assert jobs_after(MARCH + dt.timedelta(minutes=45)) == ["analyse"]
    kinds = jobs_after(MARCH + dt.timedelta(days=5))
    assert sorted(kinds) == ["analyse", "analyse", "run"]
    assert {job.state for job in app.store.jobs.list_jobs()[0]} == {"done"}
    shown = browser(app).get("/v1/batches").json()["schedules"]
    assert [(row["kind"], row["time_zone"]) for row in shown] == [
        ("run", "Asia/Shanghai"),
        ("analyse", "Asia/Shanghai"),
    ]
    assert shown[0]["next_at"].endswith("T02:00:00+08:00")


@pytest.mark.parametrize(
    ("value", "name"),
    [("0 25 * * *", "VOC_SCHEDULE"), ("Mars/Olympus", "VOC_TIMEZONE")],
)
def test_a_schedule_that_is_none_stops_the_start(value: str, name: str) -> None:
    with pytest.raises(SettingError, match=name):
        load_settings(**{name: value})


def test_a_turn_that_cannot_be_queued_stops_nothing_and_is_taken_once_it_can(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = filled(tmp_path, schedule="30 * * * *; analyse 30 * * * *")
    clock = Clock()
    working = Working(app, clock=clock)
    working.work()
    clock.now = MARCH + dt.timedelta(minutes=31)
    alerts = tmp_path / "data" / "alerts.toml"
    alerts.write_text("[[channel]\nname=", encoding="utf-8")
    job = app.store.jobs.add("index", Wish(), ["index"], origin="http")
    assert job is not None
    for _ in range(3):
        working.work()
    assert [log.levelname for log in caplog.records if "alerts.toml" in log.getMessage()] == ["WARNING"]
    assert app.store.jobs.job(job.id).state == "done"
    assert sorted(one.kind for one in app.store.jobs.list_jobs()[0]) == ["analyse", "index"]
    alerts.unlink()
    working.work()
    assert sorted(one.kind for one in app.store.jobs.list_jobs()[0]) == ["analyse", "index", "run"]


def test_the_application_of_a_job_is_closed_also_when_the_job_can_not_begin(tmp_path: Path) -> None:
    app = filled(tmp_path)
    closed: list[str] = []

    def opening(settings: Settings) -> App:
        own = open_app(settings)
        return replace(own, held=(*own.held, lambda: closed.append("closed")))

    working = Working(app, open_for=opening)
    assert app.store.jobs.add("index", Wish(), ["index"], origin="http") is not None
    working.work()
    assert closed == ["closed"]
    (tmp_path / "data" / "alerts.toml").write_text("[[channel]\nname=", encoding="utf-8")
    broken = app.store.jobs.add("run", Wish(), ["index"], origin="http")
    assert broken is not None
    working.work()
    assert (closed, app.store.jobs.job(broken.id).state) == (["closed"] * 2, "failed")


def failed(app: App, wish: Wish, first: str) -> str:
    """The id of a run of the command line that failed before its first stage was done."""
    job = app.store.jobs.add("run", wish, [first], origin="cli")
    assert job is not None
    worker = take(app.pipeline.context, job)
    assert worker is not None
    return worker.abandon("the disk was full", "failed").id


def test_a_run_of_the_command_line_goes_on_in_the_service_once_its_files_are_in(tmp_path: Path) -> None:
    app = filled(tmp_path)
    read, unread = failed(app, Wish(), "index"), failed(app, Wish(paths=("/etc/passwd",)), "ingest")
    with browser(app) as client:
        assert client.post(f"/v1/batches/{read}/resume").json()["state"] == "queued"
        assert ended(client, read)["state"] == "done"
        refused = client.post(f"/v1/batches/{unread}/resume")
    assert (refused.status_code, "voc batches resume" in refused.json()["detail"]) == (422, True)
    assert "passwd" not in client.get("/v1/batches").text
