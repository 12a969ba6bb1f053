"""Which passages hold a term, and how long passages are: read out of FTS5's own tables and remembered.

FTS5 ranks row by row and looks at each of a query's terms for every row, which took half of a search over 100,000
passages. A term's rows in one string cost a tenth of that, and numpy does the sums.
"""

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from vectorstore.vectors import Rows

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
_PART = 20_000

_TOTALS = "SELECT block FROM passages_full_text_data WHERE id = 1"
"""Passages, tokens of all words, tokens of all grams."""
_LENGTHS = "SELECT id, sz FROM passages_full_text_docsize WHERE id > :last ORDER BY id"
_HOLDING = "SELECT group_concat(rowid) FROM passages_full_text WHERE passages_full_text MATCH :match"
_WINDOW = """
CREATE VIRTUAL TABLE IF NOT EXISTS temp.passages_full_text_places
USING fts5vocab(main, passages_full_text, 'instance')
"""
"""It holds nothing: a view of the index that lasts as long as a connection."""
_PLACES = "SELECT group_concat(doc) FROM temp.passages_full_text_places WHERE term = :term AND col = 'grams'"


@dataclass(frozen=True, slots=True)
class Postings:
    """A term in a column: the rows that have it, and how often (65,535 at most)."""

    rows: Held
    counts: NDArray[np.uint16]


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

    def lengths(self, connection: Connection, version: int, analyzer: str) -> "Lengths":
        """How long the passages are, as this analyzer cut them."""
        with self._lock:
            if (self._lengths.version, self._lengths.analyzer) != (version, analyzer):
                self._lengths = self._lengths.renewed(connection, version, analyzer)
            return self._lengths

    def postings(self, connection: Connection, version: int, term: Term) -> Postings:
        """Those of a term in this version of the index."""
        with self._lock:
            self._at(version)
            found = self._postings.pop(term, None)
            if found is not None:
                self._postings[term] = found  # the last asked for stands last
                return found
        found = postings(connection, term)
        with self._lock:
            if self._version == version and term not in self._postings:
                self._postings[term] = found
                self._held += len(found.rows)
                while self._held > self._most:
                    self._held -= len(self._postings.pop(next(iter(self._postings))).rows)
        return found

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

    def renewed(self, connection: Connection, version: int, analyzer: str) -> "Lengths":
        """Those of another version of the index: what is newer is read, or all where the texts are cut otherwise."""
        tokens = self._tokens if analyzer == self.analyzer else self._tokens[:1]
        parts = [tokens]
        last = len(tokens) - 1
        for found in connection.execute(text(_LENGTHS), {"last": last}).partitions(_PART):
            rows, sizes = zip(*found, strict=True)
            part = np.zeros(rows[-1] - last, dtype=np.uint16)
            part[np.array(rows) - last - 1] = np.minimum(decoded(sizes).sum(axis=1), MOST)
            parts.append(part)
            last = rows[-1]
        tokens = np.concatenate(parts)
        total, *sums = decoded([connection.execute(text(_TOTALS)).scalar() or bytes(3)])[0].tolist()
        return Lengths(version, analyzer, tokens, total, max(1.0, sum(sums) / max(1, total)))

    def relative(self, rows: Held) -> NDArray[np.float64]:
        """Lengths of these rows, 1 where they are as long as the mean; so are those that came a moment ago."""
        inside = np.minimum(rows, len(self._tokens) - 1)
        return np.where(inside == rows, self._tokens[inside] / self._mean, 1.0)


def postings(connection: Connection, term: Term) -> Postings:
    """The rows that have a term; a word counts once in each, a gram as often as it comes.

    To count a word too would mean to look at all the places of the gram that it is as well.
    """
    column, word = term
    if column == "words":
        rows = _numbers(connection.execute(text(_HOLDING), {"match": f'{{words}} : "{word}"'}).scalar())
        return Postings(rows, np.ones(len(rows), dtype=np.uint16))
    connection.execute(text(_WINDOW))
    rows = _numbers(connection.execute(text(_PLACES), {"term": word}).scalar())
    begins = np.flatnonzero(np.diff(rows, prepend=-1))
    counts = np.minimum(np.diff(begins, append=len(rows)), MOST)
    return Postings(rows[begins], counts.astype(np.uint16))


def _numbers(listed: str | None) -> Held:
    return np.fromstring(listed or "", dtype=np.int32, sep=",")


def decoded(sizes: Sequence[bytes]) -> NDArray[np.int64]:
    """FTS5's numbers of variable length (seven bits a byte); a row for each of these, which hold equally many."""
    bytes_ = np.frombuffer(b"".join(sizes), dtype=np.uint8)
    last = bytes_ < 0x80
    ends = np.flatnonzero(last)
    begins = np.concatenate([[0], ends[:-1] + 1])
    behind = np.repeat(ends, np.diff(np.concatenate([[-1], ends]))) - np.arange(len(bytes_))
    numbers = np.add.reduceat((bytes_ & 0x7F).astype(np.int64) << (7 * behind), begins)
    found: NDArray[np.int64] = numbers.reshape(len(sizes), -1)
    return found


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
