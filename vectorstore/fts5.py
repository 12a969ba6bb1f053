"""Tokens on SQLite: FTS5 with two columns, contentless; what searches need is read out of its own tables.

FTS5 ranks row by row and looks at each of a query's terms for every row, which took half of a search over 100,000
passages. A term's rows in one string cost a tenth of that, and numpy does the sums.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from vectorstore.postings import MOST, Held, Postings, Term
from vectorstore.vectors import Rows
from vectorstore.workers import Cut

_PART = 20_000

_ADD = "INSERT INTO passages_full_text(rowid, words, grams) VALUES (:r, :w, :g)"
_REMOVE = "INSERT INTO passages_full_text(passages_full_text, rowid, words, grams) VALUES ('delete', :r, :w, :g)"
_CLEAR = "INSERT INTO passages_full_text(passages_full_text) VALUES ('delete-all')"
_SCRUB = "INSERT INTO passages_full_text(passages_full_text) VALUES ('optimize')"
_COUNT = "SELECT count(*) FROM passages_full_text_docsize"
_FREQUENCIES = """
SELECT v.col, v.term, v.doc FROM json_each(:terms) AS t CROSS JOIN passages_full_text_terms AS v ON v.term = t.value
"""
_ROWS = "SELECT rowid FROM passages_full_text WHERE passages_full_text MATCH :match ORDER BY rowid"
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
class Fts5:
    """`vectorstore.postings.Tokens` on SQLite."""

    connection: Connection

    def add(self, rows: Sequence[int], cut: Sequence[Cut]) -> None:
        """See `Tokens.add`."""
        self._write(_ADD, rows, cut)

    def remove(self, rows: Sequence[int], cut: Callable[[], Sequence[Cut]]) -> None:
        """See `Tokens.remove`; a contentless table has to be told what it held."""
        self._write(_REMOVE, rows, cut())

    def refill(self, parts: Iterable[tuple[Sequence[int], Sequence[Cut]]]) -> None:
        """See `Tokens.refill`."""
        self.connection.execute(text(_CLEAR))
        for rows, cut in parts:
            self.add(rows, cut)

    def scrub(self) -> None:
        """See `Tokens.scrub`; merges all segments into one, which drops the deleted tokens."""
        self.connection.execute(text(_SCRUB))

    def count(self) -> int:
        """See `Tokens.count`."""
        return int(self.connection.execute(text(_COUNT)).scalar_one())

    def frequencies(self, terms: Sequence[str]) -> dict[Term, int]:
        """See `Tokens.frequencies`."""
        found = self.connection.execute(text(_FREQUENCIES), {"terms": json.dumps(list(terms))})
        return {(str(column), str(term)): int(df) for column, term, df in found}

    def holding(self, grams: Sequence[str]) -> list[int]:
        """See `Tokens.holding`."""
        match = "{grams} : (" + " AND ".join(f'"{gram}"' for gram in grams) + ")"
        return [int(row) for row in self.connection.execute(text(_ROWS), {"match": match}).scalars()]

    def postings(self, terms: Sequence[Term]) -> list[Postings]:
        """See `Tokens.postings`.

        To count a word too would mean to look at all the places of the gram that it is as well.
        """
        return [self._postings(*term) for term in terms]

    def lengths(self, after: int) -> Iterator[tuple[Rows, NDArray[np.int64]]]:
        """See `Tokens.lengths`."""
        for found in self.connection.execute(text(_LENGTHS), {"last": after}).partitions(_PART):
            rows, sizes = zip(*found, strict=True)
            yield np.array(rows), decoded(sizes).sum(axis=1)

    def totals(self) -> tuple[int, int]:
        """See `Tokens.totals`."""
        total, *sums = decoded([self.connection.execute(text(_TOTALS)).scalar() or bytes(3)])[0].tolist()
        return total, sum(sums)

    def _write(self, statement: str, rows: Sequence[int], cut: Sequence[Cut]) -> None:
        given = [{"r": row, "w": words, "g": grams} for row, (words, grams) in zip(rows, cut, strict=True)]
        self.connection.execute(text(statement), given)

    def _postings(self, column: str, term: str) -> Postings:
        if column == "words":
            rows = _numbers(self.connection.execute(text(_HOLDING), {"match": f'{{words}} : "{term}"'}).scalar())
            return Postings(rows, np.ones(len(rows), dtype=np.uint16))
        self.connection.execute(text(_WINDOW))
        rows = _numbers(self.connection.execute(text(_PLACES), {"term": term}).scalar())
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
