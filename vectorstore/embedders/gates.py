"""What stands before an embedding endpoint: which texts may be sent to it, and when."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Door(Protocol):
    """What looks at texts once more before they are sent. Safe for several threads."""

    def admitted(self, texts: Sequence[str]) -> list[bool]:
        """Which texts may be sent."""
        ...


class Meter(Protocol):
    """What keeps an endpoint's limits and a budget for all who ask it. Safe for several threads."""

    def request(self, texts: Sequence[str], *, quick: bool) -> AbstractContextManager[Callable[[int | None], None]]:
        """Waits for leave to send these texts; within it they are sent, and it is told how many tokens that took.

        None: there was no answer, and it may have been counted nevertheless. Told nothing: it took none. With `quick`
        somebody is waiting.

        Raises:
            EmbedderError: ``down``, where there is no leave to be had.
        """
        ...

    def hold(self, seconds: float) -> None:
        """The endpoint asks to be left alone for so long."""
        ...


class Unmetered:
    """A `Meter` of who may ask as often as he likes."""

    @contextmanager
    def request(self, texts: Sequence[str], *, quick: bool) -> Iterator[Callable[[int | None], None]]:
        """See `Meter.request`."""
        yield lambda _: None

    def hold(self, seconds: float) -> None:
        """See `Meter.hold`: who asked is waiting already."""
