"""Groups of records that nearly repeat one another, kept right as records come, change and are met again.

A group is what is alike, directly or through others, so it does not matter in which order its records came. Its head is
the first record of a known customer, else the first of all; the others are linked to the head and count as whom it
counts. No group holds two known customers: who is alike to both stays with the one of the two that was there first.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from assistant.intake.duplicates import Hashes, Prints, bands_of, is_known, print_of, same_customer

_LOADED = 10_000
"""Rows taken in at once from the store."""


@dataclass(frozen=True, slots=True)
class Links:
    """What a batch did to the links."""

    joined: tuple[bool, ...] = ()
    """For each record given, whether it was linked to a group when it came."""
    heads: dict[str, str | None] = field(default_factory=dict)
    """For each record given, and every other whose link is another now: the head of its group, None where it is that."""


class Linker:
    """Links each record with those that it nearly repeats, over all that is stored and all that comes in.

    In memory it takes about 160 bytes a record.
    """

    def __init__(self, stored: Iterable[tuple[str, bytes, str | None]] = (), folder: Path | None = None) -> None:
        """`stored` are (record id, signature, head of its group); `folder` is where a temporary file is made."""
        self._prints = Prints(folder)
        self._head = array("i")
        self._next = array("i")
        """The records of a group in a ring."""
        self._known = bytearray()
        self._changed: set[int] = set()
        self._load(stored)
        self._mended = self._changed

    def __len__(self) -> int:
        return len(self._prints)

    def link(self, batch: Sequence[tuple[str, bytes]]) -> Links:
        """Take in records with their signatures, in order; one known before leaves its group where it is another now."""
        prints = [print_of(signature) for _, signature in batch]
        bands = iter(bands_of([print_ for print_ in prints if print_]))
        places = self._prints.places_of([record_id for record_id, _ in batch])
        self._changed, self._mended = self._mended, set()
        self._part({at for at, p in zip(places, prints, strict=True) if at is not None and self._print(at) != p})
        joined, heads = [], dict[str, str | None]()
        for (record_id, _), print_ in zip(batch, prints, strict=True):
            joined.append(self._take(record_id, print_, next(bands) if print_ else None))
            heads[record_id] = None
        return Links(tuple(joined), {**heads, **{self._prints.name(at): self._link_of(at) for at in self._changed}})

    def _take(self, record_id: str, print_: bytes, bands: Hashes | None) -> bool:
        place = self._prints.places_of([record_id])[0]
        if place is not None and self._print(place) != print_:
            self._part({place})
            place = None
        if place is None and bands is not None:
            place = self._prints.add(record_id, print_)
            self._head.append(place)
            self._next.append(place)
            self._known.append(is_known(print_))
            self._join(place, print_, bands)
        if place is None:
            return False
        self._changed.add(place)
        return self._next[place] != place

    def _print(self, place: int) -> bytes:
        return self._prints.print_at(place)

    def _link_of(self, place: int) -> str | None:
        head = self._head[place]
        return None if head == place else self._prints.name(head)

    def _join(self, place: int, print_: bytes, bands: Hashes) -> None:
        nearby = self._prints.nearby(print_, bands)
        foreign = [at for at in nearby.places if at != place and self._head[at] != self._head[place]]
        for other in self._prints.alike(print_, foreign):
            if self._may_meet(self._head[place], self._head[other]):
                self._merge(self._head[place], self._head[other])
        self._prints.spread(place, nearby, lambda at: self._head[at] == self._head[place])

    def _may_meet(self, head: int, other: int) -> bool:
        if head == other:
            return False
        if not (self._known[head] and self._known[other]):
            return True
        return same_customer(self._print(head), self._print(other))

    def _merge(self, one: int, other: int) -> None:
        """Two groups as one, under the first known customer's record, else the first."""
        head = min(one, other, key=lambda at: (not self._known[at], at))
        lost = other if head == one else one
        self._lead(head, lost)
        self._next[head], self._next[lost] = self._next[lost], self._next[head]

    def _lead(self, head: int, group: int) -> None:
        """Have all of a group follow a head."""
        for place in self._ring(group):
            self._head[place] = head
            self._changed.add(place)

    def _ring(self, place: int) -> list[int]:
        found = [place]
        while (at := self._next[found[-1]]) != place:
            found.append(at)
        return found

    def _part(self, places: set[int]) -> None:
        """Take records out of their groups; as they may have held these together, the others find together anew."""
        others = sorted({other for place in places for other in self._ring(place)} - places)
        for place in places:
            self._prints.remove(place)
        for other in others:
            self._head[other] = self._next[other] = other
        self._changed.difference_update(places)
        self._changed.update(others)
        prints = [self._print(other) for other in others]
        for other, print_, bands in zip(others, prints, bands_of(prints), strict=True):
            self._join(other, print_, bands)

    def _load(self, stored: Iterable[tuple[str, bytes, str | None]]) -> None:
        rows = iter(stored)
        linked: list[tuple[int, str]] = []
        while some := list(islice(rows, _LOADED)):
            prints = [(record_id, print_of(signature)) for record_id, signature, _ in some]
            first = len(self._head)
            self._known += bytes(self._prints.load(prints))
            self._head.extend(range(first, first + len(some)))
            self._next.extend(range(first, first + len(some)))
            linked += [(at, near) for at, (_, _, near) in enumerate(some, first) if near is not None]
        for few in (linked[at : at + _LOADED] for at in range(0, len(linked), _LOADED)):
            for (place, _), head in zip(few, self._prints.places_of([near for _, near in few]), strict=True):
                if head is not None:
                    self._head[place] = head
                    self._next[place], self._next[head] = self._next[head], place
        for place, _ in linked:  # where a head was erased, one of nobody known may stand for a known customer's
            if self._known[place] and not self._known[self._head[place]]:
                self._lead(place, self._head[place])
