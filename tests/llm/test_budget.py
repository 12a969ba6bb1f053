"""The budget holds under threads, and estimates err on the high side."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.domain.engine import Usage
from assistant.llm.budget import BudgetExceeded, Spending, estimate_tokens


def test_without_a_limit_everything_fits() -> None:
    spending = Spending()
    spending.reserve(10**12)
    spending.settle(10**12, Usage(1, 2, 3, 0.5))
    assert spending.total == Usage(1, 2, 3, 0.5)


def test_reservations_count_until_they_are_settled() -> None:
    spending = Spending(100)
    spending.reserve(60)
    with pytest.raises(BudgetExceeded, match="VOC_BUDGET_TOKENS"):
        spending.reserve(50)
    spending.settle(60, Usage(1, 20, 20))
    spending.reserve(60)
    with pytest.raises(BudgetExceeded):
        spending.reserve(1)


def test_a_budget_of_nothing_allows_nothing() -> None:
    with pytest.raises(BudgetExceeded):
        Spending(0).reserve(1)


def test_threads_together_stay_within_the_limit_and_lose_nothing() -> None:
    spending = Spending(1000)

    def call(_: int) -> int:
        try:
            spending.reserve(10)
        except BudgetExceeded:
            return 0
        spending.settle(10, Usage(1, 6, 4, 0.25))
        return 1

    with ThreadPoolExecutor(16) as pool:
        made = sum(pool.map(call, range(400)))
    assert spending.total == Usage(made, 6 * made, 4 * made, 0.25 * made)
    assert made == 100


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("热水器", 3), ("abc", 1), ("abcd", 2), ("X5热水", 3)])
def test_the_estimate(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens
