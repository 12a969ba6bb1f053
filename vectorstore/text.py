"""Chinese text as the index sees it: normal form, words, character grams, and the digest of what decides them."""

import functools
import hashlib
import itertools
import re
import unicodedata
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any

from vectorstore.cutting import Cutter

VERSION = "2"
"""Raised whenever the code below would cut the same text otherwise."""

_PLACEHOLDER = re.compile(r"⟦[a-z_]+:([0-9a-z]+)⟧")
_RUN = re.compile(r"[a-z0-9]+(?:[.\-][a-z0-9]+)*|[^\W_a-z0-9]+")
_JOINT = re.compile(r"[.\-]")
_CUTTABLE = re.compile(r"[^\W_a-z0-9]{2,}")
"""A name without Latin letters, digits and gaps: others are never met by what cuts words, and need no keeping whole."""


@functools.cache
def word_list(name: str) -> tuple[str, ...]:
    """The words of ``data/<name>.txt`` in order, each once."""
    text = resources.files("vectorstore.data").joinpath(f"{name}.txt").read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))


@functools.cache
def meanings() -> tuple[tuple[str, ...], ...]:
    """Words that mean one thing (``data/synonyms.txt``), one tuple for each thing."""
    return tuple(tuple(line.split()) for line in word_list("synonyms"))


@functools.cache
def _trade() -> re.Pattern[str]:
    words = {*word_list("domain"), *word_list("trade"), *itertools.chain.from_iterable(meanings())}
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


def synonyms(text: str) -> list[str]:
    """The other words for what a text speaks of (``data/synonyms.txt``), in order of that file."""
    normal = normalise(text)
    spoken_of = (words for words in meanings() if any(word in normal for word in words))
    return [word for words in spoken_of for word in words if word not in normal]


def of_trade(text: str) -> bool:
    """Whether a text holds a word of goods, their faults or their service."""
    return _trade().search(normalise(text)) is not None


@functools.cache
def _other_matters() -> frozenset[str]:
    return frozenset(normalise(word) for line in word_list("other_matters") for word in line.split())


@functools.cache
def _plain_analyzer() -> "Analyzer":
    return Analyzer()


def of_other_matters(text: str) -> frozenset[str]:
    """See `Analyzer.of_other_matters`; without anybody's product names."""
    return _plain_analyzer().of_other_matters(text)


def without_masks(text: str) -> str:
    """The text without masked values: what is the same whatever key made the pseudonyms."""
    return _PLACEHOLDER.sub("", text)


@functools.cache
def _simplifier() -> Any:
    import opencc  # loads its dictionaries: late

    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """Traditional to Simplified."""
    return str(_simplifier().convert(text))


def normalise(text: str) -> str:
    """NFKC, Traditional to Simplified, lower case. Offsets are not kept."""
    return simplified(unicodedata.normalize("NFKC", text)).lower()


_DICTIONARY: dict[str, int] = {}
_WORDS_COUNTED = 60_101_967
"""Words that jieba's frequencies were counted on."""


def _base_dictionary(cache: Path | None) -> dict[str, int]:
    """jieba's own word frequencies, read once a process (0.3 s with a cache file, 0.7 s without)."""
    if not _DICTIONARY:
        import jieba  # half a second and a big dictionary: late

        jieba.setLogLevel("CRITICAL")
        tokenizer = jieba.Tokenizer()
        if cache is not None:
            cache.mkdir(parents=True, exist_ok=True)
            tokenizer.tmp_dir = str(cache)
        tokenizer.initialize()
        _DICTIONARY.update(tokenizer.FREQ)
    return _DICTIONARY


WHOLE = 10_000
"""A product name counts as this frequent at least, so that it is cut as one word."""


def _plain(name: str) -> str:
    return normalise(name).strip()


class Analyzer:
    """Cuts text into words (jieba, search mode) and character grams; safe to share between threads.

    Args:
        names: product names and models to be kept whole, besides the shipped after-sales dictionary.
        cache: private directory for jieba's dictionary cache; None is the system's temporary directory.
    """

    def __init__(self, names: Iterable[str] = (), cache: Path | None = None) -> None:
        self.names = tuple(sorted({name for name in map(_plain, names) if _CUTTABLE.fullmatch(name)}))
        self._cache = cache
        self.stopwords = frozenset(word_list("stopwords"))

    def with_names(self, names: Iterable[str]) -> "Analyzer":
        """The same analyzer that keeps these names whole too; itself where it knows them all."""
        other = Analyzer([*self.names, *names], self._cache)
        return self if other.names == self.names else other

    @functools.cached_property
    def identity(self) -> str:
        """16 hex digits over version, word lists and names: another digest, another full-text index."""
        parts = "\n".join([VERSION, *word_list("domain"), "", *word_list("stopwords"), "", *self.names])
        return hashlib.sha256(parts.encode()).hexdigest()[:16]

    def words(self, text: str) -> list[str]:
        """Words of a text in order, overlapping where a long word holds shorter ones, without stop words.

        A masked value ``⟦type:pseudonym⟧`` counts as its pseudonym, so that the same value can be found again.
        """
        normal = normalise(text)
        kept = [pseudonym for pseudonym in _PLACEHOLDER.findall(normal) if pseudonym]
        for run in _RUN.findall(_PLACEHOLDER.sub(" ", normal)):
            kept += _latin(run) if run.isascii() else self._cutter.words(run)
        return [word for word in kept if word not in self.stopwords]

    def grams(self, text: str) -> list[str]:
        """Single characters and pairs of neighbouring characters; Latin words and numbers whole."""
        return grams(normalise(text))

    def content(self, text: str) -> list[str]:
        """What a question is about: its words without greetings and question frames; may be empty."""
        return [word for word in self.words(text) if len(word) > 1 or not word.isascii()]

    def pairs(self, text: str) -> list[str]:
        """The character pairs of a text, and its Latin words, that stop words do not fill.

        A pair made of the end of one known word and the beginning of the next says nothing: 今天天气 is not about 天天.
        """
        ignored = self.stopwords | self._seams(text)
        return [gram for gram in self.grams(text) if len(gram) > 1 and gram not in ignored]

    def _seams(self, text: str) -> set[str]:
        cut = [self._cutter.plain(run) for run in _RUN.findall(normalise(text)) if not run.isascii()]
        neighbours = itertools.chain.from_iterable(map(itertools.pairwise, cut))
        known = [(one, other) for one, other in neighbours if all(len(w) > 1 and self.general(w) for w in (one, other))]
        return {one[-1] + other[0] for one, other in known}

    def of_other_matters(self, text: str) -> frozenset[str]:
        """The words of matters that no service centre deals with (``data/other_matters.txt``) that a text holds.

        A short one that the dictionary knows must stand as a word of its own; others count wherever they stand.
        """
        normal = normalise(text)
        runs = _RUN.findall(_PLACEHOLDER.sub(" ", normal))
        words = {word for run in runs for word in (_latin(run) if run.isascii() else self._cutter.plain(run))}
        inside = {word for word in _other_matters() - words if word in normal and not word.isascii()}
        return frozenset(words & _other_matters()) | {
            word for word in inside if len(word) > 2 or not self.general(word)
        }

    def general(self, word: str) -> float:
        """How often a word comes in general language, per million words; 0 for a word that jieba does not know."""
        base = _base_dictionary(self._cache)
        return 1e6 * base.get(word, 0) / _WORDS_COUNTED

    @functools.cached_property
    def _cutter(self) -> Cutter:
        import jieba  # see `_base_dictionary`
        from jieba import finalseg

        tokenizer = jieba.Tokenizer()
        tokenizer.FREQ, tokenizer.initialized = dict(_base_dictionary(self._cache)), True
        tokenizer.total = sum(tokenizer.FREQ.values())
        for word in word_list("domain"):
            tokenizer.add_word(word)
        total = tokenizer.total
        for name, frequency in [(name, tokenizer.suggest_freq(name)) for name in self.names]:
            tokenizer.add_word(name, max(WHOLE, frequency))
        tokenizer.total = total  # so that a text without any of the names is cut as it was without them
        return Cutter(tokenizer.FREQ, tokenizer.total, finalseg.cut)


def grams(normal: str) -> list[str]:
    """Character 1-grams and 2-grams of a text in normal form; Latin words and numbers whole; no masked values."""
    found: list[str] = []
    for run in _RUN.findall(_PLACEHOLDER.sub(" ", normal)):
        if run.isascii():
            found += _latin(run)
        else:
            found += run
            found += map("".join, itertools.pairwise(run))
    return found


def _latin(run: str) -> list[str]:
    """``jsq30-x5`` is looked for whole, written together, and by its parts; ``3.2`` whole and by its parts."""
    parts = _JOINT.split(run)
    if len(parts) == 1:
        return parts
    together = [] if run.replace(".", "").isdigit() else ["".join(parts)]
    return [run, *together, *parts]
