"""The budget holds under threads, to the last call, in tokens and in money; estimates err on the high side."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain.engine import Usage
from assistant.llm.budget import BudgetExceeded, Most, Spending, estimate_tokens, most_tokens
from assistant.llm.pricing import Price

PRICE = Price(2.0, 8.0, "CNY")


def test_without_a_limit_everything_fits() -> None:
    spending = Spending()
    spending.settle(spending.reserve(Most(10**12, 0)), Usage(1, 2, 3, 0.5))
    assert spending.total == Usage(1, 2, 3, 0.5)
    assert not spending.limited


@pytest.mark.parametrize(
    ("spending", "says"),
    [
        (Spending(0), "VOC_BUDGET_TOKENS"),
        (Spending(99), "--budget-tokens"),
        (Spending(money=0.0001, currency="CNY"), "CNY .*VOC_BUDGET_MONEY or --budget-cost"),
        (Spending(10_000, 0.0001, "CNY"), "VOC_BUDGET_MONEY"),
    ],
)
def test_what_does_not_fit_is_refused_and_says_which_limit(spending: Spending, says: str) -> None:
    with pytest.raises(BudgetExceeded, match=says):
        spending.reserve(Most(60, 40, PRICE))
    assert spending.total == Usage()


def test_what_a_call_gives_back_can_be_spent() -> None:
    spending = Spending(100)
    spending.settle(spending.reserve(Most(90, 10)), Usage(1, 20, 20))
    spending.settle(spending.reserve(Most(50, 10)), Usage(1, 20, 20))
    with pytest.raises(BudgetExceeded, match="80 spent"):
        spending.reserve(Most(20, 1))


def test_a_call_that_does_not_fit_waits_for_those_under_way() -> None:
    spending = Spending(100)
    first = spending.reserve(Most(90, 0))
    got: list[Most] = []
    second = threading.Thread(target=lambda: got.append(spending.reserve(Most(60, 0))))
    second.start()
    time.sleep(0.01)
    assert not got
    spending.settle(first, Usage(1, 30, 0))
    second.join(60)
    assert got == [Most(60, 0)]


def test_a_call_that_may_have_been_paid_for_stays_set_aside() -> None:
    spending = Spending(100)
    spending.settle(spending.reserve(Most(50, 30)), Usage(), unsure=True)
    assert spending.total == Usage()
    with pytest.raises(BudgetExceeded):
        spending.reserve(Most(40, 11))


def test_an_endpoint_that_counts_more_than_the_most_is_believed_from_then_on() -> None:
    spending = Spending(1000)
    spending.settle(spending.reserve(Most(90, 10)), Usage(1, 190, 10))
    assert spending.reserve(Most(90, 10)).tokens >= 200


@settings(max_examples=8, deadline=None)
@given(st.integers(200, 4000), st.integers(0, 2**32))
def test_sixty_four_threads_together_never_exceed_the_budget_by_even_one_call(limit: int, seed: int) -> None:
    money = PRICE.cost(limit, 0) * 2
    spending, dice, seen = Spending(limit, money, "CNY"), random.Random(seed), []

    def call(size: int) -> Usage:
        try:
            reserved = spending.reserve(Most(size, size, PRICE))
        except BudgetExceeded:
            return Usage()
        asked, said = dice.randint(1, size), dice.randint(0, size)
        cost = Usage(1, asked, said, PRICE.cost(asked, said), "CNY")
        spending.settle(reserved, cost)
        total = spending.total
        seen.append((total.prompt_tokens + total.completion_tokens, total.cost))
        return cost

    with ThreadPoolExecutor(64) as pool:
        paid = list(pool.map(call, [dice.randint(1, 60) for _ in range(400)]))
    assert all(tokens <= limit and cost is not None and cost <= money for tokens, cost in seen)
    assert spending.total.calls == sum(cost.calls for cost in paid)
    assert spending.total.prompt_tokens == sum(cost.prompt_tokens for cost in paid)


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("热水器", 3), ("abc", 1), ("abcd", 2), ("X5热水", 3)])
def test_the_estimate(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


@given(st.text())
def test_the_most_is_never_less_than_the_estimate_nor_than_the_characters(text: str) -> None:
    assert most_tokens(text) >= max(estimate_tokens(text), len(text))


@pytest.mark.parametrize(
    ("one", "other", "total"),
    [
        (Usage(1, 2, 3, 0.5, "USD"), Usage(1, 1, 1, 0.25, "USD"), Usage(2, 3, 4, 0.75, "USD")),
        (Usage(), Usage(1, 1, 1, None), Usage(1, 1, 1, None)),
        (Usage(1, 1, 1, None), Usage(1, 1, 1, None), Usage(2, 2, 2, None)),
    ],
)
def test_a_cost_that_is_not_known_is_never_a_number(one: Usage, other: Usage, total: Usage) -> None:
    assert one + other == total
    assert (total - one).calls == other.calls
    assert (total - total).cost == 0.0
