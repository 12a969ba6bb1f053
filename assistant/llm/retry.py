"""Knows when to ask the endpoint again, how long to wait, and when to stop asking at all."""

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception

from assistant.errors import ModelAnswerError, ModelDownError, ModelError
from assistant.llm.faults import CallFault, Cause

T = TypeVar("T")

PATIENT: Mapping[Cause, int] = {"busy": 8, "failing": 7, "away": 7, "silent": 2, "strange": 2, "final": 1}
"""Tries in all by class of fault, for work that can wait: about a minute for a server that starts anew; a time-out has
cost its wait already."""
COLD: Mapping[Cause, int] = {**PATIENT, "failing": 4, "away": 3}
"""The same while an endpoint has never answered: then it is more likely the wrong address than a short absence."""
QUICK: Mapping[Cause, int] = {"busy": 2, "failing": 2, "away": 2, "silent": 1, "strange": 1, "final": 1}
"""The same where somebody is waiting for the answer."""
QUICK_WAIT = 0.3


class Stopped(ModelDownError):  # noqa: N818  (a stop on purpose, not a fault of its own)
    """The circuit is open: the call was not made, so it is held against neither the prompt nor the record."""

    kind = "stopped"


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently one request is tried. Seconds throughout."""

    tries: Mapping[Cause, int] = field(default_factory=lambda: PATIENT)
    cold_tries: Mapping[Cause, int] = field(default_factory=lambda: COLD)
    first_wait: float = 0.5
    longest_wait: float = 60.0
    sleep: Callable[[float], None] = time.sleep

    def run(self, request: Callable[[], T], *, quick: bool = False, cold: bool = False) -> T:
        """The result of `request`, tried again where the class of its `CallFault` says that may help.

        The wait doubles from `first_wait`, with up to as much again at random, so that threads that failed together
        don't come back together; it is never shorter than the server asked for, never longer than `longest_wait`.
        With `quick` there is one short wait at most; a server that asks for a longer one is not waited for.

        Raises:
            CallFault: the last one.
        """
        table = QUICK if quick else self.cold_tries if cold else self.tries

        def stop(state: RetryCallState) -> bool:
            fault = _fault(state)
            impatient = quick and (fault.retry_after or 0.0) > QUICK_WAIT
            return impatient or state.attempt_number >= table[fault.cause]

        policy = Retrying(
            stop=stop,
            wait=lambda state: QUICK_WAIT if quick else self._wait(state),
            retry=retry_if_exception(lambda error: isinstance(error, CallFault)),
            sleep=self.sleep,
            reraise=True,
        )
        return policy(request)

    def _wait(self, state: RetryCallState) -> float:
        asked = _fault(state).retry_after or 0.0
        backoff: float = self.first_wait * 2 ** (state.attempt_number - 1)
        jitter = random.uniform(0, backoff)  # noqa: S311
        return min(max(asked, backoff) + jitter, self.longest_wait)


def _fault(state: RetryCallState) -> CallFault:
    fault = state.outcome.exception() if state.outcome else None
    assert isinstance(fault, CallFault)
    return fault


class CircuitBreaker:
    """Stops calling an endpoint that keeps failing in the same way. Safe to use from several threads.

    After `limit` equal failures in a row with no success between (`answer_limit` for unusable answers, some of which
    may be a prompt's fault), calls fail at once for `pause` seconds; then one is let through to see.
    """

    def __init__(
        self,
        limit: int = 3,
        answer_limit: int = 8,
        pause: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit, self._answer_limit, self._pause, self._clock = limit, answer_limit, pause, clock
        self._lock = threading.Lock()
        self._last: ModelError | None = None
        self._count = 0
        self._retry_at = 0.0

    def check(self) -> None:
        """Let a call pass, or fail it at once.

        Raises:
            Stopped: with the words of the failure that opened the circuit.
        """
        with self._lock:
            limit = self._answer_limit if isinstance(self._last, ModelAnswerError) else self._limit
            if self._last is None or self._count < limit:
                return
            now = self._clock()
            if now < self._retry_at:
                raise Stopped(f"stopped asking, since it goes wrong in the same way again and again: {self._last}")
            self._retry_at = now + self._pause

    def note(self, error: ModelError | None) -> None:
        """Take note of how a call ended: None for a success."""
        with self._lock:
            self._count = self._count + 1 if error is not None and _alike(error, self._last) else 1
            self._last = error
            self._retry_at = self._clock() + self._pause

    def give_up(self, error: ModelError) -> None:
        """Open at once: this failure is sure to come again."""
        with self._lock:
            self._last, self._count = error, max(self._limit, self._answer_limit)
            self._retry_at = self._clock() + self._pause


def _alike(error: ModelError, last: ModelError | None) -> bool:
    if type(error) is not type(last):
        return False
    return isinstance(error, ModelAnswerError) or str(error) == str(last)
