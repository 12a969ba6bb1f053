"""Knows what calls have cost, what they may cost, and how to tell before a call that it would cost too much."""

import threading

from assistant.domain.engine import Usage
from assistant.errors import ModelError


class BudgetExceeded(ModelError):  # noqa: N818  (a limit reached on purpose, not a fault)
    """The next call might cost more tokens than the budget still holds, so it was not made."""

    kind = "budget"


class Spending:
    """Tokens and money spent, under an optional limit of tokens. Safe to use from several threads.

    A call reserves its estimate first and settles with what it really cost; so calls that run side by side can't
    overrun the limit together, but for the error of their estimates.
    """

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit
        self._reserved = 0
        self._total = Usage()
        self._lock = threading.Lock()

    @property
    def total(self) -> Usage:
        """What all settled calls have cost."""
        with self._lock:
            return self._total

    def reserve(self, tokens: int) -> None:
        """Set the estimate of a call aside.

        Raises:
            BudgetExceeded: it does not fit into what is left; nothing is set aside.
        """
        with self._lock:
            spent = self._total.prompt_tokens + self._total.completion_tokens
            if self._limit is not None and spent + self._reserved + tokens > self._limit:
                raise BudgetExceeded(
                    f"the budget of {self._limit} tokens is used up ({spent} spent, the next call needs about {tokens});"
                    " raise VOC_BUDGET_TOKENS or --budget-tokens to go on"
                )
            self._reserved += tokens

    def settle(self, reserved: int, cost: Usage) -> None:
        """Give back a reservation and book what the call cost."""
        with self._lock:
            self._reserved -= reserved
            self._total = self._total + cost


def estimate_tokens(text: str) -> int:
    """Tokens in a text, guessed on the high side: one per Chinese character, one per three others.

    Today's tokenizers take 0.6-0.8 tokens for a Chinese character (older ones above 1) and about 0.25-0.3 for a Latin
    letter or a digit, so a budget kept with this guess is seldom overrun.
    """
    wide = sum(1 for char in text if ord(char) >= 0x2E80)
    return wide + (len(text) - wide + 2) // 3
