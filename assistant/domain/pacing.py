"""How much may be asked for in any minute, what was asked for in the last one, and whose turn comes next."""

from dataclasses import dataclass
from typing import Any

from assistant.domain.boards import Page

MINUTE = 60.0
PARTS = 60
"""What was asked for is counted by parts of the minute, and each part counts until its last moment is a minute old: so in
no stretch of a minute there is more than the limit, and at the most a sixtieth less than it."""
_ROUNDING = 0.001
"""Seconds that are waited beyond the reckoned moment, so that it has come when the clock is asked again."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so many requests and tokens in any stretch of so many seconds; None: as many as one likes."""

    requests: int | None = None
    tokens: int | None = None
    seconds: float = MINUTE

    @property
    def limited(self) -> bool:
        """Whether there is a limit at all."""
        return self.requests is not None or self.tokens is not None

    def holds(self, requests: int, tokens: int) -> bool:
        """Whether so much is within it."""
        return (self.requests is None or requests <= self.requests) and (self.tokens is None or tokens <= self.tokens)


class Minute:
    """The last minute of a `Rate` as it stands on a page. Moments and lengths are in seconds.

    A request that alone is above the tokens of a minute has its turn when a whole minute stands empty.
    """

    def __init__(self, page: Page, now: float, seconds: float = MINUTE) -> None:
        self._page, self._now, self._seconds = page, now, seconds
        self._width = seconds / PARTS
        latest = self.part(now + seconds)  # later ones were written before somebody put the clock back
        sent: dict[str, list[int]] = page.get("sent", {})
        self._sent: dict[int, list[int]] = {}
        for part, (requests, tokens) in sent.items():
            if self._end(int(part)) > now:
                self._count(min(int(part), latest), requests, tokens)
        waiting: dict[str, list[Any]] = page.get("waiting", {})
        self._waiting = {who: wish for who, wish in waiting.items() if now < wish[1] <= now + 2 * seconds}

    def part(self, moment: float) -> int:
        """The number of the part of a minute in which a moment lies."""
        return int(moment // self._width)

    @property
    def held(self) -> float:
        """For how long nobody may ask for anything."""
        return max(0.0, min(float(self._page.get("held", 0.0)) - self._now, self._seconds))

    def hold(self, seconds: float) -> None:
        """Let nobody ask for anything for so long, a minute at most."""
        until = self._now + min(seconds, self._seconds)
        self._page["held"] = max(until, self._now + self.held)

    def wait(self, rate: Rate, tokens: int, who: str | None = None) -> float:
        """For how long a request of so many tokens has to wait, 0 for not at all.

        With `who`, behind those whose wish has stood here longer than theirs.
        """
        before = self._before(who)
        requests, tokens = 1 + len(before), tokens + sum(before)
        count, taken = self.taken
        free_at = self._now
        for part, (sent, took) in sorted(self._sent.items()):
            if rate.holds(count + requests, taken + tokens):
                break
            count, taken, free_at = count - sent, taken - took, self._end(part) + _ROUNDING
        else:
            if before and not rate.holds(requests, tokens):
                free_at = max(free_at, self._now + self._width)
        return max(free_at - self._now, self.held)

    @property
    def taken(self) -> tuple[int, int]:
        """Requests and tokens of the last minute."""
        return sum(sent for sent, _ in self._sent.values()), sum(took for _, took in self._sent.values())

    def room(self, rate: Rate) -> int:
        """How many requests are left of this minute."""
        return 0 if rate.requests is None else max(0, rate.requests - self.taken[0])

    def wish(self, who: str, tokens: int, until: float) -> None:
        """Have somebody's wish stand here, at the place it had if it stood here, until that moment."""
        since = self._waiting[who][0] if who in self._waiting else self._now
        self._waiting[who] = [since, until, tokens]

    def take(self, requests: int, tokens: int, who: str | None = None, lasting: float = 0.0) -> int:
        """Write down what somebody takes, to be used within `lasting`; the part of the minute in which it is counted."""
        part = self.part(self._now + lasting)
        self._count(part, requests, tokens)
        if who is not None:
            self._waiting.pop(who, None)
        return part

    def correct(self, part: int, requests: int, tokens: int) -> None:
        """Write down that so many more (fewer: below 0) were taken, unless the minute is over."""
        if (sent := self._sent.get(part)) is not None:
            sent[0], sent[1] = max(0, sent[0] + requests), max(0, sent[1] + tokens)

    def write(self) -> None:
        """Put it on its page."""
        self._page["sent"] = {str(part): taken for part, taken in self._sent.items() if any(taken)}
        self._page["waiting"] = self._waiting
        if not self.held:
            self._page.pop("held", None)

    def _count(self, part: int, requests: int, tokens: int) -> None:
        taken = self._sent.setdefault(part, [0, 0])
        taken[0], taken[1] = taken[0] + requests, taken[1] + tokens

    def _before(self, who: str | None) -> list[int]:
        """The tokens that those wish for who have waited longer."""
        if who is None:
            return []
        own = [self._waiting[who][0] if who in self._waiting else self._now, who]
        return [tokens for other, (since, _, tokens) in self._waiting.items() if [since, other] < own]

    def _end(self, part: int) -> float:
        """The moment from which on a part does not count any more."""
        return (part + 1) * self._width + self._seconds
