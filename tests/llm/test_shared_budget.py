"""Limits that several processes share: together never above them, and what the dead had set aside comes back."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from assistant.bootstrap import App, open_app
from assistant.domain.boards import LocalBoard
from assistant.domain.drafts import ThemeDraft
from assistant.domain.engine import Usage
from assistant.errors import ModelDownError
from assistant.llm.budget import BudgetExceeded, Most, Spending
from assistant.llm.engine import ModelEngine
from assistant.llm.pricing import Price
from assistant.llm.purse import LEASE, Purse, Sum
from assistant.settings import load_settings
from tests.llm.asking import PROMPT
from tests.llm.runs import filled, opened
from tests.llm.test_pace import Away, Time
from tests.stub_model import StubModel

PRICE = Price(2.0, 8.0, "CNY")
COST = Usage(1, 40, 10, PRICE.cost(40, 10), "CNY")


def test_a_job_has_one_budget_whoever_works_on_it() -> None:
    board = LocalBoard()
    one, other = (Spending(200, board=board) for _ in range(2))
    with one.shared("job_1"), other.shared("job_1"):
        one.settle(one.reserve(Most(60, 40)), COST)
        other.settle(other.reserve(Most(60, 40)), COST)
        with pytest.raises(BudgetExceeded, match="100 spent"):
            one.reserve(Most(100, 1))
    assert one.total == other.total == COST, "each tells what it spent itself"


def test_another_job_and_one_that_goes_on_after_its_end_have_a_budget_of_their_own() -> None:
    spending = Spending(100, board=LocalBoard())
    for name in ("job_1", "job_2", "job_1"):
        with spending.shared(name):
            spending.settle(spending.reserve(Most(60, 40)), COST)
        if name == "job_2":
            spending.forget("job_1")
    with spending.shared("job_1"), pytest.raises(BudgetExceeded):
        spending.reserve(Most(60, 40))


def test_a_call_waits_for_what_another_process_may_give_back() -> None:
    board = LocalBoard()
    one, other = (Spending(100, board=board) for _ in range(2))
    got: list[Most] = []
    with one.shared("job"), other.shared("job"):
        flying = one.reserve(Most(60, 30))
        waiting = threading.Thread(target=lambda: got.append(other.reserve(Most(40, 10))))
        waiting.start()
        one.settle(flying, COST)
        waiting.join(30)
    assert got == [Most(40, 10)]


def test_who_waits_for_an_answer_does_not_wait_for_what_others_may_give_back() -> None:
    board = LocalBoard()
    one, other = (Spending(currency="CNY", daily=PRICE.cost(60, 30), board=board) for _ in range(2))
    one.reserve(Most(60, 30, PRICE))
    with pytest.raises(BudgetExceeded, match="VOC_BUDGET_DAY"):
        other.reserve(Most(40, 10, PRICE), quick=True)


def test_the_day_has_a_budget_that_all_runs_and_questions_share() -> None:
    board, money = LocalBoard(), PRICE.cost(100, 100)
    runs = [Spending(money=money, currency="CNY", daily=money, board=board) for _ in range(2)]
    runs[0].settle(runs[0].reserve(Most(50, 50, PRICE)), COST)
    with pytest.raises(BudgetExceeded, match="VOC_BUDGET_DAY"):
        runs[1].reserve(Most(100, 100, PRICE))
    assert runs[1].spent_today == pytest.approx(COST.cost)
    assert runs[1].reserve(Most(50, 50, PRICE)).tokens == 100, "nothing of what did not fit stayed set aside"


def test_a_batch_is_the_day_s_on_which_it_was_handed_in_and_not_twice() -> None:
    spending = Spending(currency="CNY", daily=100.0, board=LocalBoard())
    handed_in = Most(50, 50, PRICE)
    spending.set_aside(handed_in)
    spending.book(COST)
    assert spending.spent_today == pytest.approx(handed_in.money)
    assert spending.total == COST


def test_what_a_dead_process_had_set_aside_comes_back() -> None:
    time = Time()
    purse = Purse(LocalBoard(time), "run job", 100, None)
    assert purse.set_aside("dead", Sum(80)) is None
    assert purse.set_aside("alive", Sum(80)) is not None
    time.sleep(LEASE - 1)
    purse.renew("dead")
    time.sleep(LEASE - 1)
    assert purse.set_aside("alive", Sum(80)) is not None
    time.sleep(1.1)
    assert purse.set_aside("alive", Sum(80)) is None
    purse.settle("dead", Sum(80), Sum(10))
    assert purse.set_aside("other", Sum(20)) is not None, "what it had paid all the same is booked"
    assert purse.set_aside("other", Sum(10)) is None


def test_a_clock_that_is_put_back_keeps_nothing_of_the_dead_for_long() -> None:
    time = Time()
    time.now = 10_000.0
    purse = Purse(LocalBoard(time), "run job", 100, None)
    assert purse.set_aside("dead", Sum(80)) is None
    time.now = 1_000.0
    assert purse.set_aside("alive", Sum(20)) is None
    time.sleep(LEASE + 1)
    assert purse.set_aside("alive", Sum(100)) is None


def test_what_a_call_cost_is_written_down_once_the_board_is_back() -> None:
    time = Time()
    board = Away(0, time)
    spending = Spending(100, board=board)
    with spending.shared("job"):
        flying = spending.reserve(Most(60, 30))
        board.times = 1
        spending.settle(flying, COST)
        assert spending.total == COST
        with pytest.raises(BudgetExceeded, match="50 spent"):
            spending.reserve(Most(60, 0))


def test_a_job_that_was_killed_and_taken_up_has_spent_what_it_had_spent(stub: StubModel, tmp_path: Path) -> None:
    first, job = filled(tmp_path, stub, 120, budget_tokens=40_000), "job_1"
    with first.pipeline.context.sharing(job):
        assert first.pipeline.analyse().skipped["budget"] > 0
    first.close()
    second = opened(tmp_path, stub, budget_tokens=40_000)
    with second.pipeline.context.sharing(job):
        assert second.pipeline.analyse().done == 0
    spent = first.engine.usage() + second.engine.usage()
    assert 0 < spent.prompt_tokens + spent.completion_tokens <= 40_000
    second.pipeline.context.forget_shared(job)
    with second.pipeline.context.sharing(job):
        assert second.pipeline.analyse().done > 0
    second.close()


@pytest.fixture
def process(stub: StubModel, tmp_path: Path) -> Iterator[Callable[..., ModelEngine]]:
    """Opens the application once more, as another process would."""
    with ExitStack() as held:

        def start(**limits: Any) -> ModelEngine:
            app: App = open_app(
                load_settings(openai_base_url=stub.base_url, openai_api_key="k", data_dir=tmp_path, **limits)
            )
            held.callback(app.close)
            assert isinstance(app.engine, ModelEngine)
            return app.engine

        yield start


def test_processes_on_one_database_keep_to_one_limit_of_requests(
    stub: StubModel, process: Callable[..., ModelEngine]
) -> None:
    one, other = process(llm_rpm=3), process(llm_rpm=3)
    for engine in (one, other, one):
        engine.endpoint.complete(PROMPT, ThemeDraft, quick=True)
    with pytest.raises(ModelDownError, match="VOC_LLM_RPM"):
        other.endpoint.complete(PROMPT, ThemeDraft, quick=True)
    assert len(stub.chats) == 3


@pytest.mark.parametrize("limits", [{}, {"llm_rpm": 0, "llm_tpm": 0}, {"llm_tpm": 10_000_000}])
def test_what_the_endpoint_asks_of_one_process_holds_for_all(
    stub: StubModel, process: Callable[..., ModelEngine], limits: dict[str, int]
) -> None:
    stub.mode("429", times=1, retry_after=30)
    with pytest.raises(ModelDownError):
        process(**limits).endpoint.complete(PROMPT, ThemeDraft, quick=True)
    with pytest.raises(ModelDownError, match="may not be asked for another"):
        process(**limits).endpoint.complete(PROMPT, ThemeDraft, quick=True)
    assert len(stub.chats) == 1
