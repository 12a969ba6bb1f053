"""What calls cost, and the budget they keep to."""

import pytest

from assistant.domain.drafts import ThemeDraft
from assistant.domain.engine import Usage
from assistant.errors import ModelDownError
from assistant.llm.budget import BudgetExceeded, Most, Spending
from tests.llm.asking import PROMPT
from tests.llm.conftest import MakeEndpoint
from tests.stub_model import StubModel


def test_a_call_whose_answer_is_lost_stays_on_the_budget(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    stub.mode("slow", seconds=0.5)
    spending = Spending(10**6)
    with pytest.raises(ModelDownError):
        make_endpoint(llm_timeout=0.05).complete(PROMPT, ThemeDraft, spending=spending)
    assert spending.total == Usage()
    with pytest.raises(BudgetExceeded):
        spending.reserve(Most(10**6 - 1, 0))


def test_under_a_budget_the_answer_is_limited_to_what_was_set_aside(
    stub: StubModel, make_endpoint: MakeEndpoint
) -> None:
    endpoint = make_endpoint()
    endpoint.complete(PROMPT, ThemeDraft)
    endpoint.complete(PROMPT, ThemeDraft, spending=Spending(10**6), expected=800)
    assert ["max_tokens" in request.body for request in stub.chats] == [False, True]
    assert stub.chats[1].body["max_tokens"] == 2100


def test_a_limit_by_another_name_is_learnt(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    stub.mode("no_max_tokens")
    endpoint = make_endpoint()
    for _ in range(2):
        endpoint.complete(PROMPT, ThemeDraft, spending=Spending(10**6))
    assert ["max_tokens" in request.body for request in stub.chats] == [True, False, False]
    assert "max_completion_tokens" in stub.chats[-1].body


def test_a_price_that_is_not_known_makes_no_cost(make_endpoint: MakeEndpoint) -> None:
    _, usage = make_endpoint(chat_model="my-model").complete(PROMPT, ThemeDraft)
    assert (usage.calls, usage.cost, usage.currency) == (1, None, None)


def test_usage_and_cost_are_counted(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    spending = Spending()
    _, usage = make_endpoint().complete(PROMPT, ThemeDraft, spending=spending)
    assert usage.calls == 1
    assert usage.prompt_tokens == len(PROMPT.system) + len(PROMPT.user)
    assert usage.cost == pytest.approx((usage.prompt_tokens * 0.4 + usage.completion_tokens * 1.6) / 1e6)
    assert spending.total == usage


def test_a_call_over_the_budget_is_not_made(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    with pytest.raises(BudgetExceeded) as caught:
        make_endpoint().complete(PROMPT, ThemeDraft, spending=Spending(2000), expected=800)
    assert caught.value.kind == "budget"
    assert stub.chats == []


def test_failed_calls_give_their_reservation_back(stub: StubModel, make_endpoint: MakeEndpoint) -> None:
    spending, endpoint = Spending(5000), make_endpoint()
    stub.mode("500", times=4)
    with pytest.raises(ModelDownError):
        endpoint.complete(PROMPT, ThemeDraft, spending=spending)
    assert spending.total == Usage()
    endpoint.complete(PROMPT, ThemeDraft, spending=spending)
    assert spending.total.calls == 1
