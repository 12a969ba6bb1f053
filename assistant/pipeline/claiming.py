"""Knows how one run leases the records that it reads, a few at a time, and gives back what it did not read."""

import datetime as dt
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from time import monotonic

from assistant.domain.records import Record
from assistant.insight.silence import says_nothing
from assistant.pipeline.context import Context
from assistant.pipeline.keeping import ELSEWHERE, IN_BATCH, NOTHING_SAID
from assistant.pipeline.turns import place_of
from assistant.records.reading_store import ReadingStore

LEASE_SECONDS = 900
"""A lease is renewed long before it runs out while its run lives; so long a run that lost its machine is waited for."""
SIZES = {"llm": 64, "rules": 500}
"""Records leased at once: a model is slow, and what one run holds no other can read."""
BATCH_HOLDER = "batch "
"""How the holder begins in whose name a batch under way holds its records; no machine is called so."""


class Claims:
    """The leases of one run. Used by one thread; another may renew them meanwhile."""

    def __init__(self, context: Context, identity: str) -> None:
        self._store: ReadingStore = context.store
        self._engine, self._identity = context.engine.name, identity
        self.place = place_of(context.data_dir)
        """How the holders of all runs under this run lock begin."""
        self.holder = f"{self.place}{os.getpid()}:{secrets.token_hex(4)}"
        self.keys: dict[str, str] = {}
        """Record id → ledger key, of what was leased and not yet saved."""
        self._renewed = monotonic()

    def take_over(self) -> int:
        """Free what runs left behind that died; the caller holds the run lock, so none of this place is alive."""
        return self._store.take_over(self.place)

    def records(self, record_ids: Sequence[str], leave: Callable[[str], None]) -> Iterator[Record]:
        """The records that this run got, leased as they are asked for; `leave` is told why of each other one."""
        size = SIZES["llm" if self._engine == "llm" else "rules"]
        for at in range(0, len(record_ids), size):
            some = record_ids[at : at + size]
            got = self._store.claim(some, self._identity, self._engine, self.holder, _until())
            silent = [one for one, (_, record) in got.items() if says_nothing(record)]
            if silent:
                self._store.skip([got[one][0] for one in silent], NOTHING_SAID)
            for _ in silent:
                leave(NOTHING_SAID)
            missed = set(some).difference(got)
            batched = self._store.held_by(BATCH_HOLDER, list(missed), self._identity) if missed else set()
            for one in missed:
                leave(IN_BATCH if one in batched else ELSEWHERE)
            kept = {one: got[one] for one in got if one not in set(silent)}
            self.keys.update((one, key) for one, (key, _) in kept.items())
            yield from (record for _, record in kept.values())

    def settled(self, record_ids: Iterable[str]) -> None:
        """Their results are saved."""
        for record_id in record_ids:
            self.keys.pop(record_id, None)

    def renew_if_due(self) -> None:
        """Keep the leases while the run lives."""
        if monotonic() - self._renewed > LEASE_SECONDS / 3:
            self._store.renew(self.holder, _until())
            self._renewed = monotonic()

    def give_back(self) -> None:
        """End the leases of what was not read: it is pending again."""
        self._store.give_back(self.holder)


def _until() -> str:
    return (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=LEASE_SECONDS)).isoformat(timespec="seconds")
