"""Full text: which passages share words and characters with a query. SQLite's FTS5 here; PostgreSQL would come in here.

A PostgreSQL implementation of `Lexical` would keep the same pre-cut tokens in two `tsvector` columns of a side table
(``array_to_tsvector``, GIN index) and rank with ``ts_rank_cd``; nothing outside this module would change.
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol

from sqlalchemy import Connection, text

from vectorstore import state
from vectorstore.postings import COLUMNS, Column, Remembered, Term, best, bm25
from vectorstore.text import Analyzer
from vectorstore.vectors import Rows
from vectorstore.workers import Cut, Cutting

WORD_WEIGHT, GRAM_WEIGHT = 0.5, 1.0
"""Column weights of bm25: character grams carry more than jieba words on short service utterances (measured)."""
_WEIGHTS = {"words": WORD_WEIGHT, "grams": GRAM_WEIGHT}

POSTINGS = 20_000
"""Postings read for one query, rarest terms first: bounds a query's time at any corpus size (about 3 ms)."""

_ADD = "INSERT INTO passages_full_text(rowid, words, grams) VALUES (:r, :w, :g)"
_REMOVE = "INSERT INTO passages_full_text(passages_full_text, rowid, words, grams) VALUES ('delete', :r, :w, :g)"
_CLEAR = "INSERT INTO passages_full_text(passages_full_text) VALUES ('delete-all')"
_SCRUB = "INSERT INTO passages_full_text(passages_full_text) VALUES ('optimize')"
_ALL: Term = ("", "")
"""What the number of all passages is remembered under."""
_COUNT = "SELECT count(*) FROM passages_full_text_docsize"
_FREQUENCIES = """
SELECT v.col, v.term, v.doc FROM json_each(:terms) AS t CROSS JOIN passages_full_text_terms AS v ON v.term = t.value
"""
_HOLDING = "SELECT rowid FROM passages_full_text WHERE passages_full_text MATCH :match ORDER BY rowid"


class Lexical(Protocol):
    """Full text over passages, inside the caller's transaction; `rows` are `passages.row`."""

    def add(self, connection: Connection, passages: Iterable[tuple[int, str]]) -> None:
        """Index new ``(row, text)`` pairs."""
        ...

    def remove(self, connection: Connection, passages: Iterable[tuple[int, str]]) -> None:
        """Take out ``(row, text)`` pairs that were added with the same analyzer."""
        ...

    def clear(self, connection: Connection) -> None:
        """Take out everything."""
        ...

    def scrub(self, connection: Connection) -> None:
        """Leave no trace of what was removed in the index's own files."""
        ...

    def count(self, connection: Connection) -> int:
        """How many passages are indexed."""
        ...

    def frequencies(self, connection: Connection, terms: Collection[str], column: Column = "words") -> dict[str, int]:
        """Word or character gram → number of passages that have it, for those that are known."""
        ...

    def holding(self, connection: Connection, body: str) -> list[int]:
        """Rows that have all the character pairs of a text, ascending: whatever holds the text, and little else."""
        ...

    def search(
        self, connection: Connection, query: str, limit: int, allowed: Rows | None = None
    ) -> list[tuple[int, float]]:
        """The best ``(row, score)`` of the allowed rows (None: of all), best first, score > 0; any text is safe."""
        ...


class FullText:
    """`Lexical` on SQLite's FTS5: two columns, jieba words and character grams, contentless.

    Ranking is BM25 with `WORD_WEIGHT` and `GRAM_WEIGHT` over both columns; see `vectorstore.postings`.

    Args:
        analyzer: what cuts texts and queries.
        remembered: what searches share.
        cut: what cuts texts as the analyzer does, where that is done elsewhere.
    """

    def __init__(
        self,
        analyzer: Analyzer,
        remembered: Remembered | None = None,
        cut: Callable[[Sequence[str]], list[Cut]] | None = None,
    ) -> None:
        self._analyzer = analyzer
        self._remembered = remembered or Remembered()
        self._cut = cut or Cutting(analyzer)

    def add(self, connection: Connection, passages: Iterable[tuple[int, str]]) -> None:
        """See `Lexical.add`."""
        self._write(connection, _ADD, passages)

    def remove(self, connection: Connection, passages: Iterable[tuple[int, str]]) -> None:
        """See `Lexical.remove`; a contentless table has to be told what it held."""
        self._write(
            connection,
            _REMOVE,
            passages,
        )

    def clear(self, connection: Connection) -> None:
        """See `Lexical.clear`."""
        connection.execute(text(_CLEAR))

    def scrub(self, connection: Connection) -> None:
        """See `Lexical.scrub`; merges all segments into one, which drops the deleted tokens."""
        connection.execute(text(_SCRUB))

    def count(self, connection: Connection) -> int:
        """See `Lexical.count`."""
        known = self._remembered.frequencies(state.version(connection))
        if _ALL not in known:
            known[_ALL] = int(connection.execute(text(_COUNT)).scalar_one())
        return known[_ALL]

    def frequencies(self, connection: Connection, terms: Collection[str], column: Column = "words") -> dict[str, int]:
        """See `Lexical.frequencies`."""
        found = self._frequencies(connection, state.version(connection), {column: list(terms)})
        return {term: frequency for (_, term), frequency in found.items()}

    def holding(self, connection: Connection, body: str) -> list[int]:
        """See `Lexical.holding`."""
        pairs = [f'"{gram}"' for gram in dict.fromkeys(self._analyzer.grams(body)) if len(gram) > 1]
        if not pairs:
            return []
        match = f"{{grams}} : ({' AND '.join(pairs)})"
        return [int(row) for row in connection.execute(text(_HOLDING), {"match": match}).scalars()]

    def search(
        self, connection: Connection, query: str, limit: int, allowed: Rows | None = None
    ) -> list[tuple[int, float]]:
        """See `Lexical.search`."""
        wanted: dict[Column, list[str]] = {"words": self._analyzer.words(query), "grams": self._analyzer.grams(query)}
        version = state.version(connection)
        kept = rarest(self._frequencies(connection, version, wanted), POSTINGS)
        if not kept or (allowed is not None and not len(allowed)):
            return []
        held = [(_WEIGHTS[term[0]], self._remembered.postings(connection, version, term)) for term in kept]
        lengths = self._remembered.lengths(connection, version, self._analyzer.identity)
        return best(*bm25(held, lengths, allowed), limit)

    def _write(self, connection: Connection, statement: str, passages: Iterable[tuple[int, str]]) -> None:
        given = list(passages)
        if given:
            cut = self._cut([body for _, body in given])
            rows = [{"r": row, "w": words, "g": grams} for (row, _), (words, grams) in zip(given, cut, strict=True)]
            connection.execute(text(statement), rows)

    def _frequencies(self, connection: Connection, version: int, wanted: dict[Column, list[str]]) -> dict[Term, int]:
        asked = [(column, term) for column, terms in wanted.items() for term in dict.fromkeys(terms)]
        known = self._remembered.frequencies(version)
        new = sorted({term for column, term in asked if (column, term) not in known})
        if new:
            found = connection.execute(text(_FREQUENCIES), {"terms": json.dumps(new)})
            counted = {(str(column), str(term)): int(df) for column, term, df in found}
            known.update({(column, term): counted.get((column, term), 0) for term in new for column in COLUMNS})
        return {key: df for key in asked if (df := known.get(key, 0))}


def rarest(frequencies: dict[Term, int], postings: int) -> Sequence[Term]:
    """Terms by rising document frequency while their sum stays within `postings`; always the first one."""
    kept: list[Term] = []
    total = 0
    for term, frequency in sorted(frequencies.items(), key=lambda item: (item[1], item[0])):
        total += frequency
        if kept and total > postings:
            break
        kept.append(term)
    return kept
