"""Reading needs out of records: how packs are read side by side, and every record gets one result."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice

from assistant.domain.engine import Engine, PackOutcome
from assistant.domain.insights import Reading
from assistant.domain.records import Record
from assistant.domain.vocabulary import EngineName
from assistant.errors import ModelAccessError, ModelError
from assistant.insight.accepting import accept

NEIGHBOURS = 32
"""Only in packs up to this size is a refused quote looked for in the other records: those of a model call."""


@dataclass(slots=True)
class Asides:
    """What happened on the way that belongs to no one record: counted while results are yielded."""

    requoted: int = 0
    """Quotes that did not stand and were asked for once more."""
    mended: int = 0
    """Of these, the ones for which words that stand were found."""
    by_rules: int = 0
    """Records that the rules read, because a recording does not hold them."""
    strays: Counter[str] = field(default_factory=Counter)
    """Reason → readings that came for no record asked for."""


@dataclass(frozen=True, slots=True)
class Read:
    """A record that was read: what is kept of it, and what was refused."""

    record: Record
    reading: Reading


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that could not be read, with the short reason that receipts count."""

    record: Record
    reason: str
    problem: str | None = None
    """The same as one sentence for a person, where there is one."""


def read_packs(
    engine: Engine, records: Iterable[Record], asides: Asides | None = None
) -> Iterator[list[Read | Unread]]:
    """Read the needs out of records, `engine.concurrency` packs at once; each pack's results come when it is ready.

    Records are taken lazily, at most two packs per thread ahead. To stop early let `records` end: what is in
    flight is still yielded. Every record handed to the engine is yielded exactly once. `asides` counts on the way.

    Raises:
        ModelAccessError: trying again is useless; raised after everything in flight was yielded (the records of
            the refused pack as `Unread`). Records not yet handed to the engine are not yielded then.
    """
    return read_given(engine, engine.packs(iter(records)), asides if asides is not None else Asides())


def read_given(engine: Engine, packs: Iterator[Sequence[Record]], asides: Asides) -> Iterator[list[Read | Unread]]:
    """As `read_packs`, of packs that are made already."""
    fatal: BaseException | None = None
    with ThreadPoolExecutor(engine.concurrency, thread_name_prefix="read") as pool:
        flying: dict[Future[PackOutcome], Sequence[Record]] = {}
        try:
            while True:
                if fatal is None:
                    room = 2 * engine.concurrency - len(flying)
                    flying.update({pool.submit(engine.read, pack): pack for pack in islice(packs, room)})
                if not flying:
                    break
                for future in wait(flying, return_when=FIRST_COMPLETED).done:
                    pack = flying.pop(future)
                    error = future.exception()
                    if error is not None and (fatal is None) and not _passing(error):
                        fatal = error
                    yield list(_results(engine.name, pack, future, error, asides))
        finally:
            for future in flying:
                future.cancel()
    if fatal is not None:
        raise fatal


def _passing(error: BaseException) -> bool:
    return isinstance(error, ModelError) and not isinstance(error, ModelAccessError)


def _results(
    engine: EngineName,
    pack: Sequence[Record],
    future: Future[PackOutcome],
    error: BaseException | None,
    asides: Asides,
) -> Iterator[Read | Unread]:
    if error is not None:
        reason = error.kind if isinstance(error, ModelError) else "internal_error"
        yield from (Unread(record, reason, str(error) if isinstance(error, ModelError) else None) for record in pack)
        return
    outcome = future.result()
    asides.requoted += outcome.requoted
    asides.mended += outcome.mended
    asides.strays.update(outcome.strays)
    drafts = {draft.record_id: draft for draft in reversed(outcome.drafts)}
    for record in pack:
        draft = drafts.get(record.id)
        if draft is not None:
            others = [other for other in pack if other.id != record.id] if len(pack) <= NEIGHBOURS else ()
            by = outcome.engines.get(record.id, engine)
            asides.by_rules += by != engine
            yield Read(record, accept(record, draft, by, others))
        else:
            yield Unread(record, outcome.failed.get(record.id, "not_answered"), outcome.problem)
