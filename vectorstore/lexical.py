"""Full text: which passages share words and characters with a query, ranked alike whatever database keeps the tokens."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol

from sqlalchemy import Connection

from vectorstore import state
from vectorstore.fts5 import Fts5
from vectorstore.postings import COLUMNS, Column, Remembered, Term, Tokens, best, bm25
from vectorstore.text import Analyzer
from vectorstore.tsvector import Tsvector
from vectorstore.vectors import Rows
from vectorstore.workers import Cut, Cutting

WORD_WEIGHT, GRAM_WEIGHT = 0.5, 1.0
"""Column weights of bm25: character grams carry more than jieba words on short service utterances (measured)."""
_WEIGHTS = {"words": WORD_WEIGHT, "grams": GRAM_WEIGHT}

POSTINGS = 20_000
"""Postings read for one query, rarest terms first: bounds a query's time at any corpus size (about 3 ms)."""

_ALL: Term = ("", "")
"""What the number of all passages is remembered under."""


def tokens_of(connection: Connection) -> Tokens:
    """The tokens of the database that this connection is to."""
    return Tsvector(connection) if connection.dialect.name == "postgresql" else Fts5(connection)


class Lexical(Protocol):
    """Full text over passages, inside the caller's transaction; `rows` are `passages.row`."""

    def add(self, connection: Connection, passages: Iterable[tuple[int, str]]) -> None:
        """Index new ``(row, text)`` pairs."""
        ...

    def remove(self, connection: Connection, passages: Iterable[tuple[int, str]]) -> None:
        """Take out ``(row, text)`` pairs that were added with the same analyzer."""
        ...

    def refill(self, connection: Connection, parts: Iterable[Sequence[tuple[int, str]]]) -> None:
        """Take out everything and index these ``(row, text)`` pairs."""
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
    """`Lexical` over two columns of tokens, jieba words and character grams.

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
        given = list(passages)
        if given:
            tokens_of(connection).add(*self._cut_of(given))

    def remove(self, connection: Connection, passages: Iterable[tuple[int, str]]) -> None:
        """See `Lexical.remove`."""
        given = list(passages)
        if given:
            tokens_of(connection).remove([row for row, _ in given], lambda: self._cut([body for _, body in given]))

    def refill(self, connection: Connection, parts: Iterable[Sequence[tuple[int, str]]]) -> None:
        """See `Lexical.refill`."""
        tokens_of(connection).refill(map(self._cut_of, parts))

    def scrub(self, connection: Connection) -> None:
        """See `Lexical.scrub`."""
        tokens_of(connection).scrub()

    def count(self, connection: Connection) -> int:
        """See `Lexical.count`."""
        known = self._remembered.frequencies(state.version(connection))
        if _ALL not in known:
            known[_ALL] = tokens_of(connection).count()
        return known[_ALL]

    def frequencies(self, connection: Connection, terms: Collection[str], column: Column = "words") -> dict[str, int]:
        """See `Lexical.frequencies`."""
        found = self._frequencies(connection, state.version(connection), {column: list(terms)})
        return {term: frequency for (_, term), frequency in found.items()}

    def holding(self, connection: Connection, body: str) -> list[int]:
        """See `Lexical.holding`."""
        pairs = [gram for gram in dict.fromkeys(self._analyzer.grams(body)) if len(gram) > 1]
        return tokens_of(connection).holding(pairs) if pairs else []

    def search(
        self, connection: Connection, query: str, limit: int, allowed: Rows | None = None
    ) -> list[tuple[int, float]]:
        """See `Lexical.search`."""
        wanted: dict[Column, list[str]] = {"words": self._analyzer.words(query), "grams": self._analyzer.grams(query)}
        version = state.version(connection)
        kept = rarest(self._frequencies(connection, version, wanted), POSTINGS)
        if not kept or (allowed is not None and not len(allowed)):
            return []
        tokens = tokens_of(connection)
        weights = [_WEIGHTS[column] for column, _ in kept]
        held = list(zip(weights, self._remembered.postings(tokens, version, kept), strict=True))
        lengths = self._remembered.lengths(tokens, version, self._analyzer.identity)
        return best(*bm25(held, lengths, allowed), limit)

    def _cut_of(self, given: Sequence[tuple[int, str]]) -> tuple[list[int], Sequence[Cut]]:
        return [row for row, _ in given], self._cut([body for _, body in given])

    def _frequencies(self, connection: Connection, version: int, wanted: dict[Column, list[str]]) -> dict[Term, int]:
        asked = [(column, term) for column, terms in wanted.items() for term in dict.fromkeys(terms)]
        known = self._remembered.frequencies(version)
        new = sorted({term for column, term in asked if (column, term) not in known})
        if new:
            counted = tokens_of(connection).frequencies(new)
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
