"""Vectors in the database: what is kept, what is missing, and exact search over any part of them."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, case, delete, exists, func, insert, select
from sqlalchemy.dialects import postgresql

from vectorstore.embedders.base import Vectors
from vectorstore.tables import READ, one_of, passages, vectors

Rows = NDArray[np.int64]
_CHUNK = 4_000
_FEW = 0.25
"""Up to this share of a picture it is faster to take the allowed vectors out than to score all."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Passages' rows, ascending, and their vectors ``[len(rows), dim]``."""

    rows: Rows
    matrix: Vectors
    """float32; where it is kept beside a generation, float16."""

    def nearest(self, query: Vectors, limit: int, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """The exact nearest rows by cosine, best first, and their cosines; equal cosines by row."""
        if not len(self.rows):
            return self.rows[:0], np.zeros(0, dtype=np.float32)
        if allowed is not None and len(allowed) <= len(self.rows) * _FEW:
            return self.of(allowed).nearest(query, limit)
        rows, scores = self.rows, dots(self.matrix, query)
        if allowed is not None:
            places = self._places(allowed)
            rows, scores = rows[places], scores[places]
        if limit < len(rows):
            best = np.argpartition(-scores, limit - 1)[:limit]
            rows, scores = rows[best], scores[best]
        order = np.lexsort((rows, -scores))
        return rows[order], scores[order]

    def of(self, rows: Rows) -> "Picture":
        """The part of the picture that shows these rows."""
        places = self._places(rows)
        return Picture(self.rows[places], self.matrix[places])

    def _places(self, rows: Rows) -> Rows:
        """Where those of these rows stand that are in the picture, ascending."""
        wanted = np.sort(rows)
        places = np.searchsorted(self.rows, wanted)
        inside = places < len(self.rows)
        places, wanted = places[inside], wanted[inside]
        found: Rows = places[self.rows[places] == wanted]
        return found


def dots(matrix: Vectors, vector: Vectors) -> Vectors:
    """``matrix @ vector`` on this thread.

    BLAS would wake threads of its own: on a busy machine they wait 16 ms for their turn, where 25,000 x 256 take 0.6 ms.
    """
    found: Vectors = np.einsum("ij,j->i", matrix, vector)
    return found


def present(connection: Connection, until: int) -> Rows:
    """All rows up to one, ascending."""
    found = connection.execute(select(passages.c.row).where(passages.c.row <= until).order_by(passages.c.row))
    return np.fromiter(found.scalars(), dtype=np.int64)


def picture(connection: Connection, model: str, *, after: int = 0, among: Sequence[int] | None = None) -> Picture:
    """All vectors of a model, those of rows newer than `after`, or those of rows among some, as one matrix."""
    if among is None:
        newer = select(func.count()).select_from(passages).where(passages.c.row > after)
        most = connection.execute(newer).scalar_one()
    else:
        most = len(among)
    parts = stream(connection, model, after=after, among=among)
    first = next(parts, None)
    if first is None:
        return Picture(np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.float32))
    rows = np.empty(most, dtype=np.int64)  # filled in place: there is never a second copy
    matrix = np.empty((most, first.matrix.shape[1]), dtype=np.float32)
    held = 0
    for part in itertools.chain([first], parts):
        place = slice(held, held + len(part.rows))
        rows[place], matrix[place] = part.rows, part.matrix
        held = place.stop
    return Picture(rows[:held], matrix[:held])


def stream(
    connection: Connection,
    model: str,
    *,
    after: int = 0,
    until: int | None = None,
    among: Sequence[int] | None = None,
) -> Iterator[Picture]:
    """The same as `picture`, in chunks of some thousands, by ascending row; `until` is the last row wanted."""
    statement = (
        select(passages.c.row, vectors.c.vector)
        .join(vectors, (vectors.c.content_hash == passages.c.content_hash) & (vectors.c.model == model))
        .where(passages.c.row > after)
        .order_by(passages.c.row)
    )
    if until is not None:
        statement = statement.where(passages.c.row <= until)
    if among is not None:
        statement = statement.where(one_of(passages.c.row, among))
    for chunk in connection.execute(statement, execution_options=READ if among is None else {}).partitions(_CHUNK):
        matrix = np.frombuffer(b"".join(row.vector for row in chunk), dtype="<f4").reshape(len(chunk), -1)
        yield Picture(np.array([row.row for row in chunk], dtype=np.int64), matrix)


def missing(connection: Connection, model: str, limit: int | None = None) -> list[tuple[str, str]]:
    """Distinct ``(content hash, text)`` of passages without a vector of this model."""
    has = exists().where((vectors.c.content_hash == passages.c.content_hash) & (vectors.c.model == model))
    statement = select(passages.c.content_hash, func.min(passages.c.text)).where(~has).group_by(passages.c.content_hash)
    return [(key, body) for key, body in connection.execute(statement.order_by(passages.c.content_hash).limit(limit))]


def count_missing(connection: Connection, model: str) -> int:
    """How many passages lack a vector of this model."""
    has = exists().where((vectors.c.content_hash == passages.c.content_hash) & (vectors.c.model == model))
    return connection.execute(select(func.count()).select_from(passages).where(~has)).scalar_one()


def complete_until(connection: Connection, model: str) -> int:
    """The last row up to which every passage has a vector of this model; others may be writing passages meanwhile."""
    has = exists().where((vectors.c.content_hash == passages.c.content_hash) & (vectors.c.model == model))
    lacking = func.min(case((~has, passages.c.row)))
    first, last = connection.execute(select(lacking, func.max(passages.c.row)).select_from(passages)).one()
    return int(last or 0) if first is None else int(first) - 1


def keep(connection: Connection, model: str, keys: Sequence[str], rows: Vectors) -> None:
    """Store one vector per content hash; what somebody else has stored meanwhile (PostgreSQL) is as good."""
    values = [
        {"content_hash": key, "model": model, "dim": int(rows.shape[1]), "vector": row.astype("<f4").tobytes()}
        for key, row in zip(keys, rows, strict=True)
    ]
    if not values:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(postgresql.insert(vectors).on_conflict_do_nothing(), values)
    else:
        connection.execute(insert(vectors), values)


def drop_orphans(connection: Connection) -> int:
    """Delete the vectors of texts that no passage has any more; returns how many."""
    used = exists().where(passages.c.content_hash == vectors.c.content_hash)
    return connection.execute(delete(vectors).where(~used)).rowcount
