"""What would betray that somebody's words or ids still stand somewhere: fragments that nobody else's records hold."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

WINDOW = 8
"""Characters of a fragment: long enough to be somebody's own words, short enough to find them in a cut quote."""
LATIN_WINDOW = 20
"""Characters of a fragment that is mostly ASCII: eight of them are one English word."""
SHORTEST = 12
"""Bytes that a whole short text or quote needs to be looked for at all: four Chinese characters."""
_LEAST_ID = 5
_START = 3
"""Characters by which many words are looked up at once; every word has more."""
_MARK = re.compile(r"⟦[a-z_]+:[0-9a-f]+⟧")
_CHANCE = re.compile(r"[0-9a-f]{1,11}|[0-9]+")
"""Ids that stand in numbers, times and hashes by chance."""


@dataclass(frozen=True, slots=True)
class Traces:
    """Fragments to look for.

    `windows` are all runs of `WINDOW` (or `LATIN_WINDOW`) characters of the texts; `words` are ids, masks, and short quotes whole. Both
    without those that stand in a record that remains: they are as much somebody else's.
    """

    windows: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    shared: int = 0
    """How many fragments were left out because others' records hold them too."""

    def stand_in(self, text: str) -> bool:
        """Whether a text holds any of them."""
        return any(word in text for word in self.words) or not self.windows.isdisjoint(_runs(text))

    def within(self, value: object) -> bool:
        """Whether a JSON value holds any of them, in whatever depth, in keys too."""
        if isinstance(value, str):
            return self.stand_in(value)
        if isinstance(value, dict):
            return any(self.within(key) or self.within(item) for key, item in value.items())
        return isinstance(value, list | tuple) and any(self.within(item) for item in value)

    def bounded(self, most: int) -> "Traces":
        """The same with at most so many windows, evenly spread."""
        return Traces(frozenset(sample(sorted(self.windows), most)), self.words, self.shared)

    def __or__(self, other: "Traces") -> "Traces":
        return Traces(self.windows | other.windows, self.words | other.words, self.shared + other.shared)


class Collector:
    """Collects candidates from what is to be erased, then drops those that others' records hold."""

    def __init__(self) -> None:
        self._windows: set[str] = set()
        self._words: set[str] = set()
        self._shared = 0

    def add_text(self, text: str) -> None:
        """A text of theirs, with the masks in it."""
        self._words.update(_MARK.findall(text))
        windows = set(windows_of(text))
        if not windows:
            self.add_quote(text)
        self._windows |= windows

    def add_quote(self, quote: str) -> None:
        """A short saying that is looked for whole."""
        if len(quote.strip().encode("utf-8", "surrogatepass")) >= SHORTEST:
            self._words.add(quote.strip())

    def add_id(self, identity: str | None) -> None:
        """An id, unless it is so short or plain that it stands in numbers and hashes by chance."""
        if identity and len(identity) >= _LEAST_ID and not _CHANCE.fullmatch(identity):
            self._words.add(identity)

    def add_value(self, value: object) -> None:
        """All texts in a JSON value."""
        for text in texts_in(value):
            self.add_text(text)

    def drop_shared(self, texts: Iterable[str]) -> None:
        """Take out what stands in these texts of others."""
        by_start: dict[str, set[str]] = {}
        for word in self._words:
            by_start.setdefault(word[:_START], set()).add(word)
        groups = {start: (sorted({*map(len, words)}), words) for start, words in by_start.items()}
        for text in texts:
            self._take_out(self._windows, self._windows.intersection(_runs(text)))
            self._take_out(self._words, self._words.intersection(_standing(text, groups)))

    def _take_out(self, fragments: set[str], found: set[str]) -> None:
        self._shared += len(found)
        fragments -= found

    def traces(self) -> Traces:
        """What is left to look for."""
        return Traces(frozenset(self._windows), frozenset(self._words), self._shared)


def windows_of(text: str) -> Iterator[str]:
    """Every fragment of a text, one from each place; none of blanks and signs alone."""
    ascii_until = [0]
    for character in text:
        ascii_until.append(ascii_until[-1] + character.isascii())
    for at in range(len(text) - WINDOW + 1):
        latin = 2 * (ascii_until[at + WINDOW] - ascii_until[at]) > WINDOW
        run = text[at : at + (LATIN_WINDOW if latin else WINDOW)]
        if len(run) == (LATIN_WINDOW if latin else WINDOW) and any(map(str.isalnum, run)):
            yield run


def _runs(text: str) -> Iterator[str]:
    """Every run of a text that may be a fragment: a superset of `windows_of`, and much faster to make."""
    yield from (text[at : at + WINDOW] for at in range(len(text) - WINDOW + 1))
    yield from (text[at : at + LATIN_WINDOW] for at in range(len(text) - LATIN_WINDOW + 1))


def _standing(text: str, groups: Mapping[str, tuple[list[int], set[str]]]) -> Iterator[str]:
    """The words that stand in a text, from words by their start, with the lengths there are."""
    for at in range(len(text) - _START + 1):
        if (group := groups.get(text[at : at + _START])) is not None:
            lengths, words = group
            yield from (run for length in lengths if (run := text[at : at + length]) in words)


def texts_in(value: object) -> Iterator[str]:
    """Every string in a JSON value, in whatever depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts_in(item)


def spellings(fragments: Iterable[str]) -> list[bytes]:
    """How fragments stand in files: as UTF-8, and as JSON writes them with and without escapes."""
    found: set[bytes] = set()
    for fragment in fragments:
        forms = (fragment, json.dumps(fragment)[1:-1], json.dumps(fragment, ensure_ascii=False)[1:-1])
        found.update(form.encode("utf-8", "surrogatepass") for form in forms)
    return sorted(found)


def sample(fragments: Sequence[str], most: int) -> list[str]:
    """At most so many, evenly spread."""
    step = max(1, -(-len(fragments) // most))
    return list(fragments[::step])
