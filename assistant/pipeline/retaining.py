"""Retention: records older than the rule of their source go the way of the erased."""

import datetime as dt

from assistant.domain.receipts import RetainReceipt
from assistant.pipeline.access import By
from assistant.pipeline.actor import actor
from assistant.pipeline.context import Context
from assistant.pipeline.erasing import Ground, erase
from assistant.pipeline.journal import Journal
from assistant.records.erasing import belongings
from assistant.records.record_store import chunks

BATCH = 2_000
"""Records to a transaction."""


def set_rule(context: Context, source: str, days: int | None, by: By | None = None) -> None:
    """Keep a source's records for so many days (None: for good); noted in the audit book.

    Raises:
        NotFoundError: there are no records of such a source and no rule for it.
    """
    context.store.retain(source, days)
    by = by or By(actor())
    context.store.note(by.name, "retain", source, "for good" if days is None else f"{days} days", 0, by.via)


def apply_retention(context: Context, today: dt.date, by: By | None = None) -> RetainReceipt:
    """Erase every record that is due on a day, and prove it; safe to repeat, a stopped one goes on where it was.

    Raises:
        BusyError: another run is at work.
        StoreError: the database, the index or a file fails; run it again.
    """
    database = context.store.database
    with context.exclusive("retention"):
        due = context.store.due(today)
        journal = Journal(context.data_dir, "retention")
        if not due and not journal.begun:
            return RetainReceipt()
        ids = [record_id for of_source in due.values() for record_id in of_source]
        batches = list(chunks(ids, BATCH)) or [()]
        by = by or By(actor())
        ground = Ground("retention", by.name, by.via)
        receipt = erase(context, (belongings(database, some) for some in batches), journal, ground)
    return RetainReceipt({source: len(of_source) for source, of_source in due.items()}, receipt)
