"""How often somebody may come: a bucket each that fills steadily, in the memory of this process."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

USUAL_PER_MINUTE = 600
"""Requests of a key or user that says nothing else."""
_MOST = 10_000
_MINUTE = 60.0


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Buckets:
    """Token buckets by name: each holds a minute's worth and fills as fast. Safe for threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[str, _Bucket] = {}

    def take(self, name: str, per_minute: int) -> float:
        """Take one out; 0 where there was one, else the seconds until there is one."""
        with self._lock:
            now = self._clock()
            bucket = self._buckets.setdefault(name, _Bucket(per_minute, now))
            bucket.left = min(per_minute, bucket.left + (now - bucket.at) * per_minute / _MINUTE)
            bucket.at = now
            if len(self._buckets) > _MOST:
                self._forget(now)
            if bucket.left < 1:
                return (1 - bucket.left) * _MINUTE / per_minute
            bucket.left -= 1
            return 0.0

    def _forget(self, now: float) -> None:
        """Those that nobody has come to for a minute are full again."""
        kept = {name: bucket for name, bucket in self._buckets.items() if now - bucket.at < _MINUTE}
        self._buckets = kept if len(kept) <= _MOST else {}
