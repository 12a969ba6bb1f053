"""What calls of the model cost whoever they are made for: everything begun within `metered`, in its threads too."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from assistant.domain.engine import Usage


class Meter:
    """Adds up what is booked while it runs. Safe for threads.

    Args:
        late: told of each call that ends only after the meter did: whoever asked has gone, and it was paid for.
    """

    def __init__(self, late: Callable[[Usage], None]) -> None:
        self._lock = threading.Lock()
        self._late = late
        self._total = Usage()
        self._ended = False

    @property
    def total(self) -> Usage:
        """What was booked so far."""
        with self._lock:
            return self._total

    def add(self, cost: Usage) -> None:
        """Book a call."""
        with self._lock:
            self._total = self._total + cost
            ended = self._ended
        if ended and cost != Usage():
            self._late(cost)

    def end(self) -> Usage:
        """Stop; what was booked until now."""
        with self._lock:
            self._ended = True
            return self._total


_running: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def metered(late: Callable[[Usage], None]) -> Iterator[Meter]:
    """A meter for the calls made in the block; see `Meter`."""
    meter = Meter(late)
    token = _running.set(meter)
    try:
        yield meter
    finally:
        _running.reset(token)


def book(cost: Usage) -> None:
    """Tell the meter that runs, if one does."""
    if (meter := _running.get()) is not None:
        meter.add(cost)
