"""Knows what those who share a purse have spent and set aside, and whether a call still fits into it."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from assistant.domain.boards import Board, Page
from assistant.domain.engine import Usage

KEEP = 40 * 86_400.0
"""Seconds after which nobody takes up any more what a purse was for."""
LEASE = 60.0
"""Seconds for which something is set aside unless that is renewed: so long after its process died it comes back."""


class Sum(NamedTuple):
    """Tokens and money."""

    tokens: int = 0
    money: float = 0.0

    def plus(self, other: "Sum") -> "Sum":
        """Both together."""
        return Sum(self.tokens + other.tokens, self.money + other.money)

    def less(self, other: "Sum") -> "Sum":
        """What is left of it, nothing at the least."""
        return Sum(max(0, self.tokens - other.tokens), max(0.0, self.money - other.money))


def sum_of(cost: Usage) -> Sum:
    """What calls have cost."""
    return Sum(cost.prompt_tokens + cost.completion_tokens, cost.cost or 0.0)


@dataclass(frozen=True, slots=True)
class Short:
    """A call does not fit into a purse."""

    spent: Sum
    under_way: bool
    """Somebody has set something aside that may come back."""


@dataclass(frozen=True, slots=True)
class Purse:
    """A purse on a board, and what may be spent of it; None: as much as one likes."""

    board: Board
    name: str
    tokens: int | None
    money: float | None
    daily: bool = False
    """It is everybody's for a day, not one run's."""

    @property
    def spent(self) -> Sum:
        """What has been spent of it; see `set_aside`."""
        return Sum(*self.board.look(self.name)[0].get("spent", ()))

    def set_aside(self, who: str, most: Sum, lease: float = LEASE) -> Short | None:
        """Set something aside for a call of somebody's, who renews that while it is under way; or why it does not fit.

        Raises:
            StoreError: the board can't be reached.
        """

        def work(page: Page, now: float) -> Short | None:
            aside, spent = _aside(page, now), Sum(*page.get("spent", ()))
            rest = spent.plus(most)
            for held in aside.values():
                rest = rest.plus(Sum(*held[:2]))
            if (self.tokens is not None and rest.tokens > self.tokens) or (
                self.money is not None and rest.money > self.money
            ):
                return Short(spent, bool(aside))
            held = aside.setdefault(who, [0, 0.0, 0, now])
            aside[who] = [*Sum(*held[:2]).plus(most), held[2] + 1, now + lease]
            page["aside"] = aside
            return None

        return self.board.change(self.name, work, KEEP)

    def renew(self, who: str) -> None:
        """What somebody has set aside is for calls that are still under way; see `set_aside`."""

        def work(page: Page, now: float) -> None:
            aside = _aside(page, now)
            if who in aside:
                aside[who][3] = now + LEASE
            page["aside"] = aside

        self.board.change(self.name, work, KEEP)

    def settle(self, who: str, aside: Sum, spent: Sum, calls: int = 1) -> None:
        """Give back what was set aside for somebody's calls, and write down what they cost; see `set_aside`."""

        def work(page: Page, now: float) -> None:
            found = _aside(page, now)
            if calls and who in found:  # else it has lasted too long, and was given back already
                under_way = found[who][2] - calls
                found[who] = [*Sum(*found[who][:2]).less(aside), under_way, found[who][3]]
                if under_way <= 0:
                    del found[who]
            page["aside"] = found
            page["spent"] = [*Sum(*page.get("spent", ())).plus(spent)]

        self.board.change(self.name, work, KEEP)


def _aside(page: Page, now: float) -> dict[str, list[Any]]:
    """Who has set aside what: tokens, money, calls, until when; those whose calls are over by any measure are gone.

    Nobody's lease is longer than one that begins now: such were written before somebody put the clock back.
    """
    aside = page.get("aside", {}).items()
    return {who: [*held[:3], min(held[3], now + LEASE)] for who, held in aside if held[3] > now}
