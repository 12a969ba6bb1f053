"""The analyse stage by batch files: hand in what is pending, collect what is ready, store it by the same way as ever."""

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from assistant.domain.engine import Engine, PackOutcome, Usage
from assistant.domain.receipts import AnalyseReceipt
from assistant.domain.records import Record
from assistant.domain.vocabulary import EngineName
from assistant.errors import UsageError
from assistant.insight.twins import Twins
from assistant.llm.batch_book import Booked
from assistant.llm.batch_desk import Collected, HandedIn, tally
from assistant.llm.batch_files import OVER
from assistant.pipeline.analysing import run_analyse
from assistant.pipeline.claiming import BATCH_HOLDER
from assistant.pipeline.context import Context, Progress, silent
from assistant.pipeline.keeping import IN_BATCH
from assistant.records.record_store import chunks

BUDGET = "budget"
BATCH_SECONDS = 172_800
"""Endpoints take a day for a batch; so long and as long again its records are kept for it, unless it is asked after."""
BARREN = 3
"""So many batches in a row that brought nothing are enough."""


def run_batch(
    context: Context,
    *,
    limit: int | None = None,
    since: str | None = None,
    retry_failed: bool = False,
    progress: Progress = silent,
) -> AnalyseReceipt:
    """One step: collect the batches that are over, hand in what is pending and not under way, store what is read.

    What no batch can read (the later windows of long records, repair of quotes) is asked directly. Records under way are
    leased to their batch, so that no other run pays for them too, and stand as skipped(in_batch). Run it again, at any time and after any kill, and it goes on from there.

    Raises:
        UsageError: the engine is not a model.
        ModelError: the endpoint refuses or fails.
    """
    desk = context.desk
    if desk is None:
        raise UsageError("batch files need a model: set OPENAI_API_KEY or OPENAI_BASE_URL")
    identity = context.engine.identity("extract")
    with context.exclusive():
        before = context.engine.usage()
        states = desk.states(desk.under_way())
        for booked, remote in states:
            if remote.over or remote.state == "failed":
                context.store.give_back(holder_of(booked))
        desk.refuse_failed(states)
        collected = [desk.collect(*one) for one in states if one[1].over]
        waiting = [booked for booked, remote in states if not remote.over]
        wanted, _ = context.store.pending(identity, since=since, limit=limit, retry_failed=retry_failed)
        known = _Known(waiting, collected)
        fresh = Twins().firsts(context.store.records_in_order(wanted))
        packs = context.engine.packs(record for record in fresh if known.fate(record.id) is None)
        handed = desk.hand_in(packs, identity)
        _lease(context, identity, [*waiting, *handed.batches], wanted)
    engine = cast("Engine", _BatchEngine(context.engine, known, handed, before))
    receipt = run_analyse(
        replace(context, engine=engine), limit=limit, since=since, retry_failed=retry_failed, progress=progress
    )
    for one in collected:
        desk.close(one)
    problem = receipt.problem or handed.problem or _refusal(collected)
    return replace(receipt, batches=tally(states) | _new(handed), problem=problem)


def follow_batches(
    step: Callable[[], AnalyseReceipt],
    every: float,
    told: Callable[[AnalyseReceipt], None],
    sleep: Callable[[float], None] = time.sleep,
) -> AnalyseReceipt:
    """Steps until nothing is under way any more, with so many seconds between; one receipt for all of them."""
    total = step()
    barren = 0
    while total.skipped.get(IN_BATCH):
        if barren == BARREN:
            stuck = (
                f"{BARREN} batches ended one after the other without one record read: stopped, the rest stays pending"
            )
            return replace(total, problem=stuck)
        told(total)
        sleep(every)
        latest = step()
        barren = barren + 1 if OVER & set(latest.batches) and not latest.done else 0 if latest.done else barren
        total = together(total, latest)
    return total


def together(first: AnalyseReceipt, then: AnalyseReceipt) -> AnalyseReceipt:
    """The receipt of two steps: what was done in both, and how the rest stands after the second."""
    known = first.cost is not None and then.cost is not None
    return replace(
        then,
        pending=first.done + then.pending,
        done=first.done + then.done,
        insights=first.insights + then.insights,
        refused_quotes=first.refused_quotes + then.refused_quotes,
        refused={k: first.refused.get(k, 0) + then.refused.get(k, 0) for k in {**first.refused, **then.refused}},
        calls=first.calls + then.calls,
        prompt_tokens=first.prompt_tokens + then.prompt_tokens,
        completion_tokens=first.completion_tokens + then.completion_tokens,
        cost=(first.cost or 0.0) + (then.cost or 0.0) if known else None,
        currency=first.currency or then.currency,
        problem=then.problem or first.problem,
        pii_masked=first.pii_masked + then.pii_masked,
    )


@dataclass(slots=True)
class _Known:
    """Which records are in which batch."""

    waiting: Sequence[Booked]
    collected: Sequence[Collected]
    _waiting: set[str] = field(default_factory=set)
    _answered: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    """Call key → records in the pack."""

    def __post_init__(self) -> None:
        for booked in self.waiting:
            self._waiting.update(mark for marks in booked.packs.values() for mark in marks)
        for one in self.collected:
            for key in one.keys | set(one.failed):
                self.sizes[key] = len(one.booked.packs[key])
                self._answered.update(dict.fromkeys(one.booked.packs[key], (key, one.failed.get(key))))

    def fate(self, record_id: str) -> str | tuple[str, str | None] | None:
        """``in_batch``, or its call's key and why that failed (None: it is answered), or None: in no batch."""
        for booked in self.waiting:
            if booked.mark(record_id) in self._waiting:
                return IN_BATCH
        for one in self.collected:
            if found := self._answered.get(one.booked.mark(record_id)):
                return found
        return None


class _BatchEngine:
    """As much of `Engine` as the analyse stage uses, of which what batches have answered is read from the cache and what is under way is left alone."""

    def __init__(self, engine: Engine, known: _Known, handed: HandedIn, before: Usage) -> None:
        self._engine, self._known, self._handed, self._before = engine, known, handed, before
        self._reasons: dict[str, str] = {}
        self._started = False

    @property
    def name(self) -> EngineName:
        """See `Engine.name`."""
        return self._engine.name

    @property
    def concurrency(self) -> int:
        """See `Engine.concurrency`."""
        return self._engine.concurrency

    def identity(self, task: str) -> str:
        """See `Engine.identity`."""
        return self._engine.identity(task)

    def usage(self) -> Usage:
        """Asked first before reading: then what it was before the batches were collected, which are booked by then."""
        if not self._started:
            self._started = True
            return self._before
        return self._engine.usage()

    def packs(self, records: Iterable[Record]) -> Iterator[Sequence[Record]]:
        """Packs as they were handed in or are read directly; what is not read now record by record."""
        gathering: dict[str, list[Record]] = {}
        for record in records:
            key, size = self._place(record.id)
            gathering.setdefault(key, []).append(record)
            if len(gathering[key]) == size:
                yield gathering.pop(key)
        for pack in gathering.values():
            # Somebody of the pack is gone or has changed since: what was paid for does not fit any more.
            self._reasons.update({record.id: IN_BATCH for record in pack if record.id not in self._reasons})
            yield pack

    def _place(self, record_id: str) -> tuple[str, int]:
        """Key and size of the pack that a record is read in; alone where it is not read now."""
        fate = self._known.fate(record_id)
        if isinstance(fate, tuple):
            key, failed = fate
            if failed is not None:
                self._reasons[record_id] = failed
            return key, self._known.sizes[key]
        if record_id in self._handed.direct:
            return self._handed.direct[record_id]
        self._reasons[record_id] = BUDGET if record_id in self._handed.over_budget else IN_BATCH
        return record_id, 1

    def read(self, pack: Sequence[Record]) -> PackOutcome:
        """See `Engine.read`."""
        reasons = {record.id: self._reasons[record.id] for record in pack if record.id in self._reasons}
        if reasons:
            problem = self._handed.problem if BUDGET in reasons.values() else None
            return PackOutcome((), reasons, problem)
        return self._engine.read(pack)


def holder_of(booked: Booked) -> str:
    """In whose name the records of a batch are leased."""
    return f"{BATCH_HOLDER}{booked.token}"


def _lease(context: Context, identity: str, batches: Sequence[Booked], record_ids: Sequence[str]) -> None:
    """Lease to each batch the records that it holds, anew at each step: a kill may have come between."""
    until = (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=BATCH_SECONDS)).isoformat(timespec="seconds")
    for booked in batches:
        context.store.renew(holder_of(booked), until)
        marks = {mark for pack in booked.packs.values() for mark in pack}
        held = [one for one in record_ids if booked.mark(one) in marks]
        for some in chunks(held):
            context.store.claim(some, identity, context.engine.name, holder_of(booked), until)


def _refusal(collected: Sequence[Collected]) -> str | None:
    """What is to be said of batches that brought less than was handed in."""
    for one in collected:
        lost = len(one.booked.packs) - len(one.keys) - len(one.failed)
        if one.remote.state != "completed" and lost:
            why = f" ({one.remote.problem})" if one.remote.problem else ""
            return f"batch {one.remote.id} ended as {one.remote.state}{why}: {lost} of its calls were not answered, nor paid for; they are handed in again"
    return None


def _new(handed: HandedIn) -> dict[str, int]:
    return {"handed_in": len(handed.batches)} if handed.batches else {}
