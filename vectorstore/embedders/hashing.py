"""A deterministic embedder without a model: character grams hashed into a few hundred signed buckets."""

import zlib

import numpy as np

from vectorstore.embedders.base import Tuning, Vectors, refuse_blank, unit
from vectorstore.text import grams, normalise


class HashingEmbedder:
    """The fake of the tests and the stand-in before anything was fitted; needs no corpus."""

    def __init__(self, dim: int = 256) -> None:
        self._dim = dim

    @property
    def identity(self) -> str:
        """Fixed by its size."""
        return f"hashing-v1-{self._dim}"

    @property
    def dim(self) -> int:
        """As it was made."""
        return self._dim

    @property
    def tuning(self) -> Tuning:
        """Little trust: it knows no meaning."""
        return Tuning(dense=0.3)

    def embed_documents(self, texts: list[str]) -> Vectors:
        """See `Embedder.embed_documents`."""
        refuse_blank(texts)
        rows = np.zeros((len(texts), self._dim), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for gram in grams(normalise(text)):
                digest = zlib.crc32(gram.encode())
                row[digest % self._dim] += 1.0 if digest & 0x80000000 else -1.0
        return unit(rows)

    def embed_query(self, text: str) -> Vectors:
        """See `Embedder.embed_query`."""
        vector: Vectors = self.embed_documents([text])[0]
        return vector
