"""Knows when to ask the endpoint again, how long to wait, and when to stop asking at all."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception

from assistant.errors import ModelAnswerError, ModelDownError, ModelError
from assistant.llm.vendor import CallFault

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently one request is tried. Seconds throughout."""

    tries: int = 4
    first_wait: float = 0.5
    longest_wait: float = 60.0
    sleep: Callable[[float], None] = time.sleep

    def run(self, request: Callable[[], T]) -> T:
        """The result of `request`, tried again where its `CallFault` says that may help.

        The wait doubles from `first_wait`, with up to as much again at random, so that threads that failed together
        don't come back together; it is never shorter than the server asked for, never longer than `longest_wait`.

        Raises:
            CallFault: the last one.
        """
        policy = Retrying(
            stop=self._stop,
            wait=self._wait,
            retry=retry_if_exception(lambda error: isinstance(error, CallFault) and error.again),
            sleep=self.sleep,
            reraise=True,
        )
        return policy(request)

    def _stop(self, state: RetryCallState) -> bool:
        fault = state.outcome.exception() if state.outcome else None
        worth = fault.tries if isinstance(fault, CallFault) and fault.tries else self.tries
        return state.attempt_number >= min(worth, self.tries)

    def _wait(self, state: RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome else None
        asked = fault.retry_after if isinstance(fault, CallFault) and fault.retry_after else 0.0
        backoff: float = self.first_wait * 2 ** (state.attempt_number - 1)
        jitter = random.uniform(0, backoff)  # noqa: S311
        return min(max(asked, backoff) + jitter, self.longest_wait)


class CircuitBreaker:
    """Stops calling an endpoint that keeps failing in the same way. Safe to use from several threads.

    After `limit` equal failures in a row with no success between (`answer_limit` for unusable answers, which may be
    one prompt's fault), calls fail at once for `pause` seconds; then one is let through to see. A call that fails so
    was never made: it fails as an endpoint does, not as an answer, so that it is not held against the prompt.
    """

    def __init__(
        self,
        limit: int = 3,
        answer_limit: int = 12,
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
            ModelError: of the kind and with the words of the failure that opened the circuit; `ModelDownError` where
                that was an unusable answer.
        """
        with self._lock:
            limit = self._answer_limit if isinstance(self._last, ModelAnswerError) else self._limit
            if self._last is None or self._count < limit:
                return
            now = self._clock()
            if now < self._retry_at:
                raise self._closed(self._last)
            self._retry_at = now + self._pause

    def _closed(self, last: ModelError) -> ModelError:
        if not isinstance(last, ModelAnswerError):
            return type(last)(str(last))
        return ModelDownError(f"{last}; so it went {self._count} times in a row, no more is asked for now")

    def note(self, error: ModelError | None) -> None:
        """Take note of how a call ended: None for a success."""
        with self._lock:
            self._count = self._count + 1 if error is not None and _alike(error, self._last) else 1
            self._last = error
            self._retry_at = self._clock() + self._pause


def _alike(error: ModelError, last: ModelError | None) -> bool:
    if type(error) is not type(last):
        return False
    return isinstance(error, ModelAnswerError) or str(error) == str(last)
