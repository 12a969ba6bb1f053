"""Engine `llm` through the command line alone, over a stub endpoint: the whole way, and every way it can fail."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Ran, Voc
from tests.stub_model.faults import ECHO
from tests.stub_model.server import StubModel

EXPORT = Path(__file__).parents[2] / "assistant" / "sample" / "xinglan" / "source" / "工单导出_2026.csv"
COUNT = 14
QUESTION = "热水器水温忽冷忽热,客户在意什么?"


@pytest.fixture(scope="module")
def server() -> Iterator[StubModel]:
    with StubModel() as stub:
        yield stub


@pytest.fixture
def stub(server: StubModel, monkeypatch: pytest.MonkeyPatch, voc: Voc) -> StubModel:
    """The endpoint that the settings name."""
    server.reset()
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    return server


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    """The first tickets of the sample export."""
    with EXPORT.open(encoding="gb18030", newline="") as file:
        rows = list(csv.reader(file))[: COUNT + 1]
    target = tmp_path / "tickets.csv"
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return target


def asked(stub: StubModel) -> int:
    """Chat requests since the last look."""
    count = len(stub.chats)
    stub.requests.clear()
    return count


def says_no_customer_text(ran: Ran) -> bool:
    return not any(piece in ran.out + ran.err for piece in (ECHO, "原话", "⟦", "Traceback"))


def test_the_whole_way_and_again_for_nothing(voc: Voc, stub: StubModel, tickets: Path) -> None:
    first = voc("run", tickets, "--json")
    assert first.code == 0
    receipts = first.json
    assert receipts["analyse"]["done"] == receipts["analyse"]["pending"] == COUNT
    assert 0 < receipts["analyse"]["calls"] < COUNT
    assert {receipts[stage]["engine"] for stage in ("analyse", "themes", "ideas")} == {"llm"}
    assert {insight["engine"] for insight in voc("list", "insights", "--json").json["items"]} == {"llm"}
    idea = voc("list", "ideas", "--json").json["items"][0]
    assert idea["engine"] == "llm"
    proposal = voc("propose", idea["idea_id"], "--json").json
    assert (proposal["engine"], bool(proposal["evidence"])) == ("llm", True)
    answer = voc("ask", QUESTION, "--json").json
    assert (answer["engine"], bool(answer["citations"])) == ("llm", True)

    assert asked(stub) > 0
    again = voc("run", tickets, "--json")
    assert again.code == 0
    assert again.json["ingest"]["unchanged"] == COUNT
    assert voc("propose", idea["idea_id"], "--json").json["id"] == proposal["id"]
    assert asked(stub) == 0


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        ("401", "OPENAI_API_KEY"),
        ("404", "VOC_CHAT_MODEL"),
        ("no_credit", "credit"),
        ("blank", "blank"),
        ("truncated", "broken"),
        ("other_json", "asked-for shape"),
    ],
)
def test_a_run_that_can_read_nothing_stops_there_and_goes_on_when_it_can(
    voc: Voc, stub: StubModel, tickets: Path, mode: str, says: str
) -> None:
    stub.mode(mode)
    ran = voc("run", tickets, "--json")
    assert ran.code == 1
    receipt = ran.json["analyse"]
    assert {name for name, one in ran.json.items() if one.get("state") == "skipped"} == {
        "index_needs",
        "themes",
        "ideas",
    }
    assert ran.json["ideas"]["problem"] == "analyse failed"
    assert (ran.json["job"]["state"], ran.json["job"]["stages"]["ingest"]) == ("failed", "done")
    unread = sum(receipt["failed"].values()) + receipt["skipped"].get("stopped", 0)
    assert (receipt["done"], unread) == (0, COUNT)
    assert says in receipt["problem"]
    assert "\n" not in receipt["problem"]
    assert says_no_customer_text(ran)
    assert voc("list", "insights", "--json").json["total"] == 0
    stub.mode()
    assert voc("analyse", "--json").json["done"] == COUNT


def test_an_endpoint_that_fails_does_not_use_up_the_tries_of_a_record(voc: Voc, stub: StubModel, tickets: Path) -> None:
    voc("ingest", tickets)
    stub.mode("401")
    for _ in range(4):
        assert voc("analyse").code == 1
    stub.mode()
    assert voc("analyse", "--json").json["done"] == COUNT


def test_a_model_too_slow_is_said_so(voc: Voc, stub: StubModel, tickets: Path) -> None:
    voc("ingest", tickets)
    stub.mode("slow", seconds=1)
    ran = voc("analyse", "--limit", 1, "--json", VOC_LLM_TIMEOUT="0.1")
    assert ran.code == 1
    assert "VOC_LLM_TIMEOUT" in ran.json["problem"]


def test_quotes_that_nobody_said_are_not_kept_and_that_is_said(voc: Voc, stub: StubModel, tickets: Path) -> None:
    stub.mode("foreign_quote")
    ran = voc("run", tickets, "--json")
    assert ran.code == 3
    receipt = ran.json["analyse"]
    assert (receipt["insights"], receipt["refused_quotes"]) == (0, COUNT)
    assert "VOC_CHAT_MODEL" in receipt["problem"]
    assert voc("list", "insights", "--json").json["total"] == 0


def test_a_passing_fault_is_waited_out(voc: Voc, stub: StubModel, tickets: Path) -> None:
    voc("ingest", tickets)
    stub.mode("429", times=1, retry_after=0.05)
    ran = voc("analyse", "--json")
    assert (ran.code, ran.json["done"]) == (0, COUNT)


def test_what_the_budget_leaves_is_done_another_time(voc: Voc, stub: StubModel, tickets: Path) -> None:
    voc("ingest", tickets)
    first = voc("analyse", "--budget-tokens", 30_000, "--json")
    assert first.code == 3
    receipt = first.json
    assert 0 < receipt["done"] < COUNT
    assert receipt["skipped"] == {"budget": COUNT - receipt["done"]}
    rest = voc("analyse", "--json")
    assert (rest.code, rest.json["done"]) == (0, COUNT - receipt["done"])


@pytest.mark.parametrize("mode", ["401", "blank"])
def test_a_question_is_answered_by_the_rules_where_the_model_cannot(
    voc: Voc, stub: StubModel, tickets: Path, mode: str
) -> None:
    voc("run", tickets, VOC_ENGINE="rules")
    stub.mode(mode)
    ran = voc("ask", QUESTION, "--json", VOC_ENGINE="auto")
    assert ran.code == 0
    assert ran.json["engine"] == "rules"
    assert ran.json["warnings"]
    assert "Traceback" not in ran.err


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(("mode", "says"), [("401", "OPENAI_API_KEY"), ("blank", "blank")])
def test_a_proposal_that_cannot_be_drafted_is_one_sentence(
    voc: Voc, stub: StubModel, tickets: Path, mode: str, says: str
) -> None:
    voc("run", tickets)
    idea = voc("list", "ideas", "--json").json["items"][0]["idea_id"]
    stub.mode(mode)
    ran = voc("propose", idea, "--json")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("error: ")
    assert ran.err.count("\n") == 1
    assert says in ran.err
    assert voc("list", "proposals", "--json").json["total"] == 0
