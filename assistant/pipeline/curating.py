"""Decisions about themes, taken by people: one at a time, never while a run is forming themes, counted anew at once."""

from collections.abc import Callable

from assistant.pipeline.context import Context
from assistant.pipeline.theming import trends_now
from assistant.records.curation import Edit
from assistant.records.repository import Repository


def curate(context: Context, change: Callable[[Repository], Edit]) -> Edit:
    """Make one change of the store's `CurationStore`, and set the trends of the themes as they stand after it.

    Raises:
        BusyError: a run holds the data directory; it would write over the decision.
        NotFoundError, UsageError: see `CurationStore`.
    """
    with context.exclusive():
        edit = change(context.store)
        context.store.set_trends(trends_now(context))
    return edit
