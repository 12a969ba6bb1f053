"""What a worker of a cluster does: reads and masks files, reads records and keeps what came of it, cuts and embeds texts."""

import socket
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.domain.engine import Usage
from assistant.domain.records import Record
from assistant.errors import InputError, ModelAccessError
from assistant.insight.extract import Asides
from assistant.intake.preparing import Item, prepared_parts
from assistant.intake.reading import Part, ReadOptions
from assistant.pipeline.cluster.working import Place
from assistant.pipeline.context import Context
from assistant.pipeline.crew import read_and_keep
from assistant.pipeline.keeping import ELSEWHERE, Desk, Fate

Pack = Sequence[tuple[str, str]]
"""Record id and ledger key of the records that are read in one call."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Builds what the other duties work with."""

    def __call__(self, unit: int, place: Place) -> Iterator[int]:
        """The unit as it is.

        Raises:
            VocError: it can't be built.
        """
        place.bench()
        yield unit


@dataclass(frozen=True, slots=True)
class Preparing:
    """Reads files and masks what stands in them, where they lie: only what is masked leaves the worker."""

    options: ReadOptions

    def __call__(self, unit: Sequence[Part], place: Place) -> Iterator[list[Item]]:
        """Some items at a time, in the order of the files.

        Raises:
            InputError: this machine does not see a file.
        """
        context: Context = place.bench()
        for part in unit:
            if isinstance(part, Path) and not part.exists():
                raise InputError(
                    f"{part} can't be seen on {socket.gethostname()}, a machine of the Ray cluster: put it where all of them "
                    "find it under the same path, or run without --engine-batch ray"
                )
        return prepared_parts(unit, self.options, context.masker)


@dataclass(slots=True)
class Told:
    """What came of some packs."""

    fates: list[Fate] = field(default_factory=list)
    asides: Asides = field(default_factory=Asides)
    usage: Usage = field(default_factory=Usage)
    caught: int = 0
    """Texts of the model that held a personal value."""
    fatal: ModelAccessError | None = None
    """Why it is useless to go on."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads packs of leased records and keeps what came of them in the ledger; done again it pays for nothing again."""

    identity: str
    purse: str
    """Under which name all who work on this run share its budget."""

    def __call__(self, unit: Sequence[Pack], place: Place) -> Iterator[Told]:
        """One thing, unless the work was stopped before."""
        if place.stopped():
            return
        context: Context = place.bench()
        told, keys = Told(), {one: key for pack in unit for one, key in pack}
        found = {record.id: record for record in context.store.held(keys, self.identity)}
        told.fates += [Fate(one, reason=ELSEWHERE) for one in keys if one not in found]
        packs = [[found[one] for one, _ in pack if one in found] for pack in unit]
        before, caught = context.engine.usage(), context.net.caught
        try:
            with context.sharing(self.purse):
                self._read([pack for pack in packs if pack], context, _Given(keys), told)
        except ModelAccessError as error:
            told.fatal = error
        told.usage, told.caught = context.engine.usage() - before, context.net.caught - caught
        yield told

    def _read(self, packs: Sequence[Sequence[Record]], context: Context, given: "_Given", told: Told) -> None:
        desk = Desk(context.engine, context.store, self.identity)
        for fates in read_and_keep(desk, iter(packs), given, told.asides):
            told.fates += fates


@dataclass(frozen=True, slots=True)
class _Given:
    """`Held` by who gave the work, who renews the leases."""

    keys: Mapping[str, str]

    def settled(self, record_ids: Sequence[str]) -> None:
        """See `Held.settled`: nothing is to be done here."""

    def renew_if_due(self) -> None:
        """See `Held.renew_if_due`."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Has texts cut or embedded as `vectorstore.workers` does it."""

    work: Any

    def __call__(self, unit: Sequence[str], place: Place) -> Iterator[Any]:
        """What comes of all of them."""
        yield self.work(unit)


def add_asides(total: Asides, more: Asides) -> None:
    """What happened on the way, together."""
    total.requoted += more.requoted
    total.mended += more.mended
    total.by_rules += more.by_rules
    total.strays.update(Counter(more.strays))
