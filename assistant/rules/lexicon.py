"""Knows the cue lists kept as data files and finds all their words in a text in one pass."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_NUMBER = "[0-9零一二两三四五六七八九十百几好多数俩仨]+"
_WEIGHTS = {"strong": 3.0, "plain": 2.0, "weak": 1.0}
_ONE_CHOICE = {"positive", "negative", "negator", "blank"}
_MASK = re.compile("⟦[^⟧\n]*⟧")

FRAME_FILES = ("frames_service", "frames_partner", "frames_product")
CUE_FILES = {
    "aspect": "aspects", "mood": "mood", "relation": "relations", "deep": "deep", "severity": "severity",
    "signal": "signals", "chance": "opportunities", "wish": "wishes", "noise": "noise", "failure": "failure",
}  # fmt: skip
DATA_FILES = (
    *FRAME_FILES,
    *CUE_FILES.values(),
    "words",
    "ideas",
    "lens_ideas",
    "situations",
    "documents",
    "documents_en",
    "replies",
    "orders",
    "trades",
)
"""Every data file of the engine, without its ending."""


class Hit(NamedTuple):
    """A cue found at ``text[start:end]``: its kind (``frame``, ``aspect``, ``mood`` …), label and weight 1-3."""

    start: int
    end: int
    kind: str
    label: str
    weight: float


class _Cue(NamedTuple):
    word: str
    group: str
    kind: str
    label: str
    weight: float


class _Pattern(NamedTuple):
    search: re.Pattern[str]
    kind: str
    label: str


@cache
def data_text(name: str) -> str:
    """The text of the data file ``name``.toml beside this module."""
    return (files("assistant.rules") / "data" / f"{name}.toml").read_text(encoding="utf-8")


@cache
def table(name: str) -> Mapping[str, Mapping[str, object]]:
    """The data file ``name``.toml as label → fields."""
    return tomllib.loads(data_text(name))


def words(name: str, section: str, key: str, fallback: str = "") -> str:
    """One sentence or word out of a data file; `fallback` where the key is missing."""
    value = table(name).get(section, {}).get(key, fallback)
    return value if isinstance(value, str) else fallback


@cache
def _translation() -> dict[int, int]:
    pairs = (files("assistant.rules") / "data" / "hant.txt").read_text(encoding="utf-8").split()
    mapping = {ord(pair[0]): ord(pair[1]) for pair in pairs}
    mapping |= {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    mapping |= {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
    mapping |= {code: code - 0xFEE0 + 32 for code in range(0xFF21, 0xFF3B)}
    mapping[0x3000] = ord(" ")
    return mapping


def normalise(text: str) -> str:
    """The text for matching, character for character as long: simplified, half-width, lower case, masks blanked."""
    plain = text.translate(_translation())
    return _MASK.sub(lambda mask: "\ue000" * len(mask.group()), plain) if "⟦" in plain else plain


class Lexicon:
    """All cues of the data files, ready to be found; immutable and safe to share between threads."""

    def __init__(self) -> None:
        short: dict[str, list[_Cue]] = {}
        long: dict[str, list[_Cue]] = {}
        self._patterns: list[_Pattern] = []
        for kind, label, fields in _sections():
            for cue in _cues(kind, label, fields):
                (short if len(cue.word) == 1 else long).setdefault(cue.word[:2], []).append(cue)
            self._patterns += _patterns(kind, label, fields)
        self._long = {key: tuple(sorted(cues, key=lambda cue: -len(cue.word))) for key, cues in long.items()}
        self._short = {key: tuple(cues) for key, cues in short.items()}

    def scan(self, text: str, offset: int = 0) -> list[Hit]:
        """Every cue in a normalised text, by start; of one label (and of the moods together) the longest word wins.

        Hits are placed as if the text began at `offset`.
        """
        hits: list[Hit] = []
        taken: dict[str, int] = {}
        long, short = self._long, self._short
        for at, character in enumerate(text):
            pair, single = long.get(text[at : at + 2]), short.get(character)
            if pair is None and single is None:
                continue
            for cue in (*(pair or ()), *(single or ())):
                if taken.get(cue.group, 0) <= at and text.startswith(cue.word, at):
                    end = at + len(cue.word)
                    taken[cue.group] = end
                    hits.append(Hit(at + offset, end + offset, cue.kind, cue.label, cue.weight))
        for pattern in self._patterns:
            for found in pattern.search.finditer(text):
                start, end = found.span()
                hits.append(Hit(start + offset, end + offset, pattern.kind, pattern.label, 3.0))
        hits.sort()
        return hits


@cache
def lexicon() -> Lexicon:
    """The one lexicon of this process."""
    return Lexicon()


def _sections() -> Iterator[tuple[str, str, Mapping[str, object]]]:
    for name in FRAME_FILES:
        for label, fields in table(name).items():
            yield "frame", label, fields
    for kind, name in CUE_FILES.items():
        for label, fields in table(name).items():
            yield kind, label, fields


def _cues(kind: str, label: str, fields: Mapping[str, object]) -> Iterator[_Cue]:
    group = "mood" if kind == "mood" and label in _ONE_CHOICE else f"{kind}.{label}"
    for size, weight in _WEIGHTS.items():
        for word in dict.fromkeys(str(fields.get(size, "")).split()):
            yield _Cue(normalise(word), group, kind, label, weight)


def _patterns(kind: str, label: str, fields: Mapping[str, object]) -> list[_Pattern]:
    sources = fields.get("patterns", [])
    if not isinstance(sources, list) or not sources:
        return []
    joined = "|".join(str(source).replace("{n}", _NUMBER) for source in sources)
    return [_Pattern(re.compile(joined), kind, label)]
