"""What a generation must find before it serves: a sample of passages by their own vectors, and their true neighbours."""

import random

import numpy as np
from sqlalchemy import Connection, select

from vectorstore import chroma
from vectorstore.embedders.base import Vectors
from vectorstore.errors import GenerationError
from vectorstore.tables import passages
from vectorstore.vectors import Picture

PROBES, NEIGHBOURS = 100, 10
SELF, RECALL = 0.95, 0.98
"""A new generation must find this share of `PROBES` passages by their own vectors, and of their true neighbours.

Not all of them: among thousands of repeats of one short text a graph loses a few (1 to 3 of 100, measured).
"""


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
        right = 0
        for found, best in zip(self.hold_itself(collection), self._best, strict=True):
            right += int((found[: len(best)] >= best[-1] - 1e-4).sum())
        if right < RECALL * self._best.size:
            raise GenerationError("the new generation misses too many true neighbours")

    def hold_itself(self, collection: chroma.Collection) -> list[Vectors]:
        """Raise `GenerationError` unless the collection finds the probes; returns the cosines of what it found for each."""
        found = [collection.nearest(probe, NEIGHBOURS)[1] for probe in self._probes]
        itself = sum(bool(len(cosines)) and bool(cosines[0] >= 1 - 1e-3) for cosines in found)
        if itself < SELF * len(found):
            raise GenerationError("the generation does not find passages by their own vectors")
        return found


def drawn(connection: Connection, many: int) -> list[int]:
    """So many rows at random, always the same of the same ones."""
    everything = connection.execute(select(passages.c.row).order_by(passages.c.row)).scalars().all()
    return random.Random(0).sample(everything, min(many, len(everything)))  # noqa: S311 - a sample


def without_zeros(part: Picture) -> Picture:
    """Nothing is near a vector of zeros, and Chroma has no cosine for it."""
    inside = part.matrix.any(axis=1)
    return Picture(part.rows[inside], part.matrix[inside])
