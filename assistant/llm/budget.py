"""Knows what calls have cost, what they may cost, and how to tell before a call that it would cost too much."""

import threading
from dataclasses import dataclass, field

from assistant.domain.engine import Usage
from assistant.errors import ModelError
from assistant.llm import metering
from assistant.llm.pricing import Price

MESSAGE_TOKENS = 8
"""What the frame of one message takes, at the most."""


class BudgetExceeded(ModelError):  # noqa: N818  (a limit reached on purpose, not a fault)
    """The next call might cost more than the budget still holds, so it was not made."""

    kind = "budget"


@dataclass(frozen=True, slots=True)
class Most:
    """The most that one call can cost: what is set aside for it."""

    prompt_tokens: int
    completion_tokens: int
    price: Price | None = field(default=None, repr=False)

    @property
    def tokens(self) -> int:
        """All tokens."""
        return self.prompt_tokens + self.completion_tokens

    @property
    def money(self) -> float:
        """In the currency of the price; nothing where there is none."""
        return self.price.cost(self.prompt_tokens, self.completion_tokens) if self.price else 0.0

    def grown(self, factor: float) -> "Most":
        """The same for an endpoint that counts so many times as many tokens."""
        return Most(int(self.prompt_tokens * factor) + 1, int(self.completion_tokens * factor) + 1, self.price)


class Spending:
    """Tokens and money spent, under optional limits of both. Safe to use from several threads.

    A call sets aside the most that it can cost before it is made, and settles with what it did cost; so calls that
    run side by side can't overrun a limit together. While others are under way that may give something back, a call
    that does not fit waits for them; it is refused when it would not fit even then. An endpoint that once counted
    more than the most is believed from then on: later calls set aside as many times as much.
    """

    def __init__(self, limit: int | None = None, money: float | None = None, currency: str = "") -> None:
        self._limit, self._money, self._currency = limit, money, currency
        self._reserved_tokens, self._reserved_money, self._flying = 0, 0.0, 0
        self._unsure_tokens, self._unsure_money = 0, 0.0
        self._factor = 1.0
        self._total = Usage()
        self._changed = threading.Condition()

    @property
    def limited(self) -> bool:
        """Whether there is a limit at all."""
        return self._limit is not None or self._money is not None

    @property
    def total(self) -> Usage:
        """What all settled calls have cost."""
        with self._changed:
            return self._total

    def reserve(self, most: Most) -> Most:
        """Set the most that a call can cost aside; what to settle with. May wait for calls under way.

        Raises:
            BudgetExceeded: it does not fit into what is left; nothing is set aside.
        """
        with self._changed:
            most = most.grown(self._factor) if self._factor > 1 else most
            while not self._fits(most):
                if not self._flying:
                    raise BudgetExceeded(self._sentence(most))
                self._changed.wait()
            self._reserved_tokens += most.tokens
            self._reserved_money += most.money
            self._flying += 1
            return most

    def set_aside(self, most: Most) -> None:
        """Set aside for good the most that a call may cost which this process will not see the end of.

        Raises:
            BudgetExceeded: it does not fit into what is left.
        """
        reserved = self.reserve(most)
        with self._changed:
            self._unsure_tokens += reserved.tokens
            self._unsure_money += reserved.money
        self.settle(reserved, Usage())

    def book(self, cost: Usage) -> None:
        """Book what was paid for in another way, such as a batch handed in earlier."""
        with self._changed:
            self._total = self._total + cost

    def settle(self, reserved: Most, cost: Usage, *, unsure: bool = False) -> None:
        """Give back a reservation and book what the call cost.

        With `unsure` (a call without an answer may have been paid for nevertheless) its prompt stays set aside.
        """
        metering.book(cost)
        with self._changed:
            self._reserved_tokens -= reserved.tokens
            self._reserved_money -= reserved.money
            self._flying -= 1
            self._total = self._total + cost
            if unsure:
                prompt = Most(reserved.prompt_tokens, 0, reserved.price)
                self._unsure_tokens += prompt.tokens
                self._unsure_money += prompt.money
            paid = cost.prompt_tokens + cost.completion_tokens
            if paid > reserved.tokens:
                self._factor *= paid / reserved.tokens
            self._changed.notify_all()

    def _fits(self, most: Most) -> bool:
        total = self._total
        tokens = total.prompt_tokens + total.completion_tokens + self._reserved_tokens + self._unsure_tokens
        money = (total.cost or 0.0) + self._reserved_money + self._unsure_money
        if self._limit is not None and tokens + most.tokens > self._limit:
            return False
        return self._money is None or money + most.money <= self._money

    def _sentence(self, most: Most) -> str:
        spent = self._total.prompt_tokens + self._total.completion_tokens
        if self._limit is not None and spent + self._unsure_tokens + most.tokens > self._limit:
            return (
                f"the budget of {self._limit} tokens is used up ({spent} spent, the next call may take up to "
                f"{most.tokens}); raise VOC_BUDGET_TOKENS or --budget-tokens to go on"
            )
        return (
            f"the budget of {self._money:g} {self._currency} is used up ({self._total.cost or 0.0:.4f} spent, the next "
            f"call may cost up to {most.money:.4f}); raise VOC_BUDGET_MONEY or --budget-cost to go on"
        )


def estimate_tokens(text: str) -> int:
    """Tokens in a text, about, rather too many: one per Chinese character, one per three others.

    Today's tokenizers take 0.6-0.8 tokens for a Chinese character (older ones above 1) and about 0.25-0.3 for a Latin
    letter or a digit.
    """
    wide = _wide(text)
    return wide + (len(text) - wide + 2) // 3


def most_tokens(text: str) -> int:
    """The most tokens that a text can take: one for each ASCII character, one and a half for each other.

    A tokenizer never makes more of an ASCII character than one token; of a Chinese one the oldest in use make up to
    three, but over a prompt never more than one and a third.
    """
    wide = _wide(text)
    return len(text) + (wide + 1) // 2


def _wide(text: str) -> int:
    """Characters beyond the Latin alphabets, counted by their two further bytes: fast on long prompts."""
    return (len(text.encode("utf-8", "surrogatepass")) - len(text) + 1) // 2
