"""Full text: which passages share words and characters with a query. SQLite's FTS5 here; PostgreSQL would come in here.

A PostgreSQL implementation of `Lexical` would keep the same pre-cut tokens in two `tsvector` columns of a side table
(``array_to_tsvector``, GIN index) and rank with ``ts_rank_cd``; nothing outside this module would change.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from sqlalchemy import Connection, text

from vectorstore.text import Analyzer

WORD_WEIGHT, GRAM_WEIGHT = 0.5, 1.0
"""Column weights of bm25: character grams carry more than jieba words on short service utterances (measured)."""

POSTINGS = 20_000
"""Postings read for one query, rarest terms first: bounds a query's time at any corpus size (about 15 ms)."""


_ADD = "INSERT INTO passages_full_text(rowid, words, grams) VALUES (:r, :w, :g)"
_REMOVE = "INSERT INTO passages_full_text(passages_full_text, rowid, words, grams) VALUES ('delete', :r, :w, :g)"
_CLEAR = "INSERT INTO passages_full_text(passages_full_text) VALUES ('delete-all')"
_SCRUB = "INSERT INTO passages_full_text(passages_full_text) VALUES ('optimize')"
_COUNT = "SELECT count(*) FROM passages_full_text_docsize"
_FREQUENCIES = """
SELECT v.col, v.term, v.doc FROM json_each(:terms) AS t CROSS JOIN passages_full_text_terms AS v ON v.term = t.value
"""
_SEARCH = """
SELECT rowid, rank FROM passages_full_text
WHERE passages_full_text MATCH :match AND rank MATCH :weights ORDER BY rank, rowid LIMIT :limit
"""
_SEARCH_WITHIN = """
SELECT rowid, rank FROM passages_full_text WHERE passages_full_text MATCH :match AND rank MATCH :weights
AND +rowid IN (SELECT "row" FROM passages WHERE document_id IN (SELECT value FROM json_each(:ids)))
ORDER BY rank, rowid LIMIT :limit
"""
"""The plus keeps SQLite from asking full text once per allowed passage."""


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

    def frequencies(self, connection: Connection, words: Collection[str]) -> dict[str, int]:
        """Word → number of passages that have it, for those that are known."""
        ...

    def search(
        self, connection: Connection, query: str, limit: int, documents: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        """The best ``(row, score)``, best first, score > 0; any text is a safe query."""
        ...


class FullText:
    """`Lexical` on SQLite's FTS5: two columns, jieba words and character grams, contentless.

    Ranking is FTS5's ``bm25`` with `WORD_WEIGHT` and `GRAM_WEIGHT` over both columns.
    """

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

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
        return int(connection.execute(text(_COUNT)).scalar_one())

    def frequencies(self, connection: Connection, words: Collection[str]) -> dict[str, int]:
        """See `Lexical.frequencies`."""
        found = self._frequencies(connection, {"words": list(words), "grams": []})
        return {word: frequency for (_, word), frequency in found.items()}

    def search(
        self, connection: Connection, query: str, limit: int, documents: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        """See `Lexical.search`."""
        match = self._match(connection, query)
        if not match or (documents is not None and not documents):
            return []
        parameters = {"match": match, "limit": limit, "weights": f"bm25({WORD_WEIGHT}, {GRAM_WEIGHT})"}
        statement = _SEARCH
        if documents is not None:
            statement = _SEARCH_WITHIN
            parameters["ids"] = json.dumps(list(documents))
        found = connection.execute(text(statement), parameters)
        return [(int(row), -float(rank)) for row, rank in found]

    def _write(self, connection: Connection, statement: str, passages: Iterable[tuple[int, str]]) -> None:
        cut = [
            {"r": row, "w": " ".join(self._analyzer.words(body)), "g": " ".join(self._analyzer.grams(body))}
            for row, body in passages
        ]
        if cut:
            connection.execute(text(statement), cut)

    def _match(self, connection: Connection, query: str) -> str:
        """The MATCH expression of a query: its rarest terms, each quoted; ``""`` where none is known."""
        wanted = {"words": self._analyzer.words(query), "grams": self._analyzer.grams(query)}
        kept = rarest(self._frequencies(connection, wanted), POSTINGS)
        parts = []
        for column in ("words", "grams"):
            terms = [f'"{term}"' for name, term in kept if name == column]
            if terms:
                parts.append(f"{{{column}}} : ({' OR '.join(terms)})")
        return " OR ".join(parts)

    def _frequencies(self, connection: Connection, wanted: dict[str, list[str]]) -> dict[tuple[str, str], int]:
        terms = sorted({term for column in wanted.values() for term in column})
        found = connection.execute(text(_FREQUENCIES), {"terms": json.dumps(terms)})
        return {(column, term): int(df) for column, term, df in found if term in wanted[column]}


def rarest(frequencies: dict[tuple[str, str], int], postings: int) -> Sequence[tuple[str, str]]:
    """Terms by rising document frequency while their sum stays within `postings`; always the first one."""
    kept: list[tuple[str, str]] = []
    total = 0
    for term, frequency in sorted(frequencies.items(), key=lambda item: (item[1], item[0])):
        total += frequency
        if kept and total > postings:
            break
        kept.append(term)
    return kept
