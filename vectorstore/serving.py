"""Who answers a dense search now: a picture of all vectors in memory, or a Chroma generation and what is newer."""

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from vectorstore import state
from vectorstore.chroma import Collection
from vectorstore.connections import Connections
from vectorstore.embedders.base import Embedder, Vectors
from vectorstore.errors import GenerationError
from vectorstore.generations import Generation, Generations
from vectorstore.narrowing import Narrowed, among
from vectorstore.searching import Neighbours
from vectorstore.tables import passages, vectors
from vectorstore.vectors import Picture, Rows, picture, present

_LOG = logging.getLogger(__name__)
EXACT_ALLOWED = 50_000
"""Up to so many allowed passages are searched exactly, out of what lies beside the graph: 5 ms for 50,000 of 256 numbers
that are held (measured). Of more, the graph is asked for so many that enough of them are allowed. It is never given the ids: that
takes 53 ms for 50,000, and Chroma fails where one of them is gone, or was never put in because nothing is near it."""
SPARE, SIFTED, SIFTED_FAR = 1.3, 5_000, 20_000
"""It is asked for so many times as many as make up for the others, as long as that is not more than this, on a server that;
where the allowed ones are fewer or lie elsewhere, they are searched exactly, 50,000 at a time."""
EXACT_READ = 5_000
"""The same where nothing lies beside the graph (a Chroma server) and their vectors are read from the database."""
STAND_IN_NUMBERS = 50_000_000
"""Where a Chroma server does not answer, up to so many vector components (200 MB) are searched exactly in memory instead;
beyond that full text finds, and vectors only rank what it found."""
AGAIN = 5.0
"""Seconds after which a server that did not answer is asked again."""


@dataclass(frozen=True, slots=True)
class ExactNeighbours:
    """Exact search in a picture of everything."""

    everything: Picture

    def nearest(self, query: Vectors, limit: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
        """See `Neighbours.nearest`."""
        return self.everything.nearest(query, limit, allowed)

    def of(self, rows: Rows) -> tuple[Rows, Vectors]:
        """See `Neighbours.of`."""
        part = self.everything.of(rows)
        return part.rows, part.matrix


@dataclass(frozen=True, slots=True)
class StoredNeighbours:
    """The vectors in the database alone: of what others found, and of the few that a search is narrowed to."""

    connection: Connection
    model: str

    def nearest(self, query: Vectors, limit: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
        """See `Neighbours.nearest`; none where that would mean to read all."""
        few = allowed if allowed is not None and len(allowed) <= EXACT_READ else np.zeros(0, dtype=np.int64)
        return picture(self.connection, self.model, among=few.tolist()).nearest(query, limit)

    def of(self, rows: Rows) -> tuple[Rows, Vectors]:
        """See `Neighbours.of`."""
        part = picture(self.connection, self.model, among=rows.tolist())
        return part.rows, part.matrix


@dataclass(frozen=True, slots=True)
class ChromaNeighbours:
    """A generation, what is newer than it, and the vectors in the database behind both."""

    connection: Connection
    model: str
    collection: Collection
    watermark: int
    delta: Picture
    present: Rows
    """The passages of the generation that are still there, ascending."""
    gone: int
    """About how many passages of the generation are there no more."""
    exact_allowed: int = EXACT_ALLOWED
    aside: Picture | None = None
    """The vectors of the generation in half precision; where they are not, they are read from the database."""
    narrowed: Narrowed = field(default_factory=Narrowed)
    """The vectors of what searches were narrowed to last."""

    def nearest(self, query: Vectors, limit: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
        """See `Neighbours.nearest`. `GenerationError` where the generation fails."""
        if allowed is None:
            return _best([self._in_graph(query, limit), self.delta.nearest(query, limit)], limit)
        if len(allowed) <= self.exact_allowed:
            return _best([part.nearest(query, limit) for part in self._few(allowed)], limit)
        sifted = self._sifted(query, limit, allowed)
        if sifted is not None:
            return _best([sifted, self.delta.nearest(query, limit, allowed)], limit)
        parts = (
            part
            for at in range(0, len(allowed), EXACT_ALLOWED)
            for part in self._parts(allowed[at : at + EXACT_ALLOWED])
        )
        return _best([part.nearest(query, limit) for part in parts], limit)

    def of(self, rows: Rows) -> tuple[Rows, Vectors]:
        """See `Neighbours.of`; never from the graph, so that what is shown is right whatever chose it."""
        parts = [part for part in self._parts(rows) if len(part.rows)]
        if not parts:
            return rows[:0], np.zeros((0, 0), dtype=np.float32)
        return np.concatenate([part.rows for part in parts]), np.concatenate([part.matrix for part in parts])

    def _few(self, allowed: Rows) -> list[Picture]:
        """What is allowed, as pictures; a search asks for the same twice, and so do people."""
        return self.narrowed.of(allowed, self._parts)

    def _parts(self, rows: Rows) -> list[Picture]:
        """The vectors of these rows, from the oldest to the newest: those beside the graph, and what is newer."""
        if self.aside is None:
            return [picture(self.connection, self.model, among=rows.tolist())]
        old = self.aside.of(rows[self._is_there(rows)])
        newer = self.delta.of(rows[rows > self.watermark])
        return [Picture(old.rows, old.matrix.astype(np.float32)), newer]

    def _sifted(self, query: Vectors, limit: int, allowed: Rows) -> tuple[Rows, Vectors] | None:
        """The nearest of the graph that are allowed; None where too much would have to be asked for."""
        wanted = int(SPARE * limit * max(1.0, len(self.present) / len(allowed)))
        while wanted <= (SIFTED if self.aside is not None else SIFTED_FAR):
            rows, cosines = self.collection.nearest(query, wanted)
            inside = among(rows, allowed) & self._is_there(rows)
            if inside.sum() >= limit or len(rows) < wanted:
                return rows[inside], cosines[inside]
            wanted *= 4
        return None

    def _in_graph(self, query: Vectors, limit: int) -> tuple[Rows, Vectors]:
        """So many of the graph that are still there: what went may lie thick around a query, so ask until it is enough."""
        wanted = limit + min(self.gone, limit)
        while True:
            rows, cosines = self.collection.nearest(query, wanted)
            kept, near = self._present(rows, cosines)
            if len(kept) >= limit or len(rows) < wanted:
                return kept, near
            wanted *= 4

    def _present(self, rows: Rows, cosines: Vectors) -> tuple[Rows, Vectors]:
        there = self._is_there(rows)
        return rows[there], cosines[there]

    def _is_there(self, rows: Rows) -> NDArray[np.bool_]:
        """Which of these rows are of the generation and still there."""
        return among(rows, self.present)


def _best(found: list[tuple[Rows, Vectors]], limit: int) -> tuple[Rows, Vectors]:
    """The best of several rankings by cosine, equal ones by row."""
    rows, cosines = (np.concatenate(of_all) for of_all in zip(*found, strict=True))
    order = np.lexsort((rows, -cosines))[:limit]
    return rows[order], cosines[order]


class Server:
    """Keeps the picture or the open generation as long as the index does not change; safe for threads."""

    def __init__(
        self,
        engine: Connections,
        generations: Generations,
        exact_numbers: int,
        exact_allowed: int = EXACT_ALLOWED,
        stand_in_numbers: int = STAND_IN_NUMBERS,
    ) -> None:
        self._engine = engine
        self._generations = generations
        self._exact_numbers = exact_numbers
        self._exact_allowed, self._stand_in_numbers = exact_allowed, stand_in_numbers
        self._lock = threading.Lock()
        self._key: tuple[int, str] | None = None
        self._picture: Picture | None = None
        self._open: tuple[Generation, Collection, Picture | None] | None = None
        self._damaged: dict[str, float] = {}
        self._present: Rows = np.zeros(0, dtype=np.int64)
        self._wanted = False
        self._narrowed = Narrowed()

    def neighbours(self, connection: Connection, embedder: Embedder) -> Neighbours:
        """What serves this embedder's vectors, up to date with the database."""
        key = (state.version(connection), embedder.identity)
        with self._lock:
            if self._key != key:
                self._key, self._picture, self._narrowed = key, None, Narrowed()
                self._wanted = self.wants_chroma(connection, embedder.dim)
            generation = self._serving(connection, embedder)
            if generation is None:
                if self.stand_in(connection, embedder.dim) == "full text":
                    return StoredNeighbours(connection, embedder.identity)
                if self._picture is None:
                    self._picture = picture(connection, embedder.identity)
                return ExactNeighbours(self._picture)
            if self._picture is None:
                self._picture = picture(connection, embedder.identity, after=generation[0].high_watermark)
                self._present = present(connection, generation[0].high_watermark)
            opened, collection, aside = generation
            few = self._exact_allowed if aside is not None else min(self._exact_allowed, EXACT_READ)
            gone = max(0, opened.passages - len(self._present))
            return ChromaNeighbours(
                connection, embedder.identity, collection, opened.high_watermark, self._picture, self._present, gone,
                few, aside, self._narrowed,
            )  # fmt: skip

    def distrust(self, neighbours: Neighbours) -> None:
        """These neighbours failed while they served: where they are still the ones that serve, use them no more."""
        with self._lock:
            if self._open is None or not isinstance(neighbours, ChromaNeighbours):
                return
            generation, collection, _ = self._open
            if neighbours.collection is collection:
                self._distrust(generation, f"index generation {generation.id} failed")
                self._shut()

    def close(self) -> None:
        """Let go of files and memory; the next search opens what is needed."""
        with self._lock:
            self._shut()

    def wants_chroma(self, connection: Connection, dim: int | None) -> bool:
        """True where there are too many vectors for a picture of everything; `dim` None is what is kept."""
        return _numbers(connection, dim) > self._exact_numbers

    def stand_in(self, connection: Connection, dim: int | None) -> Literal["exact", "full text"]:
        """What serves where Chroma does not: a picture of everything, unless a server may be trusted to come back."""
        most = max(self._stand_in_numbers, self._exact_numbers)
        return "exact" if not self._generations.far or _numbers(connection, dim) <= most else "full text"

    def _serving(
        self, connection: Connection, embedder: Embedder
    ) -> tuple[Generation, Collection, Picture | None] | None:
        if self._picture is not None and self._open is None and not self._again():
            return None
        if not self._wanted:
            self._shut(keep_picture=True)
            return None
        active = self._generations.active(embedder.identity)
        if self._open is not None and (active is None or active.id != self._open[0].id):
            self._shut()
        if active is None or (active.id in self._damaged and not self._again()):
            return None
        if self._open is None:
            try:
                self._open = (active, self._generations.open(active), self._generations.aside(active))
                self._picture = None
            except GenerationError as error:
                self._distrust(active, str(error))
            else:
                self._trust(active)
        return self._open

    def _again(self) -> bool:
        """True where a server did not answer a while ago."""
        return self._generations.far and any(time.monotonic() > since + AGAIN for since in self._damaged.values())

    def _distrust(self, generation: Generation, why: str) -> None:
        if generation.id not in self._damaged:
            _LOG.warning("%s; the vectors in the database serve instead", why)
        self._damaged[generation.id] = time.monotonic()

    def _trust(self, generation: Generation) -> None:
        if self._damaged.pop(generation.id, None) is not None:
            _LOG.warning("index generation %s serves again", generation.id)

    def _shut(self, *, keep_picture: bool = False) -> None:
        if self._open is not None:
            self._open[1].close()
        self._open, self._narrowed = None, Narrowed()
        if not keep_picture:
            self._key = self._picture = None


def _numbers(connection: Connection, dim: int | None) -> int:
    """How many vector components there are."""
    total = connection.execute(select(func.count()).select_from(passages)).scalar_one()
    if dim is None:
        dim = connection.execute(select(vectors.c.dim).limit(1)).scalar()
    return total * (dim or 0)
