"""`Crew` of a cluster: what is sent to its workers, how much at a time, and what is made of their answers."""

import signal
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import islice
from pathlib import Path
from threading import Event, Thread, current_thread, main_thread
from typing import Any

from assistant.domain.engine import Usage
from assistant.domain.receipts import FileReceipt
from assistant.domain.records import Record
from assistant.errors import ModelAccessError, StoreError, VocError
from assistant.insight.extract import Asides
from assistant.intake.preparing import Item
from assistant.intake.privacy import Masker, Vault
from assistant.intake.reading import Part, ReadOptions, parts_of
from assistant.pipeline.cluster.duties import Pack, Preparing, Reading, Ready, Texts, Told, add_asides
from assistant.pipeline.cluster.mapping import Lost, Mapper
from assistant.pipeline.crew import LocalCrew
from assistant.pipeline.keeping import Desk, Fate, Held
from vectorstore.workers import WORTH, Hands, working

UNITS = 8
"""Units for each slot that are handed out together; until all have come nothing new is begun."""
AHEAD = 4
"""Parts of texts for each slot that are handed out together: they stand in memory."""
CALLS = 4
"""Calls for each thread that a unit of a model's packs takes."""
RECORDS = 1_000
"""Records of a unit that the rules read."""
SHARE = 4_000_000, 50_000
"""Bytes of files that a unit takes at the most and at the least, but for a file that is larger."""
WORKER_DIED = "worker_died"
_KEPT = "is there memory enough? What was stored is kept; run again, or without --engine-batch ray to see why"
_BEAT = 200.0
"""Seconds between two looks at leases while nothing comes from workers."""


class ClusterCrew:
    """`assistant.pipeline.crew.Crew` of a cluster.

    Args:
        cluster: who works.
        spent: told of what workers have paid and caught, which they have written down themselves.
        purse: under which name all share this run's budget.
        worth: texts from which on it pays to have them cut and embedded elsewhere.
        records: of a unit that the rules read.
    """

    def __init__(
        self,
        cluster: Mapper,
        spent: Callable[[Usage, int], None],
        purse: Callable[[], str],
        *,
        worth: int = WORTH,
        records: int = RECORDS,
    ) -> None:
        self._cluster, self._spent, self._purse = cluster, spent, purse
        self._worth, self._records = worth, records

    def muster(self) -> None:
        """Have workers on all processors make ready, before anything is done.

        Raises:
            SettingError: a machine would give other results.
            VocError: workers can't work.
        """
        answers = self._cluster.map(Ready(), range(self._cluster.slots), in_order=False)
        if any(isinstance(answer, Lost) for _, answer in answers):
            raise VocError(
                "workers of the Ray cluster can't begin: is the same version of the product, with its extra `ray`, installed "
                "for Ray's Python on every machine of it?"
            )

    def prepared(
        self, paths: Sequence[Path], options: ReadOptions, masker: Masker, vault: Vault | None
    ) -> Generator[Item, None, None]:
        """See `Crew.prepared`; with a vault by this process alone, for its raw values are to go nowhere else."""
        if vault is not None:
            return LocalCrew().prepared(paths, options, masker, vault)
        parts = list(parts_of(paths, options))
        most, least = SHARE
        fair = sum(map(_size, parts)) // (self._cluster.slots * UNITS)
        return self._prepared(list(_shares(parts, max(least, min(most, fair)))), options)

    def _prepared(self, shares: Sequence[Sequence[Part]], options: ReadOptions) -> Generator[Item, None, None]:
        for at, batch in self._cluster.map(Preparing(options), shares, in_order=True):
            if isinstance(batch, Lost):
                raise VocError(
                    f"the workers that read and masked {_name(shares[at])} died one after the other: {_KEPT}"
                )
            yield from batch

    def read(
        self, desk: Desk, records: Iterable[Record], held: Held, asides: Asides, halted: Callable[[], bool]
    ) -> Iterator[list[Fate]]:
        """See `Crew.read`; workers read records from the database, and write what came of them there."""
        packs, paid = desk.engine.packs(iter(records)), desk.engine.name == "llm"
        units = _units(packs, CALLS * desk.engine.concurrency if paid else 0, 0 if paid else self._records)
        self._cluster.stop(False)
        with _renewed(held):
            while wave := list(islice(units, self._cluster.slots * UNITS)):
                yield from self._wave(desk, wave, held, asides, halted)

    def _wave(
        self,
        desk: Desk,
        wave: Sequence[Sequence[Sequence[Record]]],
        held: Held,
        asides: Asides,
        halted: Callable[[], bool],
    ) -> Iterator[list[Fate]]:
        units: list[list[Pack]] = [[[(one.id, held.keys[one.id]) for one in pack] for pack in unit] for unit in wave]
        fatal: ModelAccessError | None = None
        lost: list[list[Pack]] = []
        with _interruptible() as interrupted:
            for at, told in self._cluster.map(Reading(desk.identity, self._purse()), units, in_order=False):
                if isinstance(told, Lost):
                    lost.append(units[at])
                    continue
                self._note(told, held, asides)
                fatal = fatal or told.fatal
                if fatal or interrupted():
                    self._cluster.stop()
                yield told.fates
                if halted():  # by what was just told
                    self._cluster.stop()
        if len(lost) == len(units) > 1:  # one alone may have died of its own records
            raise VocError(f"all workers of the Ray cluster died: {_KEPT}")
        yield from (self._lost(desk, unit, held) for unit in lost)
        if fatal is not None:
            raise fatal

    def _note(self, told: Told, held: Held, asides: Asides) -> None:
        add_asides(asides, told.asides)
        self._spent(told.usage, told.caught)
        held.settled([fate.record_id for fate in told.fates])
        held.renew_if_due()

    def _lost(self, desk: Desk, unit: Sequence[Pack], held: Held) -> list[Fate]:
        """Records over which several workers died: a try is used up for each, so that in the end they are set aside."""
        ids = [one for pack in unit for one, _ in pack]
        desk.store.save_failures([(one, WORKER_DIED) for one in ids], desk.identity, desk.engine.name, held.keys)
        held.settled(ids)
        problem = "workers of the Ray cluster died over the same records (is there memory enough?)"
        return [Fate(one, reason=WORKER_DIED, problem=problem) for one in ids]

    def hands(self, texts: int) -> AbstractContextManager[Hands | None]:
        """See `Crew.hands`."""
        return _far(self._cluster) if texts >= self._worth else working(texts)


class _FarHands:
    """`Hands` on a cluster."""

    def __init__(self, cluster: Mapper) -> None:
        self._cluster = cluster
        self.count = cluster.slots

    def over(self, work: Any, parts: Iterable[Sequence[str]]) -> Iterator[Any]:
        """See `Hands.over`; made here where workers died over it."""
        source = iter(parts)
        while wave := list(islice(source, self.count * AHEAD)):
            made: dict[int, Any] = {}
            following = 0
            for at, rows in self._cluster.map(Texts(work), wave, in_order=True):
                made[at] = work(wave[at]) if isinstance(rows, Lost) else rows
                while following in made:
                    yield made.pop(following)
                    following += 1


@contextmanager
def _far(cluster: Mapper) -> Iterator[Hands]:
    yield _FarHands(cluster)


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Whether somebody has pressed Ctrl-C while the block runs, which takes effect at its end: until then calls that are
    under way come back and are kept. The second time it takes effect at once."""
    if current_thread() is not main_thread():
        yield lambda: False
        return
    pressed = Event()
    before = signal.getsignal(signal.SIGINT)

    def first(_number: int, _frame: object) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, first)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed.is_set():
        raise KeyboardInterrupt


@contextmanager
def _renewed(held: Held) -> Iterator[None]:
    """Keep the leases also while workers are silent for long."""
    over = Event()

    def beat() -> None:
        while not over.wait(_BEAT):
            with suppress(StoreError):  # where it stays away, the next writing tells
                held.renew_if_due()

    thread = Thread(target=beat, name="leases", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _units(packs: Iterator[Sequence[Record]], calls: int, least: int) -> Iterator[list[Sequence[Record]]]:
    """Packs by as many as a worker takes at a time: so many calls at least, and so many records."""
    unit: list[Sequence[Record]] = []
    records = 0
    for pack in packs:
        unit.append(pack)
        records += len(pack)
        if len(unit) >= calls and records >= least:
            yield unit
            unit, records = [], 0
    if unit:
        yield unit


def _size(part: Part) -> int:
    return part.stat().st_size if isinstance(part, Path) else 0


def _shares(parts: Iterable[Part], enough: int) -> Iterator[list[Part]]:
    """Files by as many as a worker takes at a time, in their order."""
    share: list[Part] = []
    size = 0
    for part in parts:
        share.append(part)
        size += _size(part)
        if size >= enough:
            yield share
            share, size = [], 0
    if share:
        yield share


def _name(share: Sequence[Part]) -> str:
    files = [part.path if isinstance(part, FileReceipt) else str(part) for part in share]
    return files[0] if len(files) == 1 else f"{files[0]} to {files[-1]}"
