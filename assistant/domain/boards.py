"""Where those who share something write down how much of it they have taken: a page a name, changed by one at a time."""

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Page = dict[str, Any]
"""What stands under a name, as JSON can hold it; empty where nothing does."""
Work = Callable[[Page, float], T]
"""Given a page, to be changed in place, and the moment by the board's own clock, in seconds."""
MANY = 10_000
"""So many pages one process remembers before it looks for those that mean nothing any more."""


class Board(Protocol):
    """Pages by name. An implementation may be shared by processes, and then its clock is too."""

    def change(self, name: str, work: Work[T], keep: float) -> T:
        """What `work` gives, while nobody else sees or changes the page; it means nothing so many seconds from now on.

        Raises:
            StoreError: the page can't be reached; nothing was changed.
        """
        ...

    def look(self, name: str) -> tuple[Page, float]:
        """A page as it stands, not to be changed, and the moment; see `change`."""
        ...

    def forget(self, name: str) -> None:
        """Take a page away; see `change`."""
        ...


class LocalBoard:
    """`Board` for the threads of one process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pages: dict[str, tuple[Page, float]] = {}

    def change(self, name: str, work: Work[T], keep: float) -> T:
        """See `Board.change`."""
        with self._lock:
            now = self._clock()
            page = self._pages.get(name, ({}, 0.0))[0]
            told = work(page, now)
            self._pages[name] = page, now + keep
            if len(self._pages) > MANY:
                self._pages = {one: held for one, held in self._pages.items() if held[1] > now}
            return told

    def look(self, name: str) -> tuple[Page, float]:
        """See `Board.look`."""
        with self._lock:
            return self._pages.get(name, ({}, 0.0))[0], self._clock()

    def forget(self, name: str) -> None:
        """See `Board.forget`."""
        with self._lock:
            self._pages.pop(name, None)
