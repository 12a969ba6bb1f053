"""Knows how many threads share one write: who waits while another writes is written by the next writer with the rest."""

import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from assistant.domain.engine import Usage
from assistant.llm.cache import Kept

T = TypeVar("T")


class Gathered(Generic[T]):
    """Items of many threads written together; each `add` returns when its item is written. Safe for several threads."""

    def __init__(self, write: Callable[[Sequence[T]], None]) -> None:
        self._write = write
        self._waiting: list[_Entry[T]] = []
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def add(self, item: T) -> None:
        """Write an item, alone or with others.

        Raises:
            BaseException: what the write that held this item raised.
        """
        mine = _Entry(item)
        with self._lock:
            self._waiting.append(mine)
        with self._turn:
            if not mine.done:
                self._write_all()
        if mine.error is not None:
            raise mine.error

    def _write_all(self) -> None:
        with self._lock:
            entries, self._waiting = self._waiting, []
        written = False
        try:
            self._write([entry.item for entry in entries])
            written = True
        finally:  # whoever waits for this write must learn of it, whatever it was
            for entry in entries:
                entry.error = None if written else sys.exception()
                entry.done = True


@dataclass(slots=True)
class _Entry(Generic[T]):
    item: T
    done: bool = False
    error: BaseException | None = None


class Ledger(Protocol):
    """Where it is written down whose words are sent."""

    def note(self, subjects: Iterable[str]) -> None:
        """Note data subjects."""
        ...


class GatheredLedger:
    """A ledger whose entries of many threads are written together, before any of their texts is sent."""

    def __init__(self, ledger: Ledger) -> None:
        def write(groups: Sequence[frozenset[str]]) -> None:
            ledger.note(frozenset[str]().union(*groups))

        self._gathered = Gathered(write)

    def note(self, subjects: Iterable[str]) -> None:
        """See `Ledger.note`."""
        self._gathered.add(frozenset(subjects))


class ManyCache(Protocol):
    """A call cache that takes many answers in one write."""

    def get(self, key: str) -> str | None:
        """See `assistant.llm.cache.CallCache.get`."""
        ...

    def put_many(self, answers: Sequence[Kept]) -> None:
        """Keep answers, all or none."""
        ...


class GatheredCache:
    """`assistant.llm.cache.CallCache` over one that takes many answers in one write."""

    def __init__(self, cache: ManyCache) -> None:
        self._cache = cache
        self._gathered: Gathered[Kept] = Gathered(cache.put_many)

    def get(self, key: str) -> str | None:
        """See `CallCache.get`."""
        return self._cache.get(key)

    def put(self, key: str, model: str, prompt_name: str, answer_json: str, usage: Usage) -> None:
        """See `CallCache.put`."""
        self._gathered.add((key, model, prompt_name, answer_json, usage))
