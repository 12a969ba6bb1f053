"""Whether a query is about anything in the index at all: greetings and other people's matters find nothing.

Cosines of a small local model can't tell (an off-topic question is near *something* too), words can. Measured with 33
off-topic questions against three corpora (real water-heater reviews, real JD utterances, the sample corpus) and held-out
on-topic texts: at `ENOUGH` 76 to 91 % of the off-topic are refused, and 0 to 4 % of the on-topic lost.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

ENOUGH = 0.27


def is_about(words: Collection[str], known: Mapping[str, int], total: int, best: Iterable[Collection[str]]) -> bool:
    """True where the corpus knows enough of the query's words, and one of the best passages holds enough of them.

    The measure is the mean of two shares of the query's weight in idf: of the words known anywhere, and of the words
    in whichever of the best passages holds most.

    Args:
        words: the query's content words.
        known: word → number of passages that have it.
        total: number of passages.
        best: the words of the best passages found.
    """
    weights = {word: _idf(known.get(word, 0), total) for word in words}
    whole = sum(weights.values())
    if not whole:
        return False
    anywhere = sum(weight for word, weight in weights.items() if known.get(word, 0))
    together = max((sum(w for word, w in weights.items() if word in held) for held in best), default=0.0)
    return (anywhere + together) / (2 * whole) >= ENOUGH


def above_floor(
    fused: Mapping[int, float], cosines: Mapping[int, float], shared: Sequence[int], floor: float
) -> set[int]:
    """Rows that share words with the query or are at least `floor` near it."""
    near = {row for row, cosine in cosines.items() if cosine >= floor}
    return (near | set(shared)) & set(fused)


def _idf(frequency: int, total: int) -> float:
    return math.log1p((total - frequency + 0.5) / (frequency + 0.5)) if frequency <= total else 0.0
