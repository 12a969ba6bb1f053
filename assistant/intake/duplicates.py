"""Which record nearly repeats an earlier one, by MinHash over character trigrams; linked, never deleted.

The rule, and the figures it rests on (350 sample records, 11 planted repeats, true Jaccard of trigrams):

- Repeats by the same customer lie between 0.69 and 0.92, any other pair below 0.2. So records of one known customer
  are near-duplicates from an estimate of 0.5 on.
- Two known and different customers are never near-duplicates, however alike their words: two people who say the
  same thing are two.
- Where a customer is unknown (reviews without a name) only nearly the same text counts: 0.8.
- Both must be of the same product, or the product of one unknown.
- Texts under 12 characters after normalising never count: short words are said by many.

Only the customer's own words are compared; masks, punctuation, width and case do not matter.
"""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from assistant.domain.records import Record, customer_text

if TYPE_CHECKING:
    from rensa import RMinHash, RMinHashLSH

SHORTEST = 12
"""Characters that a text must have after normalising."""
SAME_CUSTOMER = 0.5
"""Least estimated Jaccard between records of one customer."""
UNKNOWN_CUSTOMER = 0.8
"""Least estimated Jaccard where one of the two customers is unknown."""

_VERSION = b"n1"
_SCOPE = 8
_UNKNOWN = b"\0" * _SCOPE
_PERMUTATIONS = 128
_BANDS = 16
_SEED = 42
_MOST_OWN = 200
_MASK = re.compile(r"⟦[^⟧]*⟧")
_NOT_WORD = re.compile(r"[\W_]+")


class NearDuplicates:
    """An index of signatures in the order they were added; the earliest like record is the one linked to.

    Its whole state is the (record id, signature) pairs: add them again, oldest first, and it is rebuilt.
    """

    def __init__(self) -> None:
        self._lsh: RMinHashLSH = _new_lsh()
        self._ids: list[str | None] = []
        self._signatures: list[bytes] = []
        self._seen: dict[bytes, int] = {}
        self._of_customer: defaultdict[bytes, list[int]] = defaultdict(list)

    def add(self, record_id: str, signature: bytes) -> None:
        """Remember a record; an empty signature (a text too short) is not remembered."""
        if not signature:
            return
        index = len(self._ids)
        self._ids.append(record_id)
        self._signatures.append(signature)
        if self._ids[self._seen.setdefault(_digest(signature), index)] is None:
            self._seen[_digest(signature)] = index
        if self._seen[_digest(signature)] == index:
            self._lsh.insert(index, _minhash(signature))
        customer, _ = _scopes(signature)
        if customer != _UNKNOWN:
            self._of_customer[customer].append(index)

    def nearest(self, signature: bytes, *, other_than: str | None = None) -> str | None:
        """The earliest remembered record that this one nearly repeats (never `other_than`), or None."""
        if not signature:
            return None
        minhash = _minhash(signature)
        for index in self._candidates(signature, minhash):
            if self._ids[index] not in (None, other_than) and self._alike(signature, minhash, index):
                return self._ids[index]
        return None

    def remove(self, record_id: str) -> None:
        """Forget a record, as when its customer is erased. Takes time with the number of records."""
        for index, known in enumerate(self._ids):
            if known == record_id:
                self._lsh.remove(index)
                self._ids[index] = None

    def __len__(self) -> int:
        return sum(known is not None for known in self._ids)

    def _candidates(self, signature: bytes, minhash: "RMinHash") -> Iterator[int]:
        customer, _ = _scopes(signature)
        own = self._of_customer.get(customer, [])[-_MOST_OWN:] if customer != _UNKNOWN else []
        yield from sorted({*self._lsh.query(minhash), *own})

    def _alike(self, signature: bytes, minhash: "RMinHash", index: int) -> bool:
        other = self._signatures[index]
        (customer, product), (other_customer, other_product) = _scopes(signature), _scopes(other)
        if product != other_product and _UNKNOWN not in (product, other_product):
            return False
        known = _UNKNOWN not in (customer, other_customer)
        if known and customer != other_customer:
            return False
        estimate: float = minhash.jaccard(_minhash(other))
        return estimate >= (SAME_CUSTOMER if known else UNKNOWN_CUSTOMER)


def signature(text: str, *, customer_id: str | None = None, product: str | None = None) -> bytes:
    """What is remembered of a masked text: hashes of customer and product, and 128 MinHash values (about 700 bytes).

    ``b""`` for a text of fewer than 12 characters after normalising.
    """
    plain = normalise(text)
    if len(plain) < SHORTEST:
        return b""
    minhash = _new_minhash()
    minhash.update([plain[at : at + 3] for at in range(len(plain) - 2)])
    state: bytes = minhash.__getstate__()
    return _VERSION + _scope(customer_id) + _scope(product) + state


def signature_of(record: Record) -> bytes:
    """The signature of a record: its customer's own words, within its customer and product."""
    customer = record.customer.id if record.customer and record.customer.known else None
    return signature(customer_text(record), customer_id=customer, product=record.product)


def normalise(text: str) -> str:
    """The text without masks, blanks and punctuation, in one width and case."""
    plain = unicodedata.normalize("NFKC", _MASK.sub("", text)).lower()
    return _NOT_WORD.sub("", plain)


def _scope(value: str | None) -> bytes:
    return hashlib.blake2b(value.encode(), digest_size=_SCOPE).digest() if value else _UNKNOWN


def _scopes(signature: bytes) -> tuple[bytes, bytes]:
    at = len(_VERSION)
    return signature[at : at + _SCOPE], signature[at + _SCOPE : at + 2 * _SCOPE]


def _digest(signature: bytes) -> bytes:
    return hashlib.blake2b(signature, digest_size=16).digest()


def _minhash(signature: bytes) -> "RMinHash":
    """The MinHash in a signature; its own format carries the version of the algorithm."""
    minhash = _new_minhash()
    minhash.__setstate__(signature[len(_VERSION) + 2 * _SCOPE :])
    return minhash


def _new_minhash() -> "RMinHash":
    from rensa import RMinHash  # a compiled vendor, imported where used

    return RMinHash(_PERMUTATIONS, _SEED)


def _new_lsh() -> "RMinHashLSH":
    from rensa import RMinHashLSH  # a compiled vendor, imported where used

    return RMinHashLSH(UNKNOWN_CUSTOMER, _PERMUTATIONS, _BANDS)
