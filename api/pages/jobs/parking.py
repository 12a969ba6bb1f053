"""What each visitor is taking in: the file they brought, how it is to be read, and how far it is."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from api.problems import problem_of
from assistant.domain.receipts import IngestReceipt
from assistant.intake.reading import ReadOptions
from assistant.pipeline.receiving import Parked

PATIENCE = 1800.0
"""Seconds after which a file that nobody takes in is removed: it is not masked."""


@dataclass(slots=True)
class Import:
    """One file of one visitor, from its coming in to the receipt. Its fields are read from other threads."""

    name: str
    """As it may be shown."""
    parked: Parked
    options: ReadOptions = field(default_factory=ReadOptions)
    state: Literal["waiting", "reading", "over"] = "waiting"
    done: int = 0
    total: int | None = None
    """Rows, where the preview counted them all."""
    receipt: IngestReceipt | None = None
    problem: str | None = None
    """Why it was not taken in, in one sentence."""
    timer: threading.Timer | None = None

    def say(self, **said: Any) -> None:
        """Read it differently from now on."""
        self.options = replace(self.options, **said)

    def begin(self) -> bool:
        """Whether it may be taken in now: once."""
        with _guard:
            if self.state != "waiting":
                return False
            self.state = "reading"
        return True

    def take_in(self, take: Callable[[], IngestReceipt]) -> IngestReceipt:
        """Do it, and remember how it ended; the file is gone afterwards, unless it can be tried again.

        Raises:
            Exception: whatever `take` raises; then it waits again.
        """
        try:
            self.receipt = take()
        except Exception as error:
            self.problem, self.state = str(problem_of(error)["detail"]), "waiting"
            raise
        self.problem, self.state = None, "over"
        self.close()
        return self.receipt

    def close(self) -> None:
        """Remove the file."""
        if self.timer is not None:
            self.timer.cancel()
        self.parked.close()


_guard = threading.Lock()
_held: dict[str, Import] = {}
"""By who brought it: one file each."""


def park(owner: str, name: str, parked: Parked) -> Import:
    """Keep a file for whoever brought it, in the place of one that they brought before and did not take in."""
    made = Import(name, parked)
    _watch(owner, made)
    with _guard:
        earlier, _held[owner] = _held.get(owner), made
    if earlier is not None and earlier.state != "reading":
        earlier.close()
    return made


def parked_by(owner: str) -> Import | None:
    """What somebody brought, if they did."""
    return _held.get(owner)


def put_away(owner: str) -> None:
    """Forget what somebody brought; one that is being taken in goes on."""
    with _guard:
        found = _held.get(owner)
        if found is None or found.state == "reading":
            return
        del _held[owner]
    found.close()


def clear() -> None:
    """Remove everything that waits: the service ends."""
    for owner in list(_held):
        put_away(owner)


def _watch(owner: str, one: Import) -> None:
    one.timer = threading.Timer(PATIENCE, _expire, (owner, one))
    one.timer.daemon = True
    one.timer.start()


def _expire(owner: str, one: Import) -> None:
    if _held.get(owner) is not one:
        return
    if one.state == "reading":
        _watch(owner, one)
    elif one.state == "waiting":
        put_away(owner)
