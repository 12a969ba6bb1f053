"""Rows that come again with another column as their id: known as what they were, or stopped before they stand twice."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from assistant.domain.records import Record, alone_id
from assistant.errors import UsageError

LEAST, SHARE = 5, 0.8
"""So many new texts, and such a share of them, must be stored under other ids before an import is stopped."""


class Known(Protocol):
    """What is asked of the store."""

    def stands_as(self, batch: Sequence[Record], first_ids: Mapping[str, str]) -> dict[str, str]:
        """Record id → the id under which its row is stored, where that is another."""
        ...

    def told_again(self, batch: Sequence[Record]) -> tuple[int, int]:
        """(how many, of how many) new texts of a batch are stored under other ids."""
        ...


def as_stored(
    store: Known, batch: Sequence[Record], first_ids: Mapping[str, str]
) -> tuple[list[Record], dict[str, tuple[int, Record]]]:
    """The batch, with rows under the id by which the store knows them; and those by their own id, each with where it
    stood in memory and as it is now."""
    stands = store.stands_as(batch, first_ids) if first_ids else {}
    known, renamed = [], dict[str, tuple[int, Record]]()
    for record in batch:
        if record.id in stands:
            renamed[record.id] = (id(record), _under(record, stands[record.id]))
            record = renamed[record.id][1]
        known.append(record)
    return known, renamed


def demand_new(store: Known, batch: Sequence[Record], stored: int) -> None:
    """Let a batch pass unless nearly all that is new in it stands in the store word for word under other ids.

    Raises:
        UsageError: it does; the sentence names what can be done.
    """
    again, fresh = store.told_again(batch)
    if again < LEAST or again < SHARE * fresh:
        return
    sources = ", ".join(sorted({repr(record.source) for record in batch}))
    kept = f"{stored} records of other files were stored" if stored else "nothing was stored"
    raise UsageError(
        f"{again} of the first {fresh} new rows stand word for word in the dataset {sources} already, under other ids: "
        f"they would count twice, and {kept}. Name the id column of the first import (--map id=COLUMN), or read into a "
        "new data directory (VOC_DATA_DIR) to begin anew; if they are other customers' words all the same, give them a "
        "name of their own with --source NAME"
    )


def _under(record: Record, known_as: str) -> Record:
    """The record under another id, and so its customer where that was made up for it alone."""
    customer = record.customer
    if customer is not None and not customer.known:
        customer = replace(customer, id=alone_id(known_as))
    return replace(record, id=known_as, customer=customer)
