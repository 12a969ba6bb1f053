"""What a run would cost, and batch files, through the command line; a kill -9 in between loses nothing."""

import signal
from pathlib import Path

import pytest

from tests.cli.conftest import Voc
from tests.cli.test_faults import started, until
from tests.llm.runs import said
from tests.stub_model.server import StubModel

COUNT = 40


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    """Tickets of as many customers."""
    file = tmp_path / "tickets.csv"
    rows = "".join(f"{n},C{n},{said(n)}\n" for n in range(COUNT))
    file.write_text(f"工单编号,客户编号,问题描述\n{rows}", encoding="utf-8")
    return file


def test_a_dry_run_tells_calls_tokens_and_cost_and_sends_nothing(voc: Voc, tickets: Path) -> None:
    with StubModel() as stub:
        endpoint = {"OPENAI_BASE_URL": stub.base_url, "OPENAI_API_KEY": "k"}
        voc("ingest", tickets, **endpoint)
        told = voc("analyse", "--dry-run", "--json").json
        assert stub.chats == []
        ran = voc("analyse", "--json").json
    assert told["skipped"] == {"dry_run": COUNT}
    assert told["calls"] == ran["calls"] > 0
    assert 0 < told["cost"] < told["most_cost"]
    assert ran["cost"] <= told["most_cost"]
    assert (told["currency"], "check it" in told["price_note"]) == ("USD", True)


def test_a_model_without_a_price_has_no_cost_and_no_budget_in_money(voc: Voc, tickets: Path) -> None:
    with StubModel() as stub:
        voc("ingest", tickets, OPENAI_BASE_URL=stub.base_url, VOC_CHAT_MODEL="our-own")
        refused = voc("analyse", "--budget-cost", "1")
        assert (refused.code, refused.err.count("\n")) == (2, 1)
        assert "prices.toml" in refused.err
        ran = voc("analyse", "--json").json
    assert (ran["done"], ran["cost"], ran["currency"]) == (COUNT, None, None)


def test_batch_files_survive_a_kill(voc: Voc, tickets: Path, tmp_path: Path) -> None:
    with StubModel() as stub:
        endpoint = {"OPENAI_BASE_URL": stub.base_url, "OPENAI_API_KEY": "k"}
        voc("ingest", tickets, **endpoint)
        stub.batches.polls = 2
        with started(
            tmp_path / "data", "analyse", "--batch", "--follow", before=None, VOC_LANGUAGE="zh", **endpoint
        ) as process:
            until(lambda: bool(stub.batches.made), process)
            process.send_signal(signal.SIGKILL)
        ran = voc("analyse", "--batch", "--follow", "--every", "0.01", "--json")
        assert len(stub.batches.made) == 1
    assert ran.code == 0
    receipt = ran.json
    assert receipt["pending"] == receipt["done"] + sum(receipt["skipped"].values()) + sum(receipt["failed"].values())
    assert voc("analyse", "--json").json["pending"] == 0
