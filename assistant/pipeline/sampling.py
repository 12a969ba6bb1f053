"""A few masked values of each mapped field, so that a person sees whether a file is understood."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from assistant.domain.receipts import FileReceipt
from assistant.domain.records import Customer, RawRecord, Record
from assistant.intake.privacy import Masker

SAMPLES = 3
"""Different values shown of a field."""
WORDS = 5
"""Different channel words shown that are not among the known ones."""
_COLUMNS = 20
"""Columns without a field that are named; of more, how many."""
_LENGTH = 60
_NOBODY = Customer("")
_FIELDS: Mapping[str, Callable[[Record, Customer], object]] = {
    "id": lambda record, _: record.external_id,
    "channel": lambda record, _: record.channel,
    "created_at": lambda record, _: record.created_at,
    "product": lambda record, _: record.product,
    "model": lambda record, _: record.model,
    "rating": lambda record, _: record.rating,
    "status": lambda record, _: record.status,
    "title": lambda record, _: record.title,
    "text": lambda record, _: record.text,
    "turns": lambda record, _: record.text,
    "customer.id": lambda _, customer: customer.id,
    "customer.segment": lambda _, customer: customer.segment,
    "customer.region": lambda _, customer: customer.region,
    "customer.since": lambda _, customer: customer.since,
    "customer.owned": lambda _, customer: "、".join(customer.owned),
    "customer.bought_service": lambda _, customer: customer.bought_service,
}
"""Only of the masked record; a name and a telephone are always shown as their mask."""


class Samples:
    """Collects the values of one file after the other."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._seen: defaultdict[str, list[str]] = defaultdict(list)
        self._beside: defaultdict[str, list[str]] = defaultdict(list)
        """Column kept as metadata → its first different values."""

    def see(self, raw: RawRecord, record: Record) -> None:
        """Note the values of a record where fewer than three of a field are known."""
        for name, value_of in _FIELDS.items():
            if len(self._seen[name]) < SAMPLES:
                self._note(name, value_of(record, record.customer or _NOBODY))
        if raw.customer.name and len(self._seen["customer.name"]) < SAMPLES:
            self._note("customer.name", self._masker.mark("name", raw.customer.name))
        if raw.customer.phone and len(self._seen["customer.phone"]) < SAMPLES:
            self._note("customer.phone", self._masker.mark("phone", raw.customer.phone))
        for column, value in record.metadata.items():
            words = self._beside[column]
            if len(words) < WORDS and (word := short(str(value))) not in words:
                words.append(word)

    def into(self, receipt: FileReceipt) -> FileReceipt:
        """The receipt with what was seen of its mapped fields, the channel words that are not known, and a note that
        names the columns without a field; the next file begins empty."""
        seen, self._seen = self._seen, defaultdict(list)
        beside, self._beside = self._beside, defaultdict(list)
        samples = {name: tuple(seen[name]) for name in receipt.mapping if seen[name]}
        if unknown := beside.get(receipt.mapping.get("channel", "")):
            samples["channel not known"] = tuple(unknown)
        left = [column for column in beside if column not in receipt.mapping.values()]
        return replace(receipt, samples=samples, notes=(*receipt.notes, *_left_out(left)))

    def _note(self, name: str, value: object) -> None:
        if value is None or value == "":
            return
        text = short(" ".join(str(value).split()))
        if text not in self._seen[name]:
            self._seen[name].append(text)


def _left_out(columns: Sequence[str]) -> tuple[str, ...]:
    """One sentence on the columns that became no field; none where all did."""
    if not columns:
        return ()
    more = f" and {len(columns) - _COLUMNS} more" if len(columns) > _COLUMNS else ""
    named = ", ".join(map(repr, columns[:_COLUMNS]))
    return (f"columns in no field, kept as metadata: {named}{more}; --map FIELD=COLUMN gives one a field",)


def short(text: str) -> str:
    """The beginning of a masked text, no mask cut in two."""
    if len(text) <= _LENGTH:
        return text
    head = text[:_LENGTH]
    whole = head if head.rfind("⟦") <= head.rfind("⟧") else head[: head.rfind("⟦")]
    return whole + "…"
