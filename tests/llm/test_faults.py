"""Every fault an endpoint can have, through the pipeline: the run ends, counts add up, only what was verified is stored."""

import random
from pathlib import Path

import pytest

from assistant.cli.stages import exit_code
from assistant.settings import load_settings
from tests.llm.runs import adds_up, filled, only_verified, opened
from tests.stub_model import StubModel, StubRequest
from tests.stub_model.faults import ANSWER_FAULTS, ECHO, STATUS_FAULTS
from tests.stub_model.filler import fill, read_prompt

COUNT = 60
STORM = ("429", "500", "503", "blank", "truncated", "length", "other_json", "prose", "missing_record", "html")
HARMLESS = {"fenced", "thinking"}
SECRET = "sk-secret-of-ours"


@pytest.mark.parametrize("mode", [*STATUS_FAULTS, *ANSWER_FAULTS, "html", "slow"])
def test_a_run_over_an_endpoint_with_this_fault_alone(stub: StubModel, tmp_path: Path, mode: str) -> None:
    app = filled(tmp_path, stub, COUNT, llm_concurrency=8, llm_timeout=0.2 if mode == "slow" else 20)
    stub.mode(mode, seconds=1)
    receipt = app.pipeline.analyse()
    assert adds_up(receipt, COUNT)
    assert only_verified(app)
    if mode in HARMLESS:
        assert (receipt.done, exit_code(receipt)) == (COUNT, 0)
        return
    assert exit_code(receipt) in (1, 3)
    if mode not in ("foreign_quote", "missing_record"):
        assert receipt.done == 0
        assert app.store.insights_of(app.store.pending("nobody")[0]) == []
        assert len(stub.chats) <= 60
    if mode == "foreign_quote":
        assert receipt.insights == 0
        assert receipt.refused_quotes >= COUNT
    if mode != "missing_record":
        assert receipt.problem
        assert "\n" not in receipt.problem
        assert not any(piece in receipt.problem for piece in (ECHO, "客户", "⟦", "漏水", SECRET))
    stub.mode()
    again = opened(tmp_path, stub).pipeline.analyse()
    assert adds_up(again, COUNT - receipt.done)
    assert again.done == COUNT - receipt.done


def test_a_storm_of_all_faults_loses_nothing_and_stores_only_what_is_true(stub: StubModel, tmp_path: Path) -> None:
    dice = random.Random(11)

    def bent(request: StubRequest) -> object:
        answer = fill(request.schema or {}, read_prompt(request.user))
        for reading in answer.get("readings", ()):
            for insight in reading["insights"]:
                if dice.random() < 0.3:
                    insight["quote"] = "这句话从来没有哪个客户说过"
        return answer

    app = filled(tmp_path, stub, 200, llm_concurrency=16)
    stub.handler = bent
    done = 0
    for mode in STORM:
        stub.mode(mode, times=2, retry_after=0.01)
        receipt = app.pipeline.analyse()
        assert adds_up(receipt, 200 - done)
        done += receipt.done
        assert only_verified(app)
    stub.mode()
    final = opened(tmp_path, stub).pipeline.analyse(retry_failed=True)
    assert adds_up(final, 200 - done)
    assert done + final.done == 200
    assert only_verified(app)


@pytest.mark.parametrize("mode", ["blank", "prose", "other_json", "401", "500"])
def test_a_model_that_is_useless_costs_few_calls_however_many_records_wait(
    stub: StubModel, tmp_path: Path, mode: str
) -> None:
    app = filled(tmp_path, stub, 400, llm_concurrency=16)
    stub.mode(mode)
    receipt = app.pipeline.analyse()
    assert adds_up(receipt, 400)
    assert len(stub.chats) <= 20
    assert receipt.skipped["stopped"] > 300
    assert "stopped asking" in str(receipt.problem)


def test_a_model_that_turns_useless_is_stopped_too(stub: StubModel, tmp_path: Path) -> None:
    app = filled(tmp_path, stub, 400, llm_concurrency=8)
    app.pipeline.analyse(limit=16)
    stub.requests.clear()
    stub.mode("other_json")
    receipt = app.pipeline.analyse()
    assert adds_up(receipt, 384)
    assert len(stub.chats) <= 2 * (8 + 8)
    assert receipt.skipped["stopped"] > 200


@pytest.mark.parametrize("threads", [1, 64])
@pytest.mark.parametrize(("limit", "money"), [(60_000, None), (None, 0.05)])
def test_a_run_never_spends_more_than_its_budget(
    stub: StubModel, tmp_path: Path, threads: int, limit: int | None, money: float | None
) -> None:
    app = filled(tmp_path, stub, 150, llm_concurrency=threads, budget_tokens=limit, budget_money=money)
    receipt = app.pipeline.analyse()
    assert adds_up(receipt, 150)
    assert receipt.cost is not None
    assert receipt.prompt_tokens + receipt.completion_tokens <= (limit or 10**9)
    assert receipt.cost <= (money or 10**9)
    assert receipt.done > 0
    assert receipt.skipped["budget"] > 0
    assert "is used up" in str(receipt.problem)
    assert exit_code(receipt) == 3


def test_the_key_stands_in_no_file_of_the_data_directory_and_in_no_log(
    stub: StubModel, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = filled(tmp_path, stub, 10)
    stub.mode("500", times=2)
    with caplog.at_level("DEBUG"):
        app.pipeline.analyse()
    assert SECRET not in caplog.text
    assert SECRET not in repr(load_settings(openai_api_key=SECRET))
    assert not any(SECRET.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
