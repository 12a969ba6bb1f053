"""Who may come in: nobody who was erased, and nothing older than its source is kept."""

import datetime as dt
import hmac
from dataclasses import replace

from assistant.domain.receipts import FileReceipt
from assistant.domain.records import Record
from assistant.intake.privacy import load_key
from assistant.intake.reading import RejectedRow
from assistant.pipeline.context import Context
from assistant.records.retention_store import last_days

ERASED, TOO_OLD = "erased_customer", "past_retention"
_WHY = {
    ERASED: "is of somebody who was erased and was not kept; `voc erase --forget-ban` lets them in again",
    TOO_OLD: "is older than its source is kept and was not taken in; `voc retain` shows the rules",
}


class Digests:
    """Turns ids into keyed digests, from which nobody gets the ids back without the installation's key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def customer(self, customer_id: str) -> str:
        """Of a customer's stored id: whatever is stored under it is theirs."""
        return self._of("customer", customer_id)

    def record(self, record_id: str) -> str:
        """Of a record that was erased for itself: it stays away, whoever it is of."""
        return self._of("record", record_id)

    def orphan(self, record_id: str) -> str:
        """Of a record of an erased customer: it stays away where it comes again without naming anybody."""
        return self._of("orphan", record_id)

    def _of(self, kind: str, value: str) -> str:
        return hmac.digest(self._key, f"ban\0{kind}\0{value}".encode("utf-8", "surrogatepass"), "sha256").hex()


class Gate:
    """Looks at everything that is read before it is stored, and counts by file what it turned away."""

    def __init__(self, context: Context) -> None:
        self._digests = Digests(load_key(context.data_dir))
        self._masker = context.masker
        self._bans = context.store.bans()
        self._last_days = last_days(context.store.retention_rules(), dt.datetime.now().astimezone().date())
        self._turned_away = 0

    def looked_at(self, row: RejectedRow) -> RejectedRow:
        """A row that can't be used; of one that is an erased customer's its place alone."""
        if not self._bans or not self._names_erased(row):
            return row
        return RejectedRow(row.path, row.line, ERASED, _sentence(row.path, row.line, ERASED))

    def refusal(self, record: Record, line: int | None, first_id: str | None = None) -> RejectedRow | None:
        """Why a record must not come in, with its place and without a word of it; None where it may. `first_id`: the one
        that its row had before its own was known."""
        erased = self._bans and (self._is_erased(record) or self._was_erased(record, first_id))
        reason = ERASED if erased else TOO_OLD if self._is_too_old(record) else None
        if reason is None:
            return None
        self._turned_away += 1
        return RejectedRow(record.source, line, reason, _sentence(record.source, line, reason))

    def into(self, receipt: FileReceipt) -> FileReceipt:
        """The receipt of a file with what was turned away of it; the next file begins at nothing."""
        count, self._turned_away = self._turned_away, 0
        return replace(receipt, quarantined=receipt.quarantined + count) if count else receipt

    def _is_erased(self, record: Record) -> bool:
        who = record.customer
        known = who is not None and who.known
        theirs = self._digests.customer(who.id) if who is not None and known else self._digests.orphan(record.id)
        return theirs in self._bans or self._digests.record(record.id) in self._bans

    def _was_erased(self, record: Record, first_id: str | None) -> bool:
        return first_id is not None and self._is_erased(replace(record, id=first_id))

    def _is_too_old(self, record: Record) -> bool:
        last = self._last_days.get(record.source)
        return last is not None and record.day is not None and record.day < last

    def _names_erased(self, row: RejectedRow) -> bool:
        named = {row.customer.id, *row.cells.values()} - {None, ""}
        ids = {self._masker.customer_id(str(one)) for one in named}
        ids.add(self._masker.contact_id(row.customer) or "")
        return any(self._digests.customer(one) in self._bans for one in ids if one)


def _sentence(place: str, line: int | None, reason: str) -> str:
    return f"{place}{f', row {line}' if line is not None else ''}: {_WHY[reason]}"
