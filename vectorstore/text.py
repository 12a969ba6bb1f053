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

VERSION = "1"
"""Raised whenever the code below would cut the same text otherwise."""

_PLACEHOLDER = re.compile(r"⟦[a-z_]+:([0-9a-z]+)⟧")
_RUN = re.compile(r"[a-z0-9]+(?:[.\-][a-z0-9]+)*|[^\W_a-z0-9]+")
_JOINT = re.compile(r"[.\-]")


@functools.cache
def word_list(name: str) -> tuple[str, ...]:
    """The words of ``data/<name>.txt`` in order, each once."""
    text = resources.files("vectorstore.data").joinpath(f"{name}.txt").read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))


def without_masks(text: str) -> str:
    """The text without masked values: what is the same whatever key made the pseudonyms."""
    return _PLACEHOLDER.sub("", text)


@functools.cache
def _simplifier() -> Any:
    import opencc  # loads its dictionaries: late

    return opencc.OpenCC("t2s")


def normalise(text: str) -> str:
    """NFKC, Traditional to Simplified, lower case. Offsets are not kept."""
    return str(_simplifier().convert(unicodedata.normalize("NFKC", text))).lower()


_DICTIONARY: dict[str, int] = {}


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


class Analyzer:
    """Cuts text into words (jieba, search mode) and character grams; safe to share between threads.

    Args:
        names: product names and models to be kept whole, besides the shipped after-sales dictionary.
        cache: private directory for jieba's dictionary cache; None is the system's temporary directory.
    """

    def __init__(self, names: Iterable[str] = (), cache: Path | None = None) -> None:
        self.names = tuple(sorted({normalise(name).strip() for name in names} - {""}))
        self._cache = cache
        self._tokenizer: Any = None
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
            kept += _latin(run) if run.isascii() else self._cut().lcut_for_search(run)
        return [word for word in kept if word not in self.stopwords]

    def grams(self, text: str) -> list[str]:
        """Single characters and pairs of neighbouring characters; Latin words and numbers whole."""
        return grams(normalise(text))

    def content(self, text: str) -> list[str]:
        """What a question is about: its words without greetings and question frames; may be empty."""
        return [word for word in self.words(text) if len(word) > 1 or not word.isascii()]

    def _cut(self) -> Any:
        if self._tokenizer is None:
            import jieba  # see `_base_dictionary`

            tokenizer = jieba.Tokenizer()
            tokenizer.FREQ, tokenizer.initialized = dict(_base_dictionary(self._cache)), True
            tokenizer.total = sum(tokenizer.FREQ.values())
            for word in (*word_list("domain"), *self.names):
                tokenizer.add_word(word)
            self._tokenizer = tokenizer
        return self._tokenizer


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
