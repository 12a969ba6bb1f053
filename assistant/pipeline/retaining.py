"""Retention: records older than the rule of their source go the way of the erased."""

import datetime as dt

from assistant.domain.receipts import RetainReceipt
from assistant.pipeline.context import Context
from assistant.pipeline.erasing import erase
from assistant.pipeline.journal import Journal
from assistant.records.erasing import belongings
from assistant.records.record_store import chunks

BATCH = 2_000
"""Records to a transaction."""


def apply_retention(context: Context, today: dt.date) -> RetainReceipt:
    """Erase every record that is due on a day, and prove it; safe to repeat, a stopped one goes on where it was.

    Raises:
        BusyError: another run is at work.
        StoreError: the database, the index or a file fails; run it again.
    """
    database = context.store.database
    with context.exclusive():
        due = context.store.due(today)
        journal = Journal(context.data_dir, "retention")
        if not due and not journal.begun:
            return RetainReceipt()
        ids = [record_id for of_source in due.values() for record_id in of_source]
        batches = list(chunks(ids, BATCH)) or [()]
        receipt = erase(context, (belongings(database, some) for some in batches), journal)
    return RetainReceipt({source: len(of_source) for source, of_source in due.items()}, receipt)
