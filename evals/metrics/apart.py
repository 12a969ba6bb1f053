"""How far texts of two lists lie apart, measured alike for both: by the words that tell them from each other.

A list that is longer, or whose writer has pet phrases, is not to look more or less alike for that: texts are cut to the
same length, and a word weighs the less the more texts of both lists use it, each list counting half.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from assistant.insight.likeness import Spread

Words = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class _Weights:
    """Word → its column and what it tells."""

    place: dict[str, int]
    tells: NDArray[np.float64]

    def rows(self, texts: Sequence[Counter[str]]) -> NDArray[np.float64]:
        """Unit rows: ``(1 + ln count)`` times what the word tells."""
        rows = np.zeros((len(texts), max(1, len(self.place))))
        for at, counts in enumerate(texts):
            for word, count in counts.items():
                rows[at, self.place[word]] = 1 + math.log(count)
        rows *= self.tells
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))


def apart(lists: Sequence[Sequence[str]], words: Words) -> list[Spread]:
    """For each list the mean cosine over all pairs, and of a text to the one most like it among equally many.

    Texts are cut to the shortest of the lists' median lengths. What a word tells is ``ln(1 / share)``, the share of texts
    that hold it being the mean over the lists (inverse document frequency, Spärck Jones 1972), ``ln 2n`` at most for lists
    of n. The nearest one is looked for among as many texts as the shortest list has, spread over the list. A list of less
    than two texts has no pairs: zeros.
    """
    told = [texts for texts in lists if texts]
    length = int(min((median(map(len, texts)) for texts in told), default=0))
    counted = [[Counter(words(text[:length])) for text in texts] for texts in lists]
    few = min((len(texts) for texts in told), default=0)
    weights = _weights([texts for texts in counted if texts], few)
    return [_spread(weights.rows(texts), few) if len(texts) > 1 else Spread(0.0, 0.0) for texts in counted]


def _weights(lists: Sequence[Sequence[Counter[str]]], few: int) -> _Weights:
    share: Counter[str] = Counter()
    for texts in lists:
        for counts in texts:
            for word in counts:
                share[word] += 1 / (len(texts) * len(lists))  # type: ignore[assignment]
    most = math.log(2 * max(1, few))
    tells = [min(most, -math.log(min(1.0, part))) for part in share.values()]
    return _Weights({word: at for at, word in enumerate(share)}, np.asarray(tells or [0.0]))


def _spread(rows: NDArray[np.float64], few: int) -> Spread:
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, 0)
    n = len(rows)
    some = [int(at * n / few) for at in range(min(few, n))]
    nearest = cosines[np.ix_(some, some)].max(axis=1).mean()
    return Spread(round(float(cosines.sum() / (n * (n - 1))), 4), round(float(nearest), 4))
