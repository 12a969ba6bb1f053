"""Vectors in the database: what is kept, what is missing, and exact search over any part of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, exists, func, insert, select

from vectorstore.embedders.base import Vectors
from vectorstore.tables import one_of, passages, vectors

Rows = NDArray[np.int64]
_CHUNK = 4_000


@dataclass(frozen=True, slots=True)
class Picture:
    """Passages' rows, ascending, and their vectors ``[len(rows), dim]``."""

    rows: Rows
    matrix: Vectors

    def nearest(self, query: Vectors, limit: int, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """The exact nearest rows by cosine, best first, and their cosines; equal cosines by row."""
        rows, scores = self.rows, self.matrix @ query if len(self.rows) else np.zeros(0, dtype=np.float32)
        if allowed is not None:
            mask = np.isin(rows, allowed)
            rows, scores = rows[mask], scores[mask]
        if limit < len(rows):
            best = np.argpartition(-scores, limit - 1)[:limit]
            rows, scores = rows[best], scores[best]
        order = np.lexsort((rows, -scores))
        return rows[order], scores[order]

    def of(self, rows: Rows) -> tuple[Rows, Vectors]:
        """The part of the picture that shows these rows."""
        mask = np.isin(self.rows, rows)
        return self.rows[mask], self.matrix[mask]


def picture(connection: Connection, model: str, *, after: int = 0, among: Sequence[int] | None = None) -> Picture:
    """All vectors of a model, those of rows newer than `after`, or those of rows among some, as one matrix."""
    parts = list(stream(connection, model, after=after, among=among))
    if not parts:
        return Picture(np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.float32))
    return Picture(np.concatenate([p.rows for p in parts]), np.concatenate([p.matrix for p in parts]))


def stream(
    connection: Connection, model: str, *, after: int = 0, among: Sequence[int] | None = None
) -> Iterator[Picture]:
    """The same as `picture`, in chunks of some thousands, by ascending row."""
    statement = (
        select(passages.c.row, vectors.c.vector)
        .join(vectors, (vectors.c.content_hash == passages.c.content_hash) & (vectors.c.model == model))
        .where(passages.c.row > after)
        .order_by(passages.c.row)
    )
    if among is not None:
        statement = statement.where(one_of(passages.c.row, among))
    for chunk in connection.execute(statement).partitions(_CHUNK):
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


def keep(connection: Connection, model: str, keys: Sequence[str], rows: Vectors) -> None:
    """Store one vector per content hash."""
    values = [
        {"content_hash": key, "model": model, "dim": int(rows.shape[1]), "vector": row.astype("<f4").tobytes()}
        for key, row in zip(keys, rows, strict=True)
    ]
    if values:
        connection.execute(insert(vectors), values)


def drop_orphans(connection: Connection) -> int:
    """Delete the vectors of texts that no passage has any more; returns how many."""
    used = exists().where(passages.c.content_hash == vectors.c.content_hash)
    return connection.execute(delete(vectors).where(~used)).rowcount
