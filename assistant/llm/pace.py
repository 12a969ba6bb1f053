"""Knows how fast an endpoint may be asked: requests and tokens a minute, and when it has asked us to wait."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from assistant.errors import ModelDownError

MINUTE = 60.0
QUICK_SECONDS = 1.0
"""How long somebody who is waiting is kept waiting for a turn."""
_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Turn:
    """Leave to send one request, and what it took."""

    at: float
    tokens: int
    past: bool = False
    """Sent longer ago than a minute."""


class Pace(Protocol):
    """Whose turn it is; an implementation may share the limits among processes."""

    def turn(self, tokens: int, *, quick: bool = False) -> Turn:
        """Wait until a request of about so many tokens may be sent.

        Raises:
            ModelDownError: with `quick`, where that would take too long.
        """
        ...

    def took(self, turn: Turn, tokens: int) -> None:
        """Say how many tokens the request really took."""
        ...

    def hold(self, seconds: float) -> None:
        """Let nobody send anything for so long: the endpoint has asked for it."""
        ...


@dataclass(slots=True)
class LocalPace:
    """`Pace` for all threads of one process: in no stretch of sixty seconds more than the limits (None: no limit).

    A request that alone is above the tokens of a minute is sent when a whole minute stands empty.
    """

    requests: int | None = None
    tokens: int | None = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _sent: deque[Turn] = field(default_factory=deque)
    _spent: int = 0
    _held_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def turn(self, tokens: int, *, quick: bool = False) -> Turn:
        """See `Pace.turn`."""
        while True:
            with self._lock:
                now = self.clock()
                wait = self._wait(now, tokens)
                if wait <= 0:
                    turn = Turn(now, tokens)
                    if self.requests is not None or self.tokens is not None:
                        self._sent.append(turn)
                        self._spent += tokens
                    return turn
            if quick and wait > QUICK_SECONDS:
                raise ModelDownError(
                    f"the model endpoint may not be asked for another {wait:.0f} seconds (its own wish, or VOC_LLM_RPM "
                    "and VOC_LLM_TPM)"
                )
            self.sleep(wait)

    def took(self, turn: Turn, tokens: int) -> None:
        """See `Pace.took`."""
        with self._lock:
            if not turn.past:
                self._spent += tokens - turn.tokens
                turn.tokens = tokens

    def hold(self, seconds: float) -> None:
        """See `Pace.hold`."""
        with self._lock:
            until = self.clock() + min(seconds, MINUTE)
            if until > self._held_until:
                self._held_until = until
                _LOG.info("the endpoint asks for %.1f seconds without requests", seconds)

    def _wait(self, now: float, tokens: int) -> float:
        """Seconds until such a request may be sent, 0 for now; called under the lock."""
        while self._sent and self._sent[0].at <= now - MINUTE:
            old = self._sent.popleft()
            old.past = True
            self._spent -= old.tokens
        wait = self._held_until - now
        if self.requests is not None and len(self._sent) >= self.requests:
            wait = max(wait, self._sent[len(self._sent) - self.requests].at + MINUTE - now)
        if self.tokens is not None and self._sent and self._spent + tokens > self.tokens:
            wait = max(wait, self._until_room(tokens) + MINUTE - now)
        return max(wait, 0.0)

    def _until_room(self, tokens: int) -> float:
        """The moment of the request with whose end of minute there is room; called under the lock."""
        assert self.tokens is not None
        left = self._spent
        for one in self._sent:
            left -= one.tokens
            if left + tokens <= self.tokens:
                return one.at
        return self._sent[-1].at
