"""How good a ranking is: nDCG, recall and average precision with binary or graded relevance.

A ranking is the ids as found, best first; ids found twice count once, at their first place.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence


def ndcg_at(ranking: Sequence[str], relevant: Collection[str] | Mapping[str, float], k: int = 10) -> float:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002), gain / log2(rank + 1), in [0, 1].

    `relevant` is ids, each worth 1, or id → gain > 0. Without any it is 0.
    """
    gains = dict(relevant) if isinstance(relevant, Mapping) else dict.fromkeys(relevant, 1.0)
    found = _discounted(gains.get(key, 0.0) for key in _once(ranking)[:k])
    best = _discounted(sorted(gains.values(), reverse=True)[:k])
    return found / best if best else 0.0


def recall_at(ranking: Sequence[str], relevant: Collection[str], k: int = 20) -> float:
    """Share of the relevant ids that stand among the first k; 0 without any. In [0, 1]."""
    wanted = set(relevant)
    return sum(key in wanted for key in _once(ranking)[:k]) / len(wanted) if wanted else 0.0


def average_precision(ranking: Sequence[str], relevant: Collection[str]) -> float:
    """Mean of the precisions at the place of each relevant id; one not found counts 0. In [0, 1]."""
    wanted = set(relevant)
    right, total = 0, 0.0
    for place, key in enumerate(_once(ranking), start=1):
        if key in wanted:
            right += 1
            total += right / place
    return total / len(wanted) if wanted else 0.0


def _once(ranking: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(ranking))


def _discounted(gains: Iterable[float]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, start=1))
