"""The index stage: passages of new and changed records, then vectors and a verified generation."""

from assistant.domain.insights import Insight
from assistant.domain.receipts import IndexReceipt
from assistant.pipeline.context import Context, Progress, silent
from assistant.records.finding import translated
from assistant.records.indexing import insight_passages_of, passages_of


def run_index(context: Context, *, rebuild: bool = False, progress: Progress = silent) -> IndexReceipt:
    """Bring the index level with the store; with `rebuild`, make every passage anew (vectors are reused)."""
    store, index = context.store, context.index
    with context.exclusive():
        index.add_names(context.names())
        if rebuild:
            store.forget_index()
        ids = store.unindexed()
        done = 0
        for batch in store.batches(ids):
            passages = {record.id: passages_of(record) for record in batch}
            with store.database.writing() as connection:
                index.replace(connection, passages, kind="record")
                store.mark_indexed(connection, list(passages))
            done += len(batch)
            progress("passages", done, len(ids))
        _index_readings(context, progress)
        with translated():
            stats = index.bring_level(lambda n, total: progress("index", n, total), rebuild=rebuild)
    return IndexReceipt(store.record_count(), stats.passages, stats.embedded, stats.reused, stats.generation)


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
