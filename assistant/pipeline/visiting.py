"""A door to a job under way: somebody short is let in while it pauses, one after the other."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Door:
    """Stands between one who works, who opens it now and then, and visitors from other threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._visitors = 0
        self._open, self._inside, self._closed = False, False, False

    @contextmanager
    def visit(self, patience: float) -> Iterator[bool]:
        """Wait at most so many seconds to be let in, alone; whether that came about."""
        with self._changed:
            self._visitors += 1
            self._changed.wait_for(lambda: self._free or self._closed, patience)
            entered = self._free
            self._inside = self._inside or entered
        try:
            yield entered
        finally:
            with self._changed:
                self._visitors -= 1
                self._inside = self._inside and not entered
                self._changed.notify_all()

    @property
    def _free(self) -> bool:
        return self._open and not self._inside

    def let_in(self) -> None:
        """Pause until all who wait have been inside or have gone."""
        with self._changed:
            if self._visitors:
                self._open = True
                self._changed.notify_all()
                self._changed.wait_for(lambda: not self._visitors)
                self._open = False

    def close(self) -> None:
        """Nobody is let in any more; who waits is told so."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
