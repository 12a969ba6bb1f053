"""Chroma as generations: built aside, verified, swapped in by one row; those in directories are never written again.

Embedded Chroma is safe neither against a second writing process nor against a kill while writing; a directory that
nobody writes to is. A server is one process that many may write to: the generation there is kept up with the database,
which says what should be in it. Only row numbers and vectors are stored in it, no text and no metadata.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from vectorstore import chroma, state
from vectorstore.connections import Connections
from vectorstore.embedders.base import Vectors
from vectorstore.errors import GenerationError
from vectorstore.exams import NEIGHBOURS, PROBES, SELF, Exam, drawn, without_zeros
from vectorstore.places import Place
from vectorstore.tables import index_generations, passages
from vectorstore.vectors import Picture, Rows, complete_until, picture, present, stream

_LOG = logging.getLogger(__name__)
KEPT_UP = 0.99
"""Of what a generation on a server should hold, it must hold this share to serve; the rest is mended at the next level."""
_AT_ONCE = 4_000
GLANCES = 12
"""Passages that a generation is asked for whenever it is opened."""


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

    @property
    def far(self) -> bool:
        """True where generations are kept up by writing on them; see `Place.far`."""
        return self._place.far

    def keep_up(self, generation: Generation) -> Generation:
        """Bring a generation level with the database: what is newer is put in, what is gone or strange is taken out.

        Rows never change, so the numbers tell whether anything else is to be mended; only then is the place asked for
        all that it holds. Safe at any moment, and beside others that do the same.

        Raises:
            GenerationError: it can't be reached, or does not find what it holds.
        """
        collection = self._place.reopen(generation.path)
        with self._engine.connect() as connection:
            watermark = complete_until(connection, generation.model)
            wrong = gone(connection, generation) or collection.count() != generation.passages
            if wrong:
                _mend(connection, generation, collection, watermark)
            for part in stream(connection, generation.model, after=generation.high_watermark, until=watermark):
                inside = without_zeros(part)
                collection.put(inside.rows, inside.matrix)
            probes = drawn(connection, PROBES)
            exam = Exam(without_zeros(picture(connection, generation.model, among=probes)).matrix)
        exam.hold_itself(collection)
        if not wrong and watermark == generation.high_watermark:
            return generation
        level = replace(generation, passages=collection.count(), high_watermark=watermark)
        self._moved(level)
        return level

    def _moved(self, generation: Generation) -> None:
        """Note how far a generation was kept up; never back, whoever is later."""
        table = index_generations
        here = update(table).where(table.c.id == generation.id, table.c.high_watermark <= generation.high_watermark)
        with self._engine.begin() as connection:
            connection.execute(here.values(passages=generation.passages, high_watermark=generation.high_watermark))
            state.touch(connection)

    def _recognise(self, generation: Generation, collection: chroma.Collection) -> None:
        """It must hold as many as it should, and find some of them by their own vectors under their own rows."""
        held = collection.count()
        ends = select(func.min(passages.c.row), func.max(passages.c.row))
        with self._engine.connect() as connection:
            least = KEPT_UP * (generation.passages - gone(connection, generation))  # somebody may be writing to it
            if held < least if self.far else held != generation.passages:
                raise GenerationError(f"generation {generation.id} holds another number of passages than it should")
            first, last = connection.execute(ends.where(passages.c.row <= generation.high_watermark)).one()
            if first is None:
                return
            drawn = np.linspace(first, last, GLANCES, dtype=np.int64).tolist()
            known = without_zeros(picture(connection, generation.model, among=drawn))
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
            watermark = complete_until(connection, model)
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
        with self._engine.connect() as connection:
            everything = connection.execute(select(func.count()).select_from(passages)).scalar_one()
        collection = self._place.create(name, everything)
        try:
            with self._engine.connect() as connection:
                exam = Exam(without_zeros(picture(connection, model, among=drawn(connection, PROBES))).matrix)
                for part in stream(connection, model, until=watermark):
                    self._place.put_aside(name, part)
                    inside = without_zeros(part)
                    collection.add(inside.rows, inside.matrix)
                    exam.see(inside.matrix)
                    if progress:
                        progress(exam.seen, everything)
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


def _mend(connection: Connection, generation: Generation, collection: chroma.Collection, watermark: int) -> None:
    """Take out what should not be in it, put in what should have been in it."""
    held, there = collection.rows(), present(connection, watermark)
    collection.take_out(np.setdiff1d(held[held <= watermark], there))
    old = there[there <= generation.high_watermark]
    for lacking in _parts(np.setdiff1d(old, held)):
        inside = without_zeros(picture(connection, generation.model, among=lacking.tolist()))
        collection.put(inside.rows, inside.matrix)


def _parts(rows: Rows) -> list[Rows]:
    return [rows[at : at + _AT_ONCE] for at in range(0, len(rows), _AT_ONCE)]


def gone(connection: Connection, generation: Generation) -> int:
    """How many of a generation's passages are there no more, at least (vectors of zeros are in none)."""
    old = passages.c.row <= generation.high_watermark
    left = connection.execute(select(func.count()).select_from(passages).where(old)).scalar_one()
    return max(0, generation.passages - left)
