"""jieba's cut for search engines, word for word the same, in about half the time.

jieba looks a run over three times (what may begin here, which way is likeliest, what comes out) and takes a logarithm
for each possible word. Here the likeliest way is found while looking, logarithms are taken once a word, and what its
hidden Markov model makes of a few loose characters is remembered.
"""

import functools
import math
import re
from collections.abc import Callable, Iterator, Mapping

_HAN = re.compile(r"([\u4e00-\u9fd5]+)")
_REMEMBERED = 20_000


class Cutter:
    """Cuts runs of letters that hold no blanks and no ASCII. Safe to share between threads.

    Args:
        frequencies: word → how often it comes; 0 for a beginning of words that is none itself (jieba's ``FREQ``).
        total: the sum of the frequencies.
        loose: what cuts a run of characters that are no words together (jieba's ``finalseg.cut``).
    """

    def __init__(self, frequencies: Mapping[str, int], total: int, loose: Callable[[str], Iterator[str]]) -> None:
        self._frequencies = frequencies
        self._whole = math.log(total)
        self._weights: dict[str, float] = {}
        """Words met so far → logarithm of their share; 0 for beginnings."""
        self._loose = functools.lru_cache(_REMEMBERED)(lambda run: tuple(loose(run)))

    def words(self, run: str) -> list[str]:
        """The words of a run in order, before each long one the shorter ones that it holds (``lcut_for_search``)."""
        found: list[str] = []
        for word in self.plain(run):
            if len(word) > 2:
                found += self._inside(word, 2)
                if len(word) > 3:
                    found += self._inside(word, 3)
            found.append(word)
        return found

    def _inside(self, word: str, size: int) -> list[str]:
        pieces = (word[at : at + size] for at in range(len(word) - size + 1))
        return [piece for piece in pieces if self._frequencies.get(piece)]

    def plain(self, run: str) -> list[str]:
        """The words of a run in order (``lcut``)."""
        if _HAN.fullmatch(run):
            return self._cut(run)
        found: list[str] = []
        for part in _HAN.split(run):
            found += self._cut(part) if _HAN.match(part) else part
        return found

    def _cut(self, run: str) -> list[str]:
        if len(run) == 1:
            return [run]
        ends = self._likeliest(run)
        found: list[str] = []
        at = loose = 0
        while at < len(run):
            end = ends[at]
            if end - at > 1:
                if loose < at:
                    found += self._singles(run[loose:at])
                found.append(run[at:end])
                loose = end
            at = end
        return [*found, *self._singles(run[loose:])]

    def _singles(self, run: str) -> tuple[str, ...]:
        """Characters that no word joins: the model may, where they are not a known word that was not likely here."""
        if len(run) < 2 or self._frequencies.get(run):
            return tuple(run)
        return self._loose(run)

    def _likeliest(self, run: str) -> list[int]:
        """Where the word that begins at each place ends, on the likeliest way from there; of equals the longest."""
        size = len(run)
        scores, ends = [0.0] * (size + 1), [0] * size
        weigh, whole = self._weights.get, self._whole
        for begin in range(size - 1, -1, -1):
            best, best_end = -math.inf, begin + 1
            for end in range(begin + 1, size + 1):
                word = run[begin:end]
                weight = weigh(word)
                if weight is None and (weight := self._weight(word)) is None:
                    break
                if weight and (score := weight + scores[end]) >= best:
                    best, best_end = score, end
            scores[begin] = best if best > -math.inf else scores[begin + 1] - whole
            ends[begin] = best_end
        return ends

    def _weight(self, word: str) -> float | None:
        """See `_weights`; None for what neither is a word nor begins one."""
        frequency = self._frequencies.get(word)
        if frequency is not None:
            self._weights[word] = math.log(frequency) - self._whole if frequency else 0.0
        return self._weights.get(word)
