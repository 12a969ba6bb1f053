"""Texts in which what must be masked, what may be, and what must stay are marked: ``{phone|…}`` ``{~|…}`` ``{-price|…}``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.domain.vocabulary import PII_TYPES
from evals.metrics.privacy import Span

_MARKED = re.compile(r"\{([^{}|]*)\|([^{}]*)\}")
_EITHER = "~"


@dataclass(frozen=True, slots=True)
class MarkedText:
    """One case: `planted` must be masked, `either` may be (readers would disagree), `kept` must stay."""

    id: str
    trade: str
    text: str
    planted: tuple[Span, ...]
    either: tuple[Span, ...]
    kept: tuple[Span, ...]


def read_marked_texts(path: Path) -> Iterator[MarkedText]:
    """The cases of a TSV file ``id, trade, form, text``, in which ``\\n`` stands for the end of a turn or line.

    Raises:
        ValueError: a mark names no known type.
    """
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        name, trade, _, marked = line.split("\t")
        yield parse(name, trade, marked.replace("\\n", "\n"))


def parse(name: str, trade: str, marked: str) -> MarkedText:
    """One case from its marked text; all spans are in the text without its marks."""
    pieces: list[str] = []
    spans: list[Span] = []
    at = length = 0
    for match in _MARKED.finditer(marked):
        kind, value = match.groups()
        if kind not in PII_TYPES and kind != _EITHER and not kind.startswith("-"):
            raise ValueError(f"{name}: {kind!r} is no type of personal value")
        pieces += [marked[at : match.start()], value]
        start = length + match.start() - at
        length, at = start + len(value), match.end()
        spans.append(Span(kind, start, length))
    planted = tuple(span for span in spans if span.type in PII_TYPES)
    either = tuple(span for span in spans if span.type == _EITHER)
    kept = tuple(span for span in spans if span.type.startswith("-"))
    return MarkedText(name, trade, "".join([*pieces, marked[at:]]), planted, either, kept)
