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
from array import array
from dataclasses import dataclass
from operator import eq
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.domain.records import Record, customer_text
from assistant.intake.places import PlaceTable, Spool

if TYPE_CHECKING:
    from rensa import RMinHash

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
_BAND = 4 * _PERMUTATIONS // 16
_NAME = 32
_SEED = 42
_MOST_OWN = 200
_MASK = re.compile(r"⟦[^⟧]*⟧")
_NOT_WORD = re.compile(r"[\W_]+")


class NearDuplicates:
    """An index of signatures in the order they were added; the earliest like record is the one linked to.

    Its whole state is the (record id, signature) pairs: add them again, oldest first, and it is rebuilt. In memory it
    takes about 150 bytes a record; the signatures themselves stand in a temporary file.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` is where the temporary file is made: a disk with room for 600 bytes a record."""
        self._table = PlaceTable()
        self._spool = Spool(_ENTRY, folder)
        self._gone: set[int] = set()
        self._signed = 0

    def add(self, record_id: str, signature: bytes) -> None:
        """Remember a record. One with an empty signature (a text too short) only has its place: nothing is like it."""
        print_ = _Print.of(signature)
        self._add(record_id, print_, self._twins(print_, self._table.find([print_.whole])[0]))

    def nearest(self, signature: bytes, *, other_than: str | None = None) -> str | None:
        """The earliest remembered record that this one nearly repeats (never `other_than`), or None."""
        print_ = _Print.of(signature)
        near = self._nearest(print_, self._table.find(_asked(print_), _MOST_OWN), other_than)
        return None if near is None else self._name(near)

    def meet(self, record_id: str, signature: bytes) -> str | None:
        """The earliest record that this one nearly repeats, of those remembered before it; from now on it is one too.

        A record that is met again keeps the place and the signature that it had at first.
        """
        print_ = _Print.of(signature)
        *found, named = self._table.find([*_asked(print_), _hash_of(record_id)], _MOST_OWN)
        near = self._nearest(print_, found, record_id)
        place = self._first_of(record_id, named)
        if place is None:
            self._add(record_id, print_, self._twins(print_, found[1]))
        elif near is not None and near > place:
            return None
        return None if near is None else self._name(near)

    def remove(self, record_id: str) -> None:
        """Forget a record, as when its customer is erased."""
        while (place := self._first_of(record_id, self._table.find([_hash_of(record_id)])[0])) is not None:
            self._gone.add(place)
            self._signed -= not self._print(place).empty

    def __len__(self) -> int:
        return self._signed

    def _add(self, record_id: str, print_: "_Print", twins: list[int]) -> None:
        name = record_id.encode()
        if len(name) > _NAME:
            raise ValueError(f"a record id has at most {_NAME} bytes")
        hashes = [_hash_of(record_id)]
        if not print_.empty:
            self._signed += 1
            hashes += [print_.own] if print_.known else []
            hashes += [] if twins else [print_.whole, *print_.bands(print_.known)]
        self._table.add(hashes, self._spool.append(print_.data + name.ljust(_NAME, b"\0")))

    def _nearest(self, print_: "_Print", found: list[list[int]], other_than: str | None) -> int | None:
        if print_.empty:
            return None
        own, _, *banded = found
        if print_.known and len(own) == _MOST_OWN:
            banded += self._table.find(print_.bands(known=True))
        for place in sorted(set(own).union(*banded)):
            if place not in self._gone and print_.alike(self._print(place)) and self._name(place) != other_than:
                return place
        return None

    def _twins(self, print_: "_Print", places: list[int]) -> list[int]:
        """Those of the places with the very same signature."""
        return [place for place in places if place not in self._gone and self._print(place) == print_]

    def _first_of(self, record_id: str, places: list[int]) -> int | None:
        return next((at for at in places if at not in self._gone and self._name(at) == record_id), None)

    def _print(self, place: int) -> "_Print":
        return _Print(self._spool.read(place)[:-_NAME])

    def _name(self, place: int) -> str:
        return self._spool.read(place)[-_NAME:].rstrip(b"\0").decode()


@dataclass(frozen=True, slots=True)
class _Print:
    """What is compared of a signature: the hashes of customer and product, and 128 MinHash values of 4 bytes."""

    data: bytes

    @classmethod
    def of(cls, signature: bytes) -> "_Print":
        if not signature:
            return cls(bytes(2 * _SCOPE + 4 * _PERMUTATIONS))
        scopes = signature[len(_VERSION) : len(_VERSION) + 2 * _SCOPE]
        return cls(scopes + array("I", _minhash(signature).digest()).tobytes())

    @property
    def empty(self) -> bool:
        return not any(self.data)

    @property
    def known(self) -> bool:
        """True where the customer is."""
        return self.data[:_SCOPE] != _UNKNOWN

    @property
    def own(self) -> int:
        return hash((b"own", self.data[:_SCOPE]))

    @property
    def whole(self) -> int:
        return hash((b"whole", self.data))

    def bands(self, known: bool) -> list[int]:
        """Hashes of the bands, as they are kept for records whose customer is known, or unknown."""
        values = self.data[2 * _SCOPE :]
        return [hash((known, at, values[at : at + _BAND])) for at in range(0, len(values), _BAND)]

    def alike(self, other: "_Print") -> bool:
        products = self.data[_SCOPE : 2 * _SCOPE], other.data[_SCOPE : 2 * _SCOPE]
        if products[0] != products[1] and _UNKNOWN not in products:
            return False
        known = self.known and other.known
        if known and self.data[:_SCOPE] != other.data[:_SCOPE]:
            return False
        values, others = memoryview(self.data)[2 * _SCOPE :].cast("I"), memoryview(other.data)[2 * _SCOPE :].cast("I")
        estimate = sum(map(eq, values, others)) / _PERMUTATIONS
        return bool(estimate >= (SAME_CUSTOMER if known else UNKNOWN_CUSTOMER))


_ENTRY = 2 * _SCOPE + 4 * _PERMUTATIONS + _NAME


def _asked(print_: _Print) -> list[int]:
    """The hashes whose places may hold a record that is alike: own, whole, bands.

    Records of other known customers never are, so they are not asked for: a sentence that a hundred thousand customers
    share would be compared a hundred thousand times for each of them.
    """
    known = [] if print_.known else print_.bands(known=True)
    return [print_.own, print_.whole, *print_.bands(known=False), *known]


def _hash_of(record_id: str) -> int:
    return hash((b"id", record_id))


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


def _minhash(signature: bytes) -> "RMinHash":
    """The MinHash in a signature; its own format carries the version of the algorithm."""
    minhash = _new_minhash()
    minhash.__setstate__(signature[len(_VERSION) + 2 * _SCOPE :])
    return minhash


def _new_minhash() -> "RMinHash":
    from rensa import RMinHash  # a compiled vendor, imported where used

    return RMinHash(_PERMUTATIONS, _SEED)
