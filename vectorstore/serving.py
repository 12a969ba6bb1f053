"""Who answers a dense search now: a picture of all vectors in memory, or a Chroma generation and what is newer."""

import logging
import threading
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, func, select

from vectorstore import state
from vectorstore.chroma import Collection
from vectorstore.connections import Connections
from vectorstore.embedders.base import Embedder, Vectors
from vectorstore.errors import GenerationError
from vectorstore.generations import Generation, Generations, gone
from vectorstore.searching import Neighbours
from vectorstore.tables import one_of, passages
from vectorstore.vectors import Picture, Rows, picture

_LOG = logging.getLogger(__name__)
EXACT_ALLOWED = 5_000
"""Up to so many allowed passages their vectors are read and searched exactly; more are handed to Chroma as ids."""


@dataclass(frozen=True, slots=True)
class ExactNeighbours:
    """Exact search in a picture of everything."""

    everything: Picture

    def nearest(self, query: Vectors, limit: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
        """See `Neighbours.nearest`."""
        return self.everything.nearest(query, limit, allowed)

    def of(self, rows: Rows) -> tuple[Rows, Vectors]:
        """See `Neighbours.of`."""
        return self.everything.of(rows)


@dataclass(frozen=True, slots=True)
class ChromaNeighbours:
    """A generation, what is newer than it, and the vectors in the database behind both."""

    connection: Connection
    model: str
    collection: Collection
    watermark: int
    delta: Picture
    gone: int
    """About how many passages of the generation are there no more."""
    exact_allowed: int = EXACT_ALLOWED

    def nearest(self, query: Vectors, limit: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
        """See `Neighbours.nearest`. `GenerationError` where the generation fails."""
        if allowed is not None and len(allowed) <= self.exact_allowed:
            return picture(self.connection, self.model, among=allowed.tolist()).nearest(query, limit)
        old = None if allowed is None else allowed[allowed <= self.watermark]
        rows, cosines = self._present(*self.collection.nearest(query, limit + min(self.gone, limit), old))
        newer, newer_cosines = self.delta.nearest(query, limit, allowed)
        rows, cosines = np.concatenate([rows, newer]), np.concatenate([cosines, newer_cosines])
        order = np.lexsort((rows, -cosines))[:limit]
        return rows[order], cosines[order]

    def of(self, rows: Rows) -> tuple[Rows, Vectors]:
        """See `Neighbours.of`."""
        found = picture(self.connection, self.model, among=rows.tolist())
        return found.rows, found.matrix

    def _present(self, rows: Rows, cosines: Vectors) -> tuple[Rows, Vectors]:
        if not self.gone:
            return rows, cosines
        held = select(passages.c.row).where(one_of(passages.c.row, rows.tolist()))
        mask = np.isin(rows, np.array(list(self.connection.execute(held).scalars()), dtype=np.int64))
        return rows[mask], cosines[mask]


class Server:
    """Keeps the picture or the open generation as long as the index does not change; safe for threads."""

    def __init__(
        self, engine: Connections, generations: Generations, exact_numbers: int, exact_allowed: int = EXACT_ALLOWED
    ) -> None:
        self._engine = engine
        self._generations = generations
        self._exact_numbers = exact_numbers
        self._exact_allowed = exact_allowed
        self._lock = threading.Lock()
        self._key: tuple[int, str] | None = None
        self._picture: Picture | None = None
        self._open: tuple[Generation, Collection] | None = None
        self._damaged: set[str] = set()
        self._gone = 0

    def neighbours(self, connection: Connection, embedder: Embedder) -> Neighbours:
        """What serves this embedder's vectors, up to date with the database."""
        key = (state.version(connection), embedder.identity)
        with self._lock:
            if self._key != key:
                self._key, self._picture = key, None
            generation = self._serving(connection, embedder)
            if generation is None:
                if self._picture is None:
                    self._picture = picture(connection, embedder.identity)
                return ExactNeighbours(self._picture)
            if self._picture is None:
                self._picture = picture(connection, embedder.identity, after=generation[0].high_watermark)
                self._gone = gone(connection, generation[0])
            watermark = generation[0].high_watermark
            return ChromaNeighbours(connection, embedder.identity, generation[1], watermark, self._picture, self._gone)

    def distrust(self, neighbours: Neighbours) -> None:
        """These neighbours failed while they served: where they are still the ones that serve, use them no more."""
        with self._lock:
            if self._open is None or not isinstance(neighbours, ChromaNeighbours):
                return
            generation, collection = self._open
            if neighbours.collection is collection:
                _LOG.warning("index generation %s failed; exact search serves instead", generation.id)
                self._damaged.add(generation.id)
                self._shut()

    def close(self) -> None:
        """Let go of files and memory; the next search opens what is needed."""
        with self._lock:
            self._shut()

    def wants_chroma(self, connection: Connection, dim: int | None) -> bool:
        """True where there are too many vectors for a picture of everything."""
        total = connection.execute(select(func.count()).select_from(passages)).scalar_one()
        return total * (dim or 0) > self._exact_numbers

    def _serving(self, connection: Connection, embedder: Embedder) -> tuple[Generation, Collection] | None:
        if self._picture is not None and self._open is None:
            return None
        if not self.wants_chroma(connection, embedder.dim):
            self._shut(keep_picture=True)
            return None
        active = self._generations.active(embedder.identity)
        if self._open is not None and (active is None or active.id != self._open[0].id):
            self._shut()
        if active is None or active.id in self._damaged:
            return None
        if self._open is None:
            try:
                self._open = (active, self._generations.open(active))
            except GenerationError as error:
                _LOG.warning("%s; exact search serves instead", error)
                self._damaged.add(active.id)
                self._picture = None
        return self._open

    def _shut(self, *, keep_picture: bool = False) -> None:
        if self._open is not None:
            self._open[1].close()
        self._open = None
        if not keep_picture:
            self._key = self._picture = None
