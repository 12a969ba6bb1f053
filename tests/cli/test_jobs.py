"""`voc run` as one job: killed and taken up, stopped and resumed, its receipts and spending kept; `voc batches`."""

import csv
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Voc
from tests.cli.test_faults import started
from tests.stub_model.server import StubModel

EXPORT = Path(__file__).parents[2] / "assistant" / "sample" / "xinglan" / "source" / "工单导出_2026.csv"
COUNT = 60


@pytest.fixture
def stub() -> Iterator[StubModel]:
    with StubModel() as server:
        yield server


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    with EXPORT.open(encoding="gb18030", newline="") as file:
        rows = list(csv.reader(file))[: COUNT + 1]
    target = tmp_path / "tickets.csv"
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return target


def test_a_run_that_was_killed_is_taken_up_by_the_next(
    voc: Voc, stub: StubModel, tickets: Path, tmp_path: Path
) -> None:
    endpoint = {"OPENAI_BASE_URL": stub.base_url, "OPENAI_API_KEY": "k", "VOC_LLM_CONCURRENCY": "2"}
    stub.mode("slow", seconds=0.8)
    with started(tmp_path / "data", "run", tickets, "--json", before=None, VOC_LANGUAGE="zh", **endpoint) as process:
        for _ in range(2_400):
            if len(stub.chats) >= 5:
                break
            time.sleep(0.05)
        time.sleep(0.8)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(60)
    stub.mode()
    assert "is dead" in " ".join(voc("doctor", "--json", **endpoint).json["problems"])
    again = voc("run", tickets, "--json")
    assert again.code == 0, again.err
    assert "taking up job_" in again.err
    job = again.json["job"]
    assert (job["state"], job["attempts"]) == ("done", 2)
    told = voc("batches", "show", job["id"], "--json").json
    analyse = next(stage for stage in told["stages"] if stage["name"] == "analyse")
    assert analyse["pending"] == analyse["earlier"] + analyse["receipt"]["pending"] == COUNT
    assert analyse["earlier"] > 0
    assert again.json["ingest"]["unchanged"] == COUNT
    prompts = [str(request.body["messages"]) for request in stub.chats]
    assert len(prompts) - len(set(prompts)) <= 4  # in flight, or answered and not yet written down
    assert len(prompts) - 10 <= job["spent"]["calls"] <= len(prompts)
    assert voc("batches", "list", "--json").json["total"] == 1


def test_jobs_are_listed_shown_and_refused(voc: Voc, tickets: Path) -> None:
    assert voc("run", tickets).code == 0
    listed = voc("batches", "list", "--json").json
    job = listed["items"][0]
    assert (listed["total"], job["kind"], job["origin"], job["state"]) == (1, "run", "cli", "done")
    assert [stage["state"] for stage in job["stages"]] == ["done"] * 5
    assert "导入：完成" in voc("batches", "show", job["id"]).out
    listing = voc("batches", "list").out
    assert job["id"] in listing
    assert "全流程  命令行" in listing
    assert voc("batches", "stop", job["id"], "--json").json["state"] == "done"
    for command in (("show", "job_none"), ("stop", "job_none"), ("resume", "job_none"), ("resume", job["id"])):
        ran = voc("batches", *command)
        assert (ran.code, ran.err.count("\n")) == (2, 1)


def test_a_failed_run_is_resumed_where_it_failed(voc: Voc, stub: StubModel, tickets: Path) -> None:
    endpoint = {"OPENAI_BASE_URL": stub.base_url, "OPENAI_API_KEY": "k"}
    stub.mode("401")
    failed = voc("run", tickets, "--json", **endpoint)
    assert failed.code == 1
    assert failed.json["job"]["state"] == "failed"
    assert failed.json["job"]["problem"].startswith("analyse: ")
    stub.mode()
    resumed = voc("batches", "resume", failed.json["job"]["id"], "--json")
    assert resumed.code == 0, resumed.err
    stages = {stage["name"]: stage for stage in resumed.json["stages"]}
    assert {stage["state"] for stage in stages.values()} == {"done"}
    assert stages["ingest"]["attempts"] == 1
    assert stages["analyse"]["attempts"] == 2
    assert stages["analyse"]["receipt"]["done"] == COUNT


def test_what_a_budget_leaves_is_done_in_part_and_said(voc: Voc, stub: StubModel, tickets: Path) -> None:
    endpoint = {"OPENAI_BASE_URL": stub.base_url, "OPENAI_API_KEY": "k"}
    ran = voc("run", tickets, "--budget-tokens", 30_000, "--json", **endpoint)
    assert ran.code == 3
    assert ran.json["job"]["state"] == "partly"
    assert ran.json["analyse"]["skipped"]["budget"] > 0
    spent = ran.json["job"]["spent"]
    assert spent["prompt_tokens"] + spent["completion_tokens"] <= 30_000
    assert voc("run", "--json").json["job"]["state"] == "done"
