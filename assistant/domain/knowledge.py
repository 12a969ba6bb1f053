"""What the house itself has written down: documents in sections. Never a customer's voice."""

import hashlib
from dataclasses import dataclass

from assistant.domain.records import MaskedText


@dataclass(frozen=True, slots=True)
class RawSection:
    """A section as read, unmasked; `page` counts from 1, None where the format has no pages."""

    heading: str
    text: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class RawDocument:
    """A document as read, unmasked: handed to the masker and forgotten."""

    name: str
    """Its file's name without folder and ending: a file of the same name takes its place."""
    title: str
    sections: tuple[RawSection, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A masked section; `text` is quoted letter for letter."""

    ordinal: int
    heading: str
    text: MaskedText
    page: int | None = None


@dataclass(frozen=True, slots=True)
class House:
    """A masked document of the house; `version` counts the texts that stood under its name, from 1."""

    id: str
    name: str
    title: str
    version: int
    digest: str
    added_at: str
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Backing:
    """What a document says to a matter: ``section.text[start:end] == quote``; of kind ``agent`` what an agent of the house
    said in the record named as document: ``record.text[start:end] == quote``."""

    document_id: str
    title: str
    heading: str
    page: int | None
    quote: str
    start: int
    end: int
    kind: str = "document"


@dataclass(frozen=True, slots=True)
class LearnReceipt:
    """What became of the files given: ``read == added + replaced + unchanged + refused``."""

    read: int
    added: int
    replaced: int
    unchanged: int
    refused: int
    sections: int
    masked: int
    problems: tuple[str, ...] = ()
    """One sentence for each file that was refused."""


def document_id(name: str) -> str:
    """Our stable id of a document: ``d_`` and 16 hex digits of SHA-256 over its name."""
    return "d_" + hashlib.sha256(name.encode()).hexdigest()[:16]
