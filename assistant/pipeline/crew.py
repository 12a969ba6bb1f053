"""The seam "who maps": who masks files, reads packs, cuts and embeds texts, many at once; by default this machine."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from assistant.domain.records import Record
from assistant.insight.extract import Asides, read_given
from assistant.intake.preparing import Item, is_worth_ahead, prepared, prepared_ahead
from assistant.intake.privacy import Masker, Vault
from assistant.intake.reading import ReadOptions
from assistant.pipeline.keeping import Desk, Fate, Held, Writer, fate_of
from vectorstore.workers import Hands, working


class Crew(Protocol):
    """Does what can be done to many things at once. What it means is the same whoever does it: results are those of
    `LocalCrew`, in the order that these documents promise."""

    def prepared(
        self, paths: Sequence[Path], options: ReadOptions, masker: Masker, vault: Vault | None
    ) -> Generator[Item, None, None]:
        """As `assistant.intake.preparing.prepared`, in the order of the files.

        Raises:
            InputError: a path that does not exist.
            VocError: who did it ended before its time.
        """
        ...

    def read(
        self, desk: Desk, records: Iterable[Record], held: Held, asides: Asides, halted: Callable[[], bool]
    ) -> Iterator[list[Fate]]:
        """Read records in packs and keep what came of each; its fate is told once, in any order.

        Records are taken lazily; once `halted`, what has begun is finished, and the rest may go untold.

        Raises:
            ModelAccessError: trying again is useless; raised after the fate of all that was begun is told.
        """
        ...

    def hands(self, texts: int) -> AbstractContextManager[Hands | None]:
        """Who cuts and embeds about so many texts while the block runs; None: this process does it alone."""
        ...


class LocalCrew:
    """`Crew` of this machine: threads while an endpoint is waited for, other processes where Python computes."""

    def prepared(
        self, paths: Sequence[Path], options: ReadOptions, masker: Masker, vault: Vault | None
    ) -> Generator[Item, None, None]:
        """See `Crew.prepared`; of a big import by a second process."""
        if vault is None and is_worth_ahead(paths):
            return prepared_ahead(paths, options, masker)
        return prepared(paths, options, masker, vault)

    def read(
        self, desk: Desk, records: Iterable[Record], held: Held, asides: Asides, halted: Callable[[], bool]
    ) -> Iterator[list[Fate]]:
        """See `Crew.read`; records that are no longer given are what halts it."""
        return read_and_keep(desk, desk.engine.packs(iter(records)), held, asides)

    def hands(self, texts: int) -> AbstractContextManager[Hands | None]:
        """See `Crew.hands` and `vectorstore.workers.working`."""
        return working(texts)


def read_and_keep(desk: Desk, packs: Iterator[Sequence[Record]], held: Held, asides: Asides) -> Iterator[list[Fate]]:
    """Read packs side by side, keep what came of each record, and tell its fate as soon as its pack is read.

    Raises:
        ModelAccessError: see `Crew.read`.
    """
    writer = Writer(desk, held)
    try:
        for results in read_given(desk.engine, packs, asides):
            for result in results:
                writer.add(result)
            writer.flush_if_due()
            yield [fate_of(result) for result in results]
    finally:
        writer.flush()
