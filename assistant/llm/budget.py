"""Knows what calls have cost, what they may cost, and how to tell before a call that it would cost too much."""

import datetime as dt
import logging
import os
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from assistant.domain.boards import Board, LocalBoard
from assistant.domain.engine import Usage
from assistant.errors import ModelError, StoreError
from assistant.llm import metering
from assistant.llm.pricing import Price
from assistant.llm.purse import LEASE, Purse, Short, Sum, sum_of

MESSAGE_TOKENS = 8
"""What the frame of one message takes, at the most."""
PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between two looks at a purse from which another process may give something back; the last one again and again."""
PATIENCE, QUICK = 20.0, 1.0
"""Seconds that a call waits for a purse that can't be reached; and, where somebody waits for it, for whatever holds it up."""
_LOG = logging.getLogger(__name__)


class BudgetExceeded(ModelError):  # noqa: N818  (a limit reached on purpose, not a fault)
    """The next call might cost more than the budget still holds, so it was not made."""

    kind = "budget"


@dataclass(frozen=True, slots=True)
class Most:
    """The most that one call can cost: what is set aside for it."""

    prompt_tokens: int
    completion_tokens: int
    price: Price | None = field(default=None, repr=False)
    purses: tuple[Purse, ...] = field(default=(), repr=False, compare=False)
    """Where it was set aside."""

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
    run side by side can't overrun a limit together, nor can those of all processes that share a purse. While others are
    under way that may give something back, a call that does not fit waits for them; it is refused when it would not fit
    even then. An endpoint that once counted more than the most is believed from then on: later calls set aside as many
    times as much.
    """

    def __init__(
        self,
        limit: int | None = None,
        money: float | None = None,
        currency: str = "",
        *,
        daily: float | None = None,
        board: Board | None = None,
    ) -> None:
        """`limit` (tokens) and `money` hold for one run, alone until it is `shared`; `daily` (money) for all on `board`."""
        self._limit, self._money, self._daily, self._currency = limit, money, daily, currency
        self._board = board or LocalBoard()
        self._purse = Purse(LocalBoard(), "run", limit, money)
        self._shared_as: str | None = None
        self._who = f"{os.getpid()}:{secrets.token_hex(4)}"
        self._owed: list[tuple[Purse, Sum, Sum, int]] = []
        self._factor = 1.0
        self._total = Usage()
        self._flying: Counter[Purse] = Counter()
        self._keeper: threading.Thread | None = None
        self._changed = threading.Condition()

    @property
    def limited(self) -> bool:
        """Whether there is a limit at all."""
        return self._of_run or self._daily is not None

    @property
    def total(self) -> Usage:
        """What all calls that this process has settled have cost."""
        with self._changed:
            return self._total

    @contextmanager
    def shared(self, name: str) -> Iterator[None]:
        """Meanwhile the run's limits hold for all together who share this name, however often they begin."""
        alone, before = self._purse, self._shared_as
        self._purse, self._shared_as = Purse(self._board, f"run {name}", self._limit, self._money), name
        try:
            yield
        finally:
            self._purse, self._shared_as = alone, before

    @property
    def shared_as(self) -> str | None:
        """The name of those who share the run's limits now; None: it has them alone."""
        return self._shared_as

    def forget(self, name: str) -> None:
        """What was shared under this name is over; whoever begins it anew may spend as much again.

        Raises:
            StoreError: the board can't be reached.
        """
        self._board.forget(f"run {name}")

    def reserve(self, most: Most, *, quick: bool = False) -> Most:
        """Set the most that a call can cost aside; what to settle with. May wait for calls under way, with `quick` a moment.

        Raises:
            BudgetExceeded: it does not fit into what is left; nothing is set aside.
            StoreError: the purse could not be reached for `PATIENCE` seconds.
        """
        pauses, begun = iter(PAUSES), time.monotonic()
        with self._changed:
            most = most.grown(self._factor) if self._factor > 1 else most
            while True:
                try:
                    purses = self._purses()
                    self._pay()
                    found = self._set_aside(purses, most)
                except StoreError:
                    if time.monotonic() - begun > (QUICK if quick else PATIENCE):
                        raise
                else:
                    if found is None:
                        self._fly(purses)
                        return replace(most, purses=purses)
                    purse, short = found
                    if not short.under_way or (quick and time.monotonic() - begun > QUICK):
                        raise BudgetExceeded(self._sentence(most, purse, short.spent))
                self._changed.wait(next(pauses, PAUSES[-1]))

    def set_aside(self, most: Most) -> None:
        """Set aside for good the most that a call may cost which this process will not see the end of.

        Raises:
            BudgetExceeded: it does not fit into what is left.
        """
        reserved = self.reserve(most)
        self._settle(reserved, Usage(), Sum(reserved.tokens, reserved.money))

    def count(self, cost: Usage) -> None:
        """Count among what was settled here what another process has paid that shares the purse, and has booked it there."""
        with self._changed:
            self._total = self._total + cost

    def book(self, cost: Usage) -> None:
        """Book what a batch has cost; the day on which it was handed in has had it set aside for good (`set_aside`)."""
        with self._changed:
            self._total = self._total + cost
            self._owed += [(purse, Sum(), sum_of(cost), 0) for purse in self._purses() if not purse.daily]
            self._pay_if_possible()

    def settle(self, reserved: Most, cost: Usage, *, unsure: bool = False) -> None:
        """Give back a reservation and book what the call cost.

        With `unsure` (a call without an answer may have been paid for nevertheless) its prompt stays set aside.
        """
        metering.book(cost)
        prompt = Most(reserved.prompt_tokens, 0, reserved.price)
        self._settle(reserved, cost, Sum(prompt.tokens, prompt.money) if unsure else Sum())

    def _settle(self, reserved: Most, cost: Usage, unsure: Sum) -> None:
        with self._changed:
            self._total = self._total + cost
            spent = sum_of(cost)
            if reserved.tokens and spent.tokens > reserved.tokens:
                self._factor *= spent.tokens / reserved.tokens
            aside = Sum(reserved.tokens, reserved.money)
            self._owed += [(purse, aside, spent.plus(unsure), 1) for purse in reserved.purses]
            self._flying.subtract(reserved.purses)
            self._pay_if_possible()
            self._changed.notify_all()

    @property
    def _of_run(self) -> bool:
        return self._limit is not None or self._money is not None

    def _purses(self) -> tuple[Purse, ...]:
        """Those that have a limit now: the run's and the day's."""
        found = [self._purse] if self._of_run else []
        if self._daily is not None:
            today = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"
            found.append(Purse(self._board, f"day {today} {self._currency}", None, self._daily, daily=True))
        return tuple(found)

    @property
    def spent_today(self) -> float | None:
        """Money that all have spent today, where that is limited.

        Raises:
            StoreError: the board can't be reached.
        """
        return next((purse.spent.money for purse in self._purses() if purse.daily), None)

    def _set_aside(self, purses: tuple[Purse, ...], most: Most) -> tuple[Purse, Short] | None:
        """In all of them or in none; called under the lock."""
        wanted = Sum(most.tokens, most.money)
        for at, purse in enumerate(purses):
            if (short := purse.set_aside(self._who, wanted)) is not None:
                self._owed += [(taken, wanted, Sum(), 1) for taken in purses[:at]]
                self._pay_if_possible()
                return purse, short
        return None

    def _fly(self, purses: tuple[Purse, ...]) -> None:
        """A call begins; called under the lock."""
        self._flying.update(purses)
        if purses and self._keeper is None:
            self._keeper = threading.Thread(target=self._renew, name="purse", daemon=True)
            self._keeper.start()

    def _renew(self) -> None:
        """While calls are under way, what is set aside for them stays so."""
        while True:
            time.sleep(LEASE / 4)
            with self._changed:
                flying = [purse for purse, calls in self._flying.items() if calls > 0]
                if not flying:
                    self._keeper = None
                    return
            with suppress(StoreError):  # asked for again in a moment
                for purse in flying:
                    purse.renew(self._who)

    def _pay(self) -> None:
        """Write down what calls that are over have cost; called under the lock."""
        while self._owed:
            purse, aside, spent, calls = self._owed[0]
            purse.settle(self._who, aside, spent, calls)
            del self._owed[0]

    def _pay_if_possible(self) -> None:
        try:
            self._pay()
        except StoreError as error:  # before the next call is made
            _LOG.warning("what a call cost is written down later: %s", error)

    def _sentence(self, most: Most, purse: Purse, spent: Sum) -> str:
        if purse.daily:
            return (
                f"the day's budget of {purse.money:g} {self._currency} is used up ({spent.money:.4f} spent by all, the "
                f"next call may cost up to {most.money:.4f}); it begins anew at 00:00 UTC, or raise VOC_BUDGET_DAY"
            )
        if purse.tokens is not None and spent.tokens + most.tokens > purse.tokens:
            return (
                f"the budget of {purse.tokens} tokens is used up ({spent.tokens} spent, the next call may take up to "
                f"{most.tokens}); raise VOC_BUDGET_TOKENS or --budget-tokens to go on"
            )
        return (
            f"the budget of {purse.money:g} {self._currency} is used up ({spent.money:.4f} spent, the next "
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
