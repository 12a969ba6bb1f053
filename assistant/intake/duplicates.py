"""Which records nearly repeat one another, by MinHash over character trigrams (the library `rensa`).

The rule, and the figures it rests on (350 sample records, 11 planted repeats, true Jaccard of trigrams):

- Repeats by the same customer lie between 0.69 and 0.92, any other pair below 0.2. So records of one known customer
  are near-duplicates from an estimate of 0.5 on.
- Two known and different customers are never near-duplicates, however alike their words: two people who say the
  same thing are two.
- Where a customer is unknown (reviews without a name) only nearly the same text counts: 0.8.
- Both must be of the same product, or the product of one unknown.
- Texts under 12 characters after normalising never count: short words are said by many.

Only the customer's own words are compared: no other's turns, and no clauses that staff and machines write over and
over (`data/scripted.txt`). Masks, punctuation, script, width and case do not
matter.

On 63 pairs written for it (`tests/intake/repeats.toml`; 27 repeats, 36 that share a template, a script, a greeting or
short words) all 27 and no other are linked.
"""

import hashlib
import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, cast

import numpy as np

from assistant.domain.records import Record, customer_text
from assistant.intake.places import PlaceTable, Spool
from vectorstore.text import simplified

SHORTEST: Final = 12
"""Characters that a text must have after normalising."""
SAME_CUSTOMER: Final = 0.5
"""Least estimated Jaccard between records of one customer."""
UNKNOWN_CUSTOMER: Final = 0.8
"""Least estimated Jaccard where one of the two customers is unknown."""

_VERSION = b"n2"
_FIRST_VERSION = b"n1"
"""Held the library's own form, 667 bytes; stores filled before still have it."""
_SCOPE = 8
_UNKNOWN = b"\0" * _SCOPE
_PERMUTATIONS = 128
_BANDS = 16
_SEED = 42
_DIGEST = 4 * _PERMUTATIONS
_PRINT = 2 * _SCOPE + _DIGEST
_NAME = 32
_MOST = 400
"""Places looked at of one hash: a sentence said by thousands is not compared with each of them."""
_SAME = 12
"""Records of one group that stand under one band: the next ones are found through these."""
_MASK = re.compile(r"⟦[^⟧]*⟧")
_NOT_WORD = re.compile(r"[\W_]+")
_CLAUSE = re.compile(r"[，。；：！？、,;:!?\n]+")
_FACTORS = np.random.default_rng(_SEED).integers(1, 2**63, (_BANDS, _PERMUTATIONS // _BANDS), dtype=np.uint64) * 2 + 1
_STIR = np.uint64(0x9E3779B97F4A7C15)

Hashes = np.ndarray[Any, np.dtype[np.uint64]]


@dataclass(frozen=True, slots=True)
class Nearby:
    """Places that have something in common with a record, and the hashes under which it is found itself."""

    hashes: list[int]
    held: list[list[int]]
    """For each of the hashes the places that stand under it; empty where that was not asked."""
    others: list[list[int]]

    @property
    def places(self) -> set[int]:
        """All of them."""
        return set().union(*self.held, *self.others)


class Prints:
    """What is compared of many records, each at its place; finds the places that are alike.

    In memory it takes about 150 bytes a record; the prints themselves stand in a temporary file.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` is where the temporary file is made: a disk with room for 560 bytes a record."""
        self._table = PlaceTable()
        self._spool = Spool(_PRINT + _NAME, folder)
        self._gone: set[int] = set()

    def __len__(self) -> int:
        return len(self._spool) - len(self._gone)

    def load(self, rows: Sequence[tuple[str, bytes]]) -> list[bool]:
        """Remember records and their prints, many at once; for each, whether its customer is known."""
        places = np.array([self._spool.append(p + _named(one)) for one, p in rows], dtype=np.uint64)
        known = np.array([is_known(p) for _, p in rows], dtype=bool)
        ids = np.array([_hash_of(b"id", one.encode()) for one, _ in rows], dtype=np.uint64)
        own = np.array([_own(p) for _, p in rows if is_known(p)], dtype=np.uint64)
        bands = bands_of([p for _, p in rows])
        bands[known] ^= _STIR
        at = np.concatenate([places, places[known], places.repeat(_BANDS)])
        self._table.extend(np.concatenate([ids, own, bands.ravel()]), at)
        return cast("list[bool]", known.tolist())

    def add(self, record_id: str, print_: bytes) -> int:
        """Give a record a place; it is found by its id, and by its words only after `spread`."""
        place = self._spool.append(print_ + _named(record_id))
        self._table.add([_hash_of(b"id", record_id.encode())], place)
        return place

    def remove(self, place: int) -> None:
        """Forget what stands there."""
        self._gone.add(place)

    def places_of(self, record_ids: Sequence[str]) -> list[int | None]:
        """Where each of the records stands, or None."""
        found = self._table.find([_hash_of(b"id", one.encode()) for one in record_ids])
        return [
            next((at for at in reversed(places) if at not in self._gone and self.name(at) == one), None)
            for one, places in zip(record_ids, found, strict=True)
        ]

    def nearby(self, print_: bytes, bands: Hashes) -> Nearby:
        """Where records stand that may be like this one; `bands` is its row of `bands_of`.

        Records of other known customers never are like it, so they are not asked for: a sentence that a hundred
        thousand customers share would be compared a hundred thousand times for each of them.
        """
        unknown, known = bands.tolist(), (bands ^ _STIR).tolist()
        if not is_known(print_):
            found = self._table.find([*unknown, *known], _MOST)
            return Nearby(unknown, found[:_BANDS], found[_BANDS:])
        own, *found = self._table.find([_own(print_), *unknown], _MOST)
        if len(own) == _MOST:
            found += self._table.find(known, _MOST)
        return Nearby([_own(print_), *known], [own, *[[]] * _BANDS], found)

    def alike(self, print_: bytes, places: Iterable[int]) -> list[int]:
        """Those of the places whose record this one nearly repeats, ascending."""
        asked = sorted(place for place in places if place not in self._gone)
        if not asked:
            return []
        table = np.frombuffer(b"".join(map(self._spool.read, asked)), dtype=np.uint8).reshape(len(asked), -1)
        scopes = table[:, : 2 * _SCOPE].copy().view(np.uint64)
        mine = np.frombuffer(print_[: 2 * _SCOPE], dtype=np.uint64)
        unknown = (scopes == 0) | (mine == 0)
        least = np.where(unknown[:, 0], UNKNOWN_CUSTOMER, SAME_CUSTOMER) * _PERMUTATIONS
        digests = table[:, 2 * _SCOPE : _PRINT].copy().view(np.uint32)
        equal = (digests == np.frombuffer(print_[2 * _SCOPE :], dtype=np.uint32)).sum(axis=1)
        fits = ((scopes == mine) | unknown).all(axis=1) & (equal >= least)
        return [place for place, fit in zip(asked, fits.tolist(), strict=True) if fit]

    def spread(self, place: int, nearby: Nearby, kin: Callable[[int], bool]) -> None:
        """Have a record found by its words, but under no hash where enough of its `kin` are already."""
        new = [one for one, held in zip(nearby.hashes, nearby.held, strict=True) if not self._crowded(held, kin)]
        self._table.add(new, place)

    def _crowded(self, held: list[int], kin: Callable[[int], bool]) -> bool:
        return len(held) >= _SAME and sum(kin(at) for at in held if at not in self._gone) >= _SAME

    def print_at(self, place: int) -> bytes:
        """What is compared of the record that stands there."""
        return self._spool.read(place)[:_PRINT]

    def name(self, place: int) -> str:
        """The id of the record that stands there."""
        return self._spool.read(place)[_PRINT:].rstrip(b"\0").decode()


def print_of(signature: bytes) -> bytes:
    """Hashes of customer and product and 128 MinHash values of 4 bytes; ``b""`` of an empty signature."""
    if signature.startswith(_FIRST_VERSION):
        scopes = signature[len(_FIRST_VERSION) : len(_FIRST_VERSION) + 2 * _SCOPE]
        minhash = _minhasher()(_PERMUTATIONS, _SEED)
        minhash.__setstate__(signature[len(_FIRST_VERSION) + 2 * _SCOPE :])
        return scopes + array("I", minhash.digest()).tobytes()
    return signature[len(_VERSION) :]


def is_known(print_: bytes) -> bool:
    """True where the customer is."""
    return print_[:_SCOPE] != _UNKNOWN


def same_customer(one: bytes, other: bytes) -> bool:
    """Whether two prints are of the same customer, or both of nobody known."""
    return one[:_SCOPE] == other[:_SCOPE]


def bands_of(prints: Sequence[bytes]) -> Hashes:
    """For each print the hashes of its bands: two that are alike most likely have one in common."""
    digests = np.frombuffer(b"".join(p[2 * _SCOPE :] for p in prints), dtype=np.uint32)
    mixed: Hashes = (digests.reshape(len(prints), _BANDS, _PERMUTATIONS // _BANDS) * _FACTORS).sum(
        axis=2, dtype=np.uint64
    )
    mixed ^= mixed >> np.uint64(29)
    mixed *= _STIR
    return mixed ^ (mixed >> np.uint64(32))


def signatures_of(records: Sequence[Record]) -> list[bytes]:
    """What is remembered of each record to find what nearly repeats it: hashes of customer and product, and 128
    MinHash values of the customer's own words (530 bytes).

    ``b""`` where these are fewer than 12 characters after normalising.
    """
    plain = [normalise(_simply(record)) for record in records]
    long = [text for text in plain if len(text) >= SHORTEST]
    shingles = [[text[at : at + 3] for at in range(len(text) - 2)] for text in long]
    digests = iter(_minhasher().digests_from_token_sets(shingles, _PERMUTATIONS, _SEED))
    return [
        b"" if len(text) < SHORTEST else _VERSION + _scopes(record) + array("I", next(digests)).tobytes()
        for record, text in zip(records, plain, strict=True)
    ]


def normalise(text: str) -> str:
    """The text without masks, scripted clauses, blanks and punctuation, in one width and case."""
    plain = unicodedata.normalize("NFKC", _MASK.sub("", text)).lower()
    anywhere, in_clause = _scripted()
    if anywhere.search(plain):
        plain = "".join(clause for clause in _CLAUSE.split(plain) if not in_clause.search(clause.strip()))
    return _NOT_WORD.sub("", plain)


@cache
def _scripted() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What every text with a scripted clause has (quick to look for), and what such a clause has."""
    lines = (files("assistant.intake") / "data" / "scripted.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return re.compile("|".join(words for words, _ in pairs)), re.compile("|".join(pattern for _, pattern in pairs))


def _simply(record: Record) -> str:
    text = customer_text(record)
    return simplified(text) if record.script == "hant" else text


def _scopes(record: Record) -> bytes:
    customer = record.customer.id if record.customer and record.customer.known else None
    return _scope(customer) + _scope(record.product)


def _scope(value: str | None) -> bytes:
    return hashlib.blake2b(value.encode(), digest_size=_SCOPE).digest() if value else _UNKNOWN


def _own(print_: bytes) -> int:
    return _hash_of(b"own", print_[:_SCOPE])


def _hash_of(kind: bytes, value: bytes) -> int:
    return hash((kind, value)) & 0xFFFFFFFFFFFFFFFF


def _named(record_id: str) -> bytes:
    name = record_id.encode()
    if len(name) > _NAME:
        raise ValueError(f"a record id has at most {_NAME} bytes")
    return name.ljust(_NAME, b"\0")


def _minhasher() -> Any:
    from rensa import RMinHash  # a compiled vendor, imported where used

    return RMinHash
