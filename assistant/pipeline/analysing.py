"""The analyse stage: insights for every record that lacks them, one ledger row per record."""

from collections import Counter
from time import monotonic

from assistant.domain.insights import Reading
from assistant.domain.receipts import AnalyseReceipt
from assistant.errors import ModelAccessError, ModelDownError
from assistant.insight.extract import Read, read_needs
from assistant.pipeline.context import Context, Progress, silent

FLUSH_RECORDS = 200
FLUSH_SECONDS = 2.0
"""Readings are written at the latest after so many records or seconds: what a kill can cost."""

LEFT = frozenset({"budget"})
"""Reasons for which a record was never tried: skipped, not failed."""

PASSING = frozenset({ModelDownError.kind, ModelAccessError.kind})
"""Failures of the endpoint, not of the record: counted, but they don't use up the record's tries."""


class _Writer:
    """Collects readings and failures and writes them in small transactions."""

    def __init__(self, context: Context, identity: str) -> None:
        self.context, self.identity = context, identity
        self.done: list[Reading] = []
        self.failed: list[tuple[str, str]] = []
        self.since = monotonic()

    def add(self, reading: Reading) -> None:
        self.done.append(reading)
        self.flush_if_due()

    def fail(self, record_id: str, reason: str) -> None:
        self.failed.append((record_id, reason))
        self.flush_if_due()

    def flush_if_due(self) -> None:
        if len(self.done) + len(self.failed) >= FLUSH_RECORDS or monotonic() - self.since > FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        name = self.context.engine.name
        if self.done:
            self.context.store.save_readings(self.done, self.identity, name)
        if self.failed:
            self.context.store.save_failures(self.failed, self.identity, name)
        self.done, self.failed, self.since = [], [], monotonic()


def run_analyse(
    context: Context,
    *,
    limit: int | None = None,
    since: str | None = None,
    retry_failed: bool = False,
    progress: Progress = silent,
) -> AnalyseReceipt:
    """Read the needs out of every record that the present engine, prompt and settings have not read as it is now.

    What is done is kept at once; a stopped run goes on where it was. Answers already in the ledger are taken from
    there.

    Raises:
        ModelAccessError: the endpoint refuses (wrong key, unknown model); what was done before is kept.
    """
    identity = context.engine.identity("extract")
    with context.exclusive():
        wanted, skipped = context.store.pending(identity, since=since, limit=limit, retry_failed=retry_failed)
        settled = context.store.reuse(wanted, identity)
        remaining = [record_id for record_id in wanted if record_id not in settled]
        before, caught = context.engine.usage(), context.net.caught
        tally = _read_all(context, identity, remaining, progress)
        usage = context.engine.usage() - before
    reused = {"reused": len(settled)} if settled else {}
    return AnalyseReceipt(
        pending=len(wanted) + sum(skipped.values()),
        done=tally.done,
        skipped={**skipped, **reused, **tally.skipped},
        failed=dict(tally.failed),
        insights=tally.insights,
        refused_quotes=sum(n for reason, n in tally.refused.items() if "quote" in reason),
        refused=dict(tally.refused),
        calls=usage.calls,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        cost=usage.cost,
        engine=context.engine.name,
        problem=tally.problem,
        pii_masked=context.net.caught - caught,
    )


def plan_analyse(
    context: Context, *, limit: int | None = None, since: str | None = None, retry_failed: bool = False
) -> AnalyseReceipt:
    """What `run_analyse` would read: everything pending stands as skipped(dry_run)."""
    identity = context.engine.identity("extract")
    wanted, skipped = context.store.pending(identity, since=since, limit=limit, retry_failed=retry_failed)
    planned = {**skipped, "dry_run": len(wanted)}
    return AnalyseReceipt(pending=sum(planned.values()), skipped=planned, engine=context.engine.name)


class _Tally:
    def __init__(self) -> None:
        self.done = self.insights = 0
        self.failed: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.problem: str | None = None


def _read_all(context: Context, identity: str, ids: list[str], progress: Progress) -> _Tally:
    tally, writer = _Tally(), _Writer(context, identity)
    records = context.store.records_in_order(ids)
    try:
        for n, result in enumerate(read_needs(context.engine, records), 1):
            if isinstance(result, Read):
                writer.add(result.reading)
                tally.done += 1
                tally.insights += len(result.reading.insights)
                tally.refused.update(result.reading.refused)
            elif result.reason in LEFT:
                tally.skipped[result.reason] += 1
            else:
                tally.failed[result.reason] += 1
                tally.problem = result.problem or tally.problem
                if result.reason not in PASSING:
                    writer.fail(result.record.id, result.reason)
            progress("analyse", n, len(ids))
    finally:
        writer.flush()
    if tally.problem is None and tally.refused and not tally.insights:
        tally.problem = (
            f"not one insight was kept: {sum(tally.refused.values())} were refused, most because their quote does not "
            "stand in the customer's own words; try another VOC_CHAT_MODEL"
        )
    return tally
