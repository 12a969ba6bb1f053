"""What can go wrong in finding, each in one sentence that holds no text of a passage or a query.

VectorStoreError        root
├── IndexUnusableError  the database or directory of the index can't be used as it is
├── GenerationError     a Chroma generation is missing or damaged: caught inside, exact search serves instead
└── EmbedderError       an embedder failed; `kind` is ``access`` (trying again is useless), ``down``, ``answer``,
                        or ``egress`` (the text may not be sent)
"""

from typing import Literal


class VectorStoreError(Exception):
    """Root of what this package raises on purpose."""


class IndexUnusableError(VectorStoreError):
    """The database or the directory of the index can't be used as it is."""


class GenerationError(VectorStoreError):
    """A Chroma generation is missing, damaged, or did not pass its tests."""


class EmbedderError(VectorStoreError):
    """An embedder gave no usable vectors."""

    def __init__(self, message: str, kind: Literal["access", "down", "answer", "egress"]) -> None:
        super().__init__(message)
        self.kind = kind
