"""How often somebody may come in any minute: the same for all services on a database, asked of it once for many requests."""

import hashlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.domain.access import Principal
from assistant.domain.boards import Board, LocalBoard, Page
from assistant.domain.pacing import Minute, Rate
from assistant.errors import StoreError

USUAL_PER_MINUTE = 600
"""Requests of a key or user that says nothing else."""
SHARE = 20
"""A service takes a twentieth of a minute's requests at once, of a busy key's."""
MOST_AT_ONCE = 50
LASTING = 3.0
"""Seconds in which a service uses what it took, or gives it back. They are counted when they can have been used last, so that
no minute has more than the limit; what lies unused in another service meanwhile is missing, at the most a share each."""
_ASK_AGAIN = 1.0
"""A service that was told to wait asks again after so many seconds: others may have given something back."""
_MOST = 10_000
_log = logging.getLogger("voc.api")


@dataclass(slots=True)
class _Share:
    """What a service has taken for somebody, or that there is nothing."""

    left: int = 0
    part: int = 0
    until: float = 0.0
    refused_until: float = 0.0
    free_at: float = 0.0
    asked_at: float = -_ASK_AGAIN
    lock: threading.Lock = field(default_factory=threading.Lock)


def seconds_to_wait(buckets: "Buckets", principal: Principal) -> float:
    """Count one request of somebody; 0 where they may make it, else the seconds until they may."""
    return buckets.take(principal.id, per_minute_of(principal))


def per_minute_of(principal: Principal) -> int:
    """The requests that somebody may make in any minute."""
    return principal.limits.per_minute or USUAL_PER_MINUTE


class Buckets:
    """Requests a minute by name, on a board that services share. Safe for threads.

    Where the board can't be reached, everybody has a bucket in this process's memory until it can.
    """

    def __init__(
        self, board: Board | None = None, clock: Callable[[], float] = time.monotonic, seconds: float = 60.0
    ) -> None:
        self._board, self._clock, self._seconds = board or LocalBoard(clock), clock, seconds
        self._meanwhile = LocalBoard(clock)
        self._lock = threading.Lock()
        self._shares: dict[str, _Share] = {}

    def take(self, name: str, per_minute: int) -> float:
        """Take one out; 0 where there was one, else the seconds until there is one."""
        now = self._clock()
        with self._lock:
            share = self._shares.setdefault(name, _Share())
            if len(self._shares) > _MOST:
                self._shares = {one: kept for one, kept in self._shares.items() if now < kept.until + self._seconds}
        with share.lock:
            now = self._clock()  # others may have been waited for
            if share.left and now < share.until:
                share.left -= 1
                return 0.0
            if now < share.refused_until:
                return share.free_at - now
            return self._asked(name, share, Rate(per_minute, None, self._seconds), now)

    def _asked(self, name: str, share: _Share, rate: Rate, now: float) -> float:
        """The board's answer, kept for the next requests; called under the share's lock."""
        lasting = self._seconds * LASTING / 60
        busy = now - share.asked_at < lasting
        page = f"often {hashlib.sha256(name.encode()).hexdigest()[:32]}"  # names hold addresses and what people typed

        def work(found: Page, moment: float) -> tuple[float, int, int]:
            minute = Minute(found, moment, rate.seconds)
            minute.correct(share.part, -share.left, 0)
            wait, taken, part = minute.wait(rate, 0), 0, 0
            if wait <= 0:
                most = max(1, min(MOST_AT_ONCE, (rate.requests or 1) // SHARE)) if busy else 1
                taken = min(most, minute.room(rate))
                part = minute.take(taken, 0, lasting=lasting if taken > 1 else 0.0)
            minute.write()
            return wait, taken, part

        try:
            wait, taken, part = self._board.change(page, work, 3 * self._seconds)
        except StoreError as error:
            _log.warning("how often somebody comes is counted by this process alone: %s", error)
            share.left = 0
            wait, taken, part = self._meanwhile.change(page, work, 3 * self._seconds)
        share.asked_at, share.left, share.part, share.until = now, max(0, taken - 1), part, now + lasting
        share.refused_until, share.free_at = now + min(wait, _ASK_AGAIN), now + wait
        return wait
