"""The things that go in and come out: passages, hits, and what is said of an index."""

import hashlib
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document; ``[start, end)`` says where its text stands in the document, in characters."""

    document_id: str
    ordinal: int
    start: int
    end: int
    text: str
    kind: str = "record"

    @property
    def id(self) -> str:
        """``document:kind:ordinal``."""
        return f"{self.document_id}:{self.kind}:{self.ordinal}"

    @property
    def content_hash(self) -> str:
        """The key that vectors are kept under."""
        return content_hash(self.text)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found; `score` is in (0, 1], comparable within one search only."""

    document_id: str
    passage_id: str
    kind: str
    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class IndexStats:
    """What `bring_level` did; ``passages == embedded + reused`` (counted in passages, not distinct texts)."""

    passages: int
    embedded: int
    reused: int
    generation: str | None
    calls: int = 0
    """Requests made of an embedding endpoint."""
    tokens: int = 0
    """What the endpoint says it counted."""
    cut: int = 0
    """Texts longer than the endpoint takes, whose beginning stands for them."""
    searchable_at: float = 0.0
    """Since when every passage is found by meaning too (`time.monotonic`): a generation only makes that faster."""


@dataclass(frozen=True, slots=True)
class IndexHealth:
    """The state of an index as `voc doctor` shows it."""

    passages: int
    full_text_rows: int
    vectors_missing: int
    model: str | None
    generation: str | None
    generation_passages: int
    delta: int
    """Passages newer than the generation, searched exactly."""
    damaged: str | None
    """Why the active generation can't be used; None where it can, or where there is none."""
    serving: Literal["chroma", "exact", "full text", "none"]
    stale_full_text: bool
    """True where the full text was cut by another dictionary; the next `bring_level` renews it."""
    wanted: str | None = None
    """The model of the settings, where another still serves until the index has been brought level with it."""
    events: tuple[str, ...] = ()
    """The last things that happened to generations and models, oldest first, each with its moment."""

    @property
    def level(self) -> bool:
        """True where nothing is left to do for `bring_level`."""
        return not (self.vectors_missing or self.damaged or self.stale_full_text or self.wanted)


def content_hash(text: str) -> str:
    """32 hex digits of SHA-256 over a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
