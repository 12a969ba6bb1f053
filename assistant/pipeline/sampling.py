"""A few masked values of each mapped field, so that a person sees whether a file is understood."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace

from assistant.domain.receipts import FileReceipt
from assistant.domain.records import Customer, RawRecord, Record
from assistant.intake.privacy import Masker

SAMPLES = 3
"""Different values shown of a field."""
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

    def see(self, raw: RawRecord, record: Record) -> None:
        """Note the values of a record where fewer than three of a field are known."""
        for name, value_of in _FIELDS.items():
            if len(self._seen[name]) < SAMPLES:
                self._note(name, value_of(record, record.customer or _NOBODY))
        if raw.customer.name and len(self._seen["customer.name"]) < SAMPLES:
            self._note("customer.name", self._masker.mark("name", raw.customer.name))
        if raw.customer.phone and len(self._seen["customer.phone"]) < SAMPLES:
            self._note("customer.phone", self._masker.mark("phone", raw.customer.phone))

    def into(self, receipt: FileReceipt) -> FileReceipt:
        """The receipt with what was seen of its mapped fields; the next file begins empty."""
        seen, self._seen = self._seen, defaultdict(list)
        return replace(receipt, samples={name: tuple(seen[name]) for name in receipt.mapping if seen[name]})

    def _note(self, name: str, value: object) -> None:
        if value is None or value == "":
            return
        text = _short(" ".join(str(value).split()))
        if text not in self._seen[name]:
            self._seen[name].append(text)


def _short(text: str) -> str:
    """The beginning of a text, no mask cut in two."""
    if len(text) <= _LENGTH:
        return text
    head = text[:_LENGTH]
    whole = head if head.rfind("⟦") <= head.rfind("⟧") else head[: head.rfind("⟦")]
    return whole + "…"
