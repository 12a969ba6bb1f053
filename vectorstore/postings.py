"""Which passages hold a term, and how long passages are: looked up once for each state of the index, and remembered."""

import math
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from vectorstore.vectors import Rows
from vectorstore.workers import Cut

Column = Literal["words", "grams"]
COLUMNS: tuple[Column, ...] = ("words", "grams")
Term = tuple[str, str]
"""A column and a term in it."""
Held = NDArray[np.int32]
"""Rows, ascending."""
FREQUENCIES = 100_000
"""So many document frequencies are remembered at most (about 15 MB)."""
HELD = 4_000_000
"""So many postings are remembered at most (24 MB); beyond that those asked for longest ago are forgotten."""
MOST = 2**16 - 1
K1, B = 1.2, 0.75


@dataclass(frozen=True, slots=True)
class Postings:
    """A term in a column: the rows that have it, and how often (65,535 at most)."""

    rows: Held
    counts: NDArray[np.uint16]


class Tokens(Protocol):
    """The tokens of all passages, in one transaction of a database; rows are `passages.row`."""

    def add(self, rows: Sequence[int], cut: Sequence[Cut]) -> None:
        """Index new passages, each with its words and grams."""
        ...

    def remove(self, rows: Sequence[int], cut: Callable[[], Sequence[Cut]]) -> None:
        """Take passages out; `cut` tells what they were added with, where that must be known."""
        ...

    def refill(self, parts: Iterable[tuple[Sequence[int], Sequence[Cut]]]) -> None:
        """Take everything out and index these."""
        ...

    def scrub(self) -> None:
        """Leave no trace of what was removed in the index's own files."""
        ...

    def count(self) -> int:
        """How many passages are indexed."""
        ...

    def frequencies(self, terms: Sequence[str]) -> dict[Term, int]:
        """How many passages hold each of these in either column, for those that some do."""
        ...

    def holding(self, grams: Sequence[str]) -> list[int]:
        """Rows that hold all of these grams, ascending."""
        ...

    def postings(self, terms: Sequence[Term]) -> list[Postings]:
        """The rows that have each of these terms; a word counts once in each, a gram as often as it comes."""
        ...

    def lengths(self, after: int) -> Iterator[tuple[Rows, NDArray[np.int64]]]:
        """Rows newer than one and how many tokens they have, in parts, the higher rows later."""
        ...

    def totals(self) -> tuple[int, int]:
        """Passages, and tokens of all of them."""
        ...


class Remembered:
    """What searches of one state of the index looked up: frequencies, postings, lengths. Safe for threads.

    Args:
        most: postings held at most.
    """

    def __init__(self, most: int = HELD) -> None:
        self._lock = threading.Lock()
        self._most = most
        self._version = -1
        self._frequencies = dict[Term, int]()
        self._postings = dict[Term, Postings]()
        self._held = 0
        self._lengths = Lengths()

    def frequencies(self, version: int) -> dict[Term, int]:
        """What is known of this version of the index, to be read and added to; 0 is a term that no passage has."""
        with self._lock:
            self._at(version)
            if len(self._frequencies) > FREQUENCIES:
                self._frequencies = {}
            return self._frequencies

    def lengths(self, tokens: Tokens, version: int, analyzer: str) -> "Lengths":
        """How long the passages are, as this analyzer cut them."""
        with self._lock:
            if (self._lengths.version, self._lengths.analyzer) != (version, analyzer):
                self._lengths = self._lengths.renewed(tokens, version, analyzer)
            return self._lengths

    def postings(self, tokens: Tokens, version: int, terms: Sequence[Term]) -> list[Postings]:
        """Those of some terms in this version of the index."""
        held: dict[Term, Postings] = {}
        with self._lock:
            self._at(version)
            for term in terms:
                found = self._postings.pop(term, None)
                if found is not None:
                    held[term] = self._postings[term] = found  # the last asked for stands last
        new = [term for term in terms if term not in held]
        read = dict(zip(new, tokens.postings(new), strict=True)) if new else {}
        with self._lock:
            for term, found in read.items():
                self._keep(version, term, found)
        return [held[term] if term in held else read[term] for term in terms]

    def _keep(self, version: int, term: Term, found: Postings) -> None:
        if self._version == version and term not in self._postings:
            self._postings[term] = found
            self._held += len(found.rows)
            while self._held > self._most:
                self._held -= len(self._postings.pop(next(iter(self._postings))).rows)

    def _at(self, version: int) -> None:
        if self._version != version:
            self._version, self._frequencies, self._postings, self._held = version, {}, {}, 0


class Lengths:
    """Tokens of each passage, two bytes a row. Rows that went keep theirs, and no search meets them."""

    def __init__(
        self,
        version: int = -1,
        analyzer: str = "",
        tokens: NDArray[np.uint16] | None = None,
        total: int = 0,
        mean: float = 1.0,
    ) -> None:
        self.version, self.analyzer = version, analyzer
        self._tokens = np.zeros(1, dtype=np.uint16) if tokens is None else tokens
        self.total = total
        """How many passages there are."""
        self._mean = mean

    def renewed(self, tokens: Tokens, version: int, analyzer: str) -> "Lengths":
        """Those of another version of the index: what is newer is read, or all where the texts are cut otherwise."""
        parts = [self._tokens if analyzer == self.analyzer else self._tokens[:1]]
        last = len(parts[0]) - 1
        for rows, lengths in tokens.lengths(last):
            newest = int(rows.max())
            part = np.zeros(newest - last, dtype=np.uint16)
            part[rows - last - 1] = np.minimum(lengths, MOST)
            parts.append(part)
            last = newest
        total, together = tokens.totals()
        return Lengths(version, analyzer, np.concatenate(parts), total, max(1.0, together / max(1, total)))

    def relative(self, rows: Held) -> NDArray[np.float64]:
        """Lengths of these rows, 1 where they are as long as the mean; so are those that came a moment ago."""
        inside = np.minimum(rows, len(self._tokens) - 1)
        return np.where(inside == rows, self._tokens[inside] / self._mean, 1.0)


def bm25(
    terms: Sequence[tuple[float, Postings]], lengths: Lengths, allowed: Rows | None
) -> tuple[Held, NDArray[np.float64]]:
    """Rows that hold some of the terms, ascending, and their scores (BM25, Robertson and Zaragoza 2009; all > 0).

    Args:
        terms: the weight of each term's column, and its postings.
        lengths: of the passages.
        allowed: rows to stay within; None is all.
    """
    sizes = [len(term.rows) for _, term in terms]
    among = np.concatenate([term.rows for _, term in terms])
    often = np.concatenate([weight * term.counts for weight, term in terms])
    rarity = np.repeat([_idf(size, lengths.total) for size in sizes], sizes)
    if allowed is not None:
        inside = _mask(allowed, among)[among]
        among, often, rarity = among[inside], often[inside], rarity[inside]
    rows, places = np.unique(among, return_inverse=True)
    long = K1 * (1 - B + B * lengths.relative(rows))
    each = rarity * often * (K1 + 1) / (often + long[places])
    return rows, np.bincount(places, weights=each, minlength=len(rows)).astype(np.float64)


def best(rows: Held, scores: NDArray[np.float64], limit: int) -> list[tuple[int, float]]:
    """The best rows and their scores, best first, equal scores by row."""
    if len(rows) > limit:
        least = np.partition(scores, -limit)[-limit]
        rows, scores = rows[scores >= least], scores[scores >= least]
    order = np.lexsort((rows, -scores))[:limit]
    return list(zip(rows[order].tolist(), scores[order].tolist(), strict=True))


def _mask(allowed: Rows, among: Held) -> NDArray[np.bool_]:
    mask = np.zeros(1 + max(int(among.max(initial=0)), int(allowed[-1])), dtype=np.bool_)
    mask[allowed] = True
    return mask


def _idf(holding: int, total: int) -> float:
    """As FTS5 has it: what more than half of the passages hold is worth next to nothing."""
    return max(1e-6, math.log(max(0.5, total - holding + 0.5) / (holding + 0.5)))
