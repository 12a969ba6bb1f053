"""The index stage: passages of new and changed records, then vectors and a verified generation."""

import time
from collections.abc import Iterator, Sequence

from assistant.domain.insights import Insight
from assistant.domain.receipts import IndexReceipt
from assistant.llm.pricing import find_price
from assistant.pipeline.context import Context, Progress, silent
from assistant.records.finding import translated
from assistant.records.indexing import insight_passages_of, passages_of
from assistant.records.repository import Repository
from vectorstore.index import Passage

BATCH = 2_000
"""Records of one transaction: with a quarter of them full text takes half as long again."""


def run_index(context: Context, *, rebuild: bool = False, progress: Progress = silent) -> IndexReceipt:
    """Bring the index level with the store; with `rebuild`, make every passage anew (vectors are reused)."""
    store, index = context.store, context.index
    started = time.monotonic()
    before = context.door.refused if context.door is not None else 0
    with context.exclusive("index"):
        index.add_names(context.names())
        if rebuild:
            store.forget_index()
        ids = store.unindexed()
        with (
            translated(),
            index.in_bulk(0 if rebuild else len(ids), context.crew.hands) as bulk,
        ):  # rebuilt, most are as they were
            done = 0
            for passages in bulk.over(_passages(store, ids)):
                with store.database.writing() as connection:
                    index.replace(connection, passages, kind="record")
                    store.mark_indexed(connection, list(passages))
                done += len(passages)
                progress("passages", done, len(ids))
            _index_readings(context, progress)
            stats = index.bring_level(lambda n, total: progress("index", n, total), rebuild=rebuild)
    refused = context.door.refused - before if context.door is not None else 0
    return IndexReceipt(
        records=store.record_count(), passages=stats.passages, embedded=stats.embedded, reused=stats.reused,
        generation=stats.generation, refused=refused, calls=stats.calls, prompt_tokens=stats.tokens, cut=stats.cut,
        cost=_cost(context, stats.tokens) if stats.calls else 0.0,
        seconds=round(time.monotonic() - started, 3), searchable_after=round(stats.searchable_at - started, 3),
    )  # fmt: skip


def _passages(store: Repository, ids: Sequence[str]) -> Iterator[dict[str, list[Passage]]]:
    for batch in store.batches(ids, BATCH):
        yield {record.id: passages_of(record) for record in batch}


def _cost(context: Context, tokens: int) -> float | None:
    """What the endpoint's tokens cost by the price list; None where the model's price is not known."""
    model = context.index.embedder.identity.rpartition("@")[0]
    price = find_price(model, context.data_dir / "prices.toml")
    return None if price is None else price.cost(tokens, 0)


def _index_readings(context: Context, progress: Progress) -> None:
    store, index = context.store, context.index
    ids = store.unindexed_readings()
    done = 0
    for batch in store.batches(ids):
        found: dict[str, list[Insight]] = {record.id: [] for record in batch}
        for insight in store.insights_of(list(found)):
            found[insight.record_id].append(insight)
        passages = {record.id: insight_passages_of(record, found[record.id]) for record in batch}
        with store.database.writing() as connection:
            index.replace(connection, passages, kind="insight")
            store.mark_readings_indexed(connection, list(passages))
        done += len(batch)
        progress("insights indexed", done, len(ids))
