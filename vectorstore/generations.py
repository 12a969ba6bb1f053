"""Chroma as immutable generations: built aside, verified, swapped in by one row, never written again.

Embedded Chroma is safe neither against a second writing process nor against a kill while writing; a directory that
nobody writes to is. Only row numbers and vectors are stored in it, no text and no metadata.
"""

import datetime as dt
import logging
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from vectorstore import chroma, state
from vectorstore.connections import Connections
from vectorstore.embedders.base import Vectors
from vectorstore.errors import GenerationError
from vectorstore.places import Place
from vectorstore.tables import index_generations, passages
from vectorstore.vectors import Picture, Rows, picture, stream

_LOG = logging.getLogger(__name__)
PROBES, NEIGHBOURS = 100, 10
GLANCES = 12
"""Passages that a generation is asked for whenever it is opened."""
SELF, RECALL = 0.95, 0.98
"""A new generation must find this share of `PROBES` passages by their own vectors, and of their true neighbours.

Not all of them: among thousands of repeats of one short text a graph loses a few (1 to 3 of 100, measured).
"""


@dataclass(frozen=True, slots=True)
class Generation:
    """The row of one generation."""

    id: str
    model: str
    path: str
    passages: int
    high_watermark: int
    manifest: str


class Generations:
    """All generations at one place, and the rows that say which one serves."""

    def __init__(self, engine: Connections, place: Place) -> None:
        self._engine = engine
        self._place = place

    def active(self, model: str) -> Generation | None:
        """The generation that serves this model, or None."""
        table = index_generations
        columns = (table.c.id, table.c.model, table.c.path, table.c.passages, table.c.high_watermark, table.c.manifest)
        with self._engine.connect() as connection:
            row = connection.execute(select(*columns).where(table.c.active, table.c.model == model)).first()
        return Generation(*row) if row else None

    def open(self, generation: Generation) -> chroma.Collection:
        """The generation, checked against its manifest and asked for some passages by their own vectors.

        Raises:
            GenerationError: it is missing or damaged, or somebody has changed what is in it.
        """
        collection = self._place.open(generation.path, generation.manifest)
        try:
            self._recognise(generation, collection)
        except GenerationError:
            collection.close()
            raise
        return collection

    def _recognise(self, generation: Generation, collection: chroma.Collection) -> None:
        """It must hold as many as it should, and find some of them by their own vectors under their own rows."""
        if collection.count() != generation.passages:
            raise GenerationError(f"generation {generation.id} holds another number of passages than it should")
        ends = select(func.min(passages.c.row), func.max(passages.c.row))
        with self._engine.connect() as connection:
            first, last = connection.execute(ends.where(passages.c.row <= generation.high_watermark)).one()
            if first is None:
                return
            drawn = np.linspace(first, last, GLANCES, dtype=np.int64).tolist()
            known = _without_zeros(picture(connection, generation.model, among=drawn))
        seen = 0
        for row, vector in zip(known.rows.tolist(), known.matrix, strict=True):
            found, cosines = collection.nearest(vector, NEIGHBOURS)
            near = bool(len(found)) and bool(cosines[0] >= 1 - 1e-3)
            seen += near and (row in found or self._are(generation, found, vector))  # of many repeats, any ten
        if seen < SELF * len(known.rows) - 1:
            raise GenerationError(f"generation {generation.id} does not hold the passages that it should")

    def _are(self, generation: Generation, rows: Rows, vector: Vectors) -> bool:
        with self._engine.connect() as connection:
            known = picture(connection, generation.model, among=rows.tolist())
        return bool(len(known.rows)) and bool((known.matrix @ vector).max() >= 1 - 1e-3)

    def aside(self, generation: Generation) -> Picture | None:
        """The vectors that lie beside the graph of a generation that was opened; None where there are none."""
        return self._place.aside(generation.path)

    def damage(self, generation: Generation) -> str | None:
        """What is wrong with a generation as far as its files tell, or None."""
        try:
            self._place.examine(generation.path, generation.manifest)
            if self._place.far:
                self.open(generation).close()
        except GenerationError as error:
            return str(error)
        return None

    def build(self, model: str, progress: Callable[[int, int], None] | None = None) -> Generation:
        """Build, verify and activate a generation of all vectors of this model.

        Raises:
            GenerationError: it did not pass its tests; the former generation goes on serving.
        """
        identity = uuid.uuid4().hex[:12]
        former = self.active(model)
        harm = self.damage(former) if former else None
        if former and harm:
            self._note(f"generation {former.id} could not be used ({harm}): exact search served, it is built anew")
        with self._engine.connect() as connection:
            watermark = connection.execute(select(func.coalesce(func.max(passages.c.row), 0))).scalar_one()
        try:
            held = self._fill(identity, model, watermark, progress)
            generation = Generation(identity, model, identity, held, watermark, self._place.seal(identity))
            self.open(generation).close()
        except GenerationError as error:
            self._discard(identity)
            self._note(f"a generation could not be built ({error}): what served before goes on serving")
            raise
        self._activate(generation)
        return generation

    def retire(self) -> None:
        """Stop serving from any generation: the next one is built without what was erased."""
        with self._engine.begin() as connection:
            connection.execute(delete(index_generations))
        self.sweep()

    def sweep(self) -> list[str]:
        """Remove rows and files of generations that do not serve; returns the names of those removed."""
        unused: ColumnElement[bool] = ~index_generations.c.active
        with self._engine.begin() as connection:
            model = state.read(connection, "model")
            if model is not None:
                unused = or_(unused, index_generations.c.model != model)
            connection.execute(delete(index_generations).where(unused))
            kept = set(connection.execute(select(index_generations.c.path)).scalars())
        try:
            found = [name for name in self._place.names() if name not in kept]
        except GenerationError as error:
            _LOG.warning("%s; old generations stay where they are", error)
            return []
        for name in found:
            self._discard(name)
        return found

    def names(self) -> list[str]:
        """What is at the place, asked of it. `GenerationError` where it can't be asked."""
        return self._place.names()

    def _note(self, sentence: str) -> None:
        with self._engine.begin() as connection:
            state.note(connection, sentence)

    def _discard(self, name: str) -> None:
        try:
            self._place.remove(name)
        except GenerationError as error:
            _LOG.warning("%s; generation %s could not be removed", error, name)

    def _fill(self, name: str, model: str, watermark: int, progress: Callable[[int, int], None] | None) -> int:
        collection = self._place.create(name)
        try:
            with self._engine.connect() as connection:
                everything = connection.execute(select(passages.c.row).order_by(passages.c.row)).scalars().all()
                draw = random.Random(0).sample(everything, min(PROBES, len(everything)))  # noqa: S311 - a sample
                exam = Exam(_without_zeros(picture(connection, model, among=draw)).matrix)
                for part in stream(connection, model, until=watermark):
                    self._place.put_aside(name, part)
                    inside = _without_zeros(part)
                    collection.add(inside.rows, inside.matrix)
                    exam.see(inside.matrix)
                    if progress:
                        progress(exam.seen, len(everything))
            exam.hold(collection)
        finally:
            collection.close()
        return exam.seen

    def _activate(self, generation: Generation) -> None:
        values = {name: getattr(generation, name) for name in Generation.__slots__}
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        with self._engine.begin() as connection:
            former = update(index_generations).where(index_generations.c.model == generation.model)
            connection.execute(former.values(active=False, status="retired"))
            connection.execute(insert(index_generations).values(**values, created_at=now, status="ready", active=True))
            state.note(
                connection, f"generation {generation.id} serves: {generation.passages} passages, {generation.model}"
            )
            state.touch(connection)


class Exam:
    """Knows a sample of vectors, notes their true neighbours as vectors pass by, and then asks a collection for them.

    Args:
        probes: vectors that are among those that will pass, ``[n, dim]``.
    """

    def __init__(self, probes: Vectors) -> None:
        self.seen = 0
        self._probes = probes
        self._best = np.zeros((len(probes), 0), dtype=np.float32)

    def see(self, matrix: Vectors) -> None:
        """Take notice of vectors that were added."""
        self.seen += len(matrix)
        if len(self._probes):
            both = np.concatenate([self._best, self._probes @ matrix.T], axis=1)
            self._best = -np.sort(-both, axis=1)[:, :NEIGHBOURS]

    def hold(self, collection: chroma.Collection) -> None:
        """Raise `GenerationError` unless the collection counts right, finds the probes and their neighbours."""
        if collection.count() != self.seen:
            raise GenerationError("the new generation holds another number of passages than it was given")
        itself, right = 0, 0
        for probe, best in zip(self._probes, self._best, strict=True):
            _, found = collection.nearest(probe, len(best))
            itself += bool(len(found)) and bool(found[0] >= 1 - 1e-3)
            right += int((found >= best[-1] - 1e-4).sum())
        if itself < SELF * len(self._probes):
            raise GenerationError("the new generation does not find passages by their own vectors")
        if right < RECALL * self._best.size:
            raise GenerationError("the new generation misses too many true neighbours")


def gone(connection: Connection, generation: Generation) -> int:
    """How many of a generation's passages are there no more, at least (vectors of zeros are in none)."""
    old = passages.c.row <= generation.high_watermark
    left = connection.execute(select(func.count()).select_from(passages).where(old)).scalar_one()
    return max(0, generation.passages - left)


def _without_zeros(part: Picture) -> Picture:
    """Nothing is near a vector of zeros, and Chroma has no cosine for it."""
    inside = part.matrix.any(axis=1)
    return Picture(part.rows[inside], part.matrix[inside])
