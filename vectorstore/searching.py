"""One search: dense neighbours with feedback, full text, fusion, floor, fold.

Measured with the local embedder (`voc eval retrieval`, beside other ways to search), nDCG@10 of ours / its vectors
alone / BM25 on characters and pairs: 52 staff questions on the sample corpus .74 / .74 / .54; 2,094 utterances of shop
customers (relevant = same intent) .61 / .59 / .54; 10,500 clauses of water-heater reviews .68 / .62 / .65; 5,000 clauses
on devices .19 / .20 / .16; 6,000 bad reviews, pooled judgements .75 / .63 / .77. How far vectors are trusted hangs on how
many directions the model has for its passages (`LocalModel.tuning`); the two constants of that rule, chosen with any one
of the sets left out, are within .012 of the better part on that set, and mostly above it.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from sqlalchemy import Connection, CursorResult, select

from vectorstore import state
from vectorstore.documents import Documents
from vectorstore.embedders.base import Embedder, Vectors, unit
from vectorstore.errors import EmbedderError
from vectorstore.fusion import joined, weighted
from vectorstore.lexical import Lexical
from vectorstore.passages import Hit
from vectorstore.relevance import Asked, Bar, Known, above_floor, bar, evidence, heard_of
from vectorstore.tables import one_of, passages
from vectorstore.text import Analyzer, of_trade, synonyms, word_list
from vectorstore.vectors import Rows, dots

_LOG = logging.getLogger(__name__)
DEPTH = 200
"""Candidates taken from each side."""
FEEDBACK_PASSAGES = 5
EVERYDAY = 50.0
"""Words that come so often in a million are too common to tell what another way to say a thing means."""
RECENCY = 0.05
"""What the newest document gains over the oldest: enough to order what is equally near."""


class Neighbours(Protocol):
    """Dense search over whatever holds the vectors now: a picture in memory, or Chroma with a delta."""

    def nearest(self, query: Vectors, limit: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
        """Rows and cosines of the nearest passages, best first; `allowed` narrows them, empty to none."""
        ...

    def of(self, rows: Rows) -> tuple[Rows, Vectors]:
        """Those of these rows that have a vector, and their vectors."""
        ...


@dataclass(frozen=True, slots=True)
class Search:
    """Everything one search needs; knows how to rank rows."""

    connection: Connection
    analyzer: Analyzer
    lexical: Lexical
    embedder: Embedder
    neighbours: Neighbours
    bar: Bar
    documents: Documents

    def rank(self, query: str, allowed: Collection[str] | None, depth: int, *, floor: bool) -> dict[int, float]:
        """Row → score in [0, 1] of the best passages; with `floor` only of those that are about the query, > 0."""
        narrowed = None if allowed is None else self.documents.rows(self.connection, allowed)
        lexical = dict(self.lexical.search(self.connection, query, depth, narrowed))
        plain, refined = self._dense(query, narrowed, np.array(sorted(lexical), dtype=np.int64), depth)
        share = self.embedder.tuning.dense if refined else 0.0
        fused = weighted([(share, refined), (1 - share, lexical)])
        if not floor:
            return joined(fused, self._places(fused))
        kept = above_floor(fused, plain, list(lexical), self.embedder.tuning.floor)
        ranked = {row: fused[row] for row in kept if fused[row] > 0}
        return joined(ranked, self._places(ranked)) if ranked and self._about(query, plain) else {}

    def _places(self, found: Collection[int]) -> dict[int, tuple[str, str]]:
        """Row → document and kind, of these rows; where they are of several kinds, of all passages of their documents."""
        c = passages.c
        wanted = select(c.row, c.document_id, c.kind)
        places = _by_row(self.connection.execute(wanted.where(one_of(c.row, found))))
        if len({kind for _, kind in places.values()}) < 2:
            return places
        documents = {document for document, _ in places.values()}
        return _by_row(self.connection.execute(wanted.where(one_of(c.document_id, documents))))

    def _dense(
        self, query: str, allowed: Rows | None, others: Rows, depth: int
    ) -> tuple[dict[int, float], dict[int, float]]:
        """Cosines to the query, and to the query drawn towards its nearest passages (Rocchio 1971)."""
        try:
            vector = self._embedded(query)
        except EmbedderError as error:
            _LOG.warning("%s; full text alone serves this search", error)
            return {}, {}
        if not vector.any():
            return {}, {}
        rows, _ = self.neighbours.nearest(vector, depth, allowed)
        feedback = self.embedder.tuning.feedback
        refined = vector
        if feedback and len(rows):
            _, near = self.neighbours.of(rows[:FEEDBACK_PASSAGES])
            refined = unit(vector + feedback * unit(near.mean(axis=0)))
            again, _ = self.neighbours.nearest(refined, depth, allowed)
            rows = np.union1d(rows, again)
        candidates, matrix = self.neighbours.of(np.union1d(rows, others))
        if not len(candidates):  # no passage has a vector of this model yet
            return {}, {}
        return (
            dict(zip(candidates.tolist(), dots(matrix, vector).tolist(), strict=True)),
            dict(zip(candidates.tolist(), dots(matrix, refined).tolist(), strict=True)),
        )

    def _embedded(self, query: str) -> Vectors:
        vector = self.embedder.embed_query(query)
        share, others = self.embedder.tuning.synonyms, synonyms(query)
        if not (share and others):
            return vector
        return unit(vector + share * self.embedder.embed_query(" ".join(others)))

    def _about(self, query: str, cosines: Mapping[int, float]) -> bool:
        """False where nothing in the index is about the query; see `vectorstore.relevance`."""
        certain = self.embedder.tuning.certain
        if certain is not None and max(cosines.values(), default=0.0) >= certain:
            return True
        asked = self._asked(query)
        known = self._known([asked])
        key = state.version(self.connection), self.analyzer.identity
        return heard_of(asked, known) and evidence(asked, known, self.analyzer.general) >= self.bar.at(key, self._bar)

    def _bar(self) -> float:
        probes = [self._asked(probe) for probe in word_list("elsewhere")]
        return bar(probes, self._known(probes), self.analyzer.general)

    def _asked(self, query: str) -> Asked:
        content, pairs = frozenset(self.analyzer.content(query)), frozenset(self.analyzer.pairs(query))
        others = {word for word in self.analyzer.words(" ".join(synonyms(query))) if self._telling(word)}
        return Asked(content, pairs, of_trade(query), frozenset(others), self.analyzer.of_other_matters(query))

    def _telling(self, word: str) -> bool:
        return len(word) > 1 and self.analyzer.general(word) < EVERYDAY

    def _known(self, asked: Sequence[Asked]) -> Known:
        return Known(
            self.lexical.count(self.connection),
            self.lexical.frequencies(self.connection, set().union(*(each.terms for each in asked))),
            self.lexical.frequencies(self.connection, set().union(*(each.pairs for each in asked)), "grams"),
        )


def _by_row(found: CursorResult[int, str, str]) -> dict[int, tuple[str, str]]:
    return {
        row: (document, kind) for row, document, kind in found.all()
    }  # all at once: one by one takes thrice as long


def hits(
    connection: Connection, ranked: Mapping[int, float], limit: int, *, fold: bool, recency: Mapping[str, float]
) -> list[Hit]:
    """The best passages as hits, best first, equal scores by row; with `fold` one for each document."""
    order = sorted(ranked, key=lambda row: (-ranked[row], row))
    step = max(1, len(order) if recency else 2 * limit)
    seen: set[str] = set()
    kept: list[Hit] = []
    for at in range(0, len(order), step):
        for hit in _fetched(connection, order[at : at + step], ranked, recency):
            if len(kept) == limit:
                return kept
            if not (fold and hit.document_id in seen):
                seen.add(hit.document_id)
                kept.append(hit)
    return kept


def _fetched(
    connection: Connection, rows: Sequence[int], ranked: Mapping[int, float], recency: Mapping[str, float]
) -> list[Hit]:
    p = passages.c
    columns = (p.row, p.id, p.document_id, p.kind, p.start, p.end, p.text)
    found = [
        (
            r.row,
            Hit(
                r.document_id, r.id, r.kind, r.start, r.end, r.text,
                (ranked[r.row] + RECENCY * recency.get(r.document_id, 0.0)) / (1 + (RECENCY if recency else 0.0)),
            ),
        )
        for r in connection.execute(select(*columns).where(one_of(p.row, rows))).all()
    ]  # fmt: skip
    return [hit for _, hit in sorted(found, key=lambda item: (-item[1].score, item[0]))]
