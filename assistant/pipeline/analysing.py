"""The analyse stage: insights for every record that lacks them, one ledger row per record."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator

from assistant.domain.engine import Forecast, Foreseeing
from assistant.domain.receipts import AnalyseReceipt
from assistant.domain.records import Record
from assistant.insight.extract import Asides
from assistant.insight.twins import Twins, reading_for
from assistant.pipeline.claiming import Claims
from assistant.pipeline.context import Context, Progress, silent
from assistant.pipeline.keeping import FLUSH_RECORDS, HALTED, LEFT, Desk, Fate


def run_analyse(
    context: Context,
    *,
    limit: int | None = None,
    since: str | None = None,
    retry_failed: bool = False,
    only: Collection[str] | None = None,
    progress: Progress = silent,
    halted: Callable[[], bool] = lambda: False,
) -> AnalyseReceipt:
    """Read the needs out of every record that the present engine, prompt and settings have not read as it is now.

    What is done is kept at once; a stopped run goes on where it was. Answers already in the ledger are taken from
    there. With `only`, no record but these (ids). Once `halted`, no more records are taken; calls under way are kept.

    Raises:
        ModelAccessError: the endpoint refuses (wrong key, unknown model); what was done before is kept.
    """
    identity = context.engine.identity("extract")
    claims = Claims(context, identity)
    with context.exclusive():
        taken_over = claims.take_over()
        wanted, skipped = context.store.pending(identity, since=since, limit=limit, retry_failed=retry_failed)
        wanted = wanted if only is None else [record_id for record_id in wanted if record_id in only]
        settled = context.store.reuse(wanted, identity)
        remaining = [record_id for record_id in wanted if record_id not in settled]
        before, caught = context.engine.usage(), context.net.caught
        tally = _read_all(context, identity, claims, remaining, progress, halted)
        usage = context.engine.usage() - before
        ledger = context.store.ledger(identity)
    reused = {"reused": len(settled)} if settled else {}
    return AnalyseReceipt(
        pending=len(wanted) + sum(skipped.values()),
        done=tally.done,
        skipped={**skipped, **reused, **tally.skipped},
        failed=dict(tally.failed),
        insights=tally.insights,
        refused_quotes=sum(n for reason, n in tally.refused.items() if "quote" in reason),
        refused=dict(tally.refused),
        requoted=tally.asides.requoted,
        mended=tally.asides.mended,
        same_text=tally.same_text,
        by_rules=tally.asides.by_rules,
        calls=usage.calls,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        cost=usage.cost,
        currency=usage.currency,
        engine=context.engine.name,
        problem=tally.stop or tally.problem,
        pii_masked=context.net.caught - caught,
        taken_over=taken_over,
        ledger=ledger.by_state,
    )


def plan_analyse(
    context: Context, *, limit: int | None = None, since: str | None = None, retry_failed: bool = False
) -> AnalyseReceipt:
    """What `run_analyse` would read and take: everything pending stands as skipped(dry_run); nothing is sent."""
    engine = context.engine
    wanted, skipped = context.store.pending(
        engine.identity("extract"), since=since, limit=limit, retry_failed=retry_failed
    )
    planned = {**skipped, "dry_run": len(wanted)}
    told = Forecast()
    if isinstance(engine, Foreseeing):
        told = engine.forecast(engine.packs(Twins().firsts(context.store.records_in_order(wanted))))
    return AnalyseReceipt(
        pending=sum(planned.values()), skipped=planned, engine=engine.name, calls=told.calls,
        prompt_tokens=told.prompt_tokens, completion_tokens=told.completion_tokens, cost=told.cost,
        currency=told.currency, most_cost=told.most_cost, price_note=told.price_note,
    )  # fmt: skip


class _Tally:
    def __init__(self) -> None:
        self.done = self.insights = self.same_text = 0
        self.asides = Asides()
        self.failed: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.problem: str | None = None
        self.stop: str | None = None
        """Why the run ended before its end."""
        self.unread: dict[str, str] = {}
        """Record id → why it could not be read."""

    def add(self, fate: Fate) -> None:
        if fate.insights is not None:
            self.done += 1
            self.insights += fate.insights
            self.refused.update(fate.refused)
            return
        self.unread[fate.record_id] = fate.reason
        self.leave(fate.reason)
        if fate.reason in LEFT:
            self.stop = fate.problem or self.stop
        else:
            self.problem = fate.problem or self.problem

    @property
    def counted(self) -> int:
        """Records whose fate is known."""
        return self.done + self.failed.total() + self.skipped.total()

    def leave(self, reason: str) -> None:
        (self.skipped if reason in LEFT else self.failed)[reason] += 1


def _read_all(
    context: Context, identity: str, claims: Claims, ids: list[str], progress: Progress, halted: Callable[[], bool]
) -> _Tally:
    """Read what can be leased of these records; what was leased and not read is pending again, however this ends."""
    try:
        return _read_leased(context, identity, claims, ids, progress, halted)
    finally:
        claims.give_back()


def _read_leased(
    context: Context, identity: str, claims: Claims, ids: list[str], progress: Progress, halted: Callable[[], bool]
) -> _Tally:
    tally, twins, desk = _Tally(), Twins(), Desk(context.engine, context.store, identity)
    records = twins.firsts(_until(halted, claims.records(ids, tally.leave)))
    seen = 0
    for fates in context.crew.read(desk, records, claims, tally.asides, halted):
        for fate in fates:
            tally.add(fate)
        seen += len(fates)
        progress("analyse", seen, len(ids))
    _read_twins(context, identity, claims, twins, tally)
    if left := len(ids) - tally.counted:
        tally.skipped[HALTED] += left
        tally.stop = "stopped on request; what was read is kept, the rest is read when it goes on"
    else:
        progress("analyse", seen + len(twins.of), len(ids))
    tally.refused.update(tally.asides.strays)
    if tally.problem is None and tally.refused and not tally.insights:
        tally.problem = (
            f"not one insight was kept: {sum(tally.refused.values())} were refused, most because their quote does not "
            "stand in the customer's own words; try another VOC_CHAT_MODEL"
        )
    return tally


def _until(halted: Callable[[], bool], records: Iterable[Record]) -> Iterator[Record]:
    for record in records:
        if halted():
            return
        yield record


def _read_twins(context: Context, identity: str, claims: Claims, twins: Twins, tally: _Tally) -> None:
    """Keep for every twin what was read in the record that it repeats; where that could not be read, its fate."""
    waiting = list(twins.of.items())
    for at in range(0, len(waiting), FLUSH_RECORDS):
        some = waiting[at : at + FLUSH_RECORDS]
        read = context.store.done_readings(list({first for _, first in some}), identity)
        done = [reading_for(twin, read[first]) for twin, first in some if first in read]
        if done:
            context.store.save_readings(done, identity, context.engine.name, claims.keys)
        tally.done += len(done)
        tally.same_text += len(done)
        tally.insights += sum(len(reading.insights) for reading in done)
        for _, first in some:
            if first not in read:
                tally.leave(tally.unread.get(first, "internal_error"))
