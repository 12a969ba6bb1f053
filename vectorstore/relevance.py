"""Whether a query is about anything in the index at all: greetings and other people's matters find nothing.

Cosines of a small local model can't tell (an off-topic question is near *something* too), words can: how much of the
query the corpus knows, whether it says some word of it more than people in general do, and whether the query holds a
word of other matters (``data/other_matters.txt``) that the corpus does not say so. How much is enough hangs on the
corpus: a big one knows a word of anything. So the bar is measured on the corpus itself, with questions that are
nobody's business (``data/elsewhere.txt``). A question lost costs more than one answered in vain: where nothing speaks
against a query, little need speak for it.
"""

import math
import threading
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

REFUSED = 0.8
"""Share of the questions from elsewhere that must find nothing by what speaks for them alone."""
PECULIAR, TRADE = 0.2, 0.7
"""Weight of the most peculiar word (a logarithm, within `_BOUNDS`), and of a word of goods and service in the query."""
OTHER, MOST_OTHERS = 1.0, 2
"""What a word of other matters takes away, and how many of them count."""
_OWN, _OWN_PASSAGES = 1.0, 2
"""So peculiar a word (a logarithm) in so many passages is the corpus' own matter."""
_BOUNDS = -2.0, 8.0
_RARE = 5
_PER_PASSAGE = 20
"""A passage has about so many words."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as the floor sees it."""

    words: frozenset[str]
    pairs: frozenset[str]
    """Pairs of characters, stop words left out."""
    trade: bool
    """It holds a word of goods, faults or service."""
    others: frozenset[str] = frozenset()
    """Words of the other ways to say it."""
    elsewhere: frozenset[str] = frozenset()
    """Its words of other matters."""

    @property
    def terms(self) -> frozenset[str]:
        """All of its words that are looked up."""
        return self.words | self.others | self.elsewhere


@dataclass(frozen=True, slots=True)
class Known:
    """What a corpus knows of some queries' terms."""

    total: int
    words: Mapping[str, int]
    pairs: Mapping[str, int]


class Bar:
    """Keeps the bar of one state of the index; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[Hashable, float] | None = None

    def at(self, key: Hashable, measure: Callable[[], float]) -> float:
        """The bar under this key, measured when it is first asked for."""
        with self._lock:
            if self._kept is None or self._kept[0] != key:
                self._kept = key, measure()
            return self._kept[1]


def heard_of(asked: Asked, known: Known) -> bool:
    """Whether a corpus knows any word or pair of a query, or another way to say it."""
    return any(map(known.words.get, asked.words | asked.others)) or any(map(known.pairs.get, asked.pairs))


def evidence(asked: Asked, known: Known, general: Callable[[str], float]) -> float:
    """How much speaks for a query being about a corpus, less what speaks against it; comparable within one corpus only.

    The sum of the shares (in idf) of its words and of its pairs that the corpus knows, of how peculiar to the corpus
    its most peculiar word is, or that of another way to say it, and of its holding a word of the trade; less `OTHER`
    for each word of other matters that is not the corpus' own.

    Args:
        asked: the query.
        known: the corpus.
        general: word → its count per million in general language.
    """
    words = _share(asked.words, known.words, known.total)
    pairs = _share(asked.pairs, known.pairs, known.total) if asked.pairs else words
    peculiar = max((_peculiar(word, known, general) for word in asked.words | asked.others), default=_BOUNDS[0])
    against = sum(not _own(word, known, general) for word in asked.elsewhere)
    return words + pairs + PECULIAR * peculiar + TRADE * asked.trade - OTHER * min(against, MOST_OTHERS)


def bar(probes: Sequence[Asked], known: Known, general: Callable[[str], float]) -> float:
    """The evidence that `REFUSED` of the probes do not reach, their words of other matters not held against them.

    Those words are known only in part, so the bar must hold without them.
    """
    found = [evidence(replace(probe, elsewhere=frozenset()), known, general) for probe in probes]
    return float(np.quantile(found, REFUSED)) if found else 0.0


def above_floor(
    fused: Mapping[int, float], cosines: Mapping[int, float], shared: Sequence[int], floor: float
) -> set[int]:
    """Rows that share words with the query or are at least `floor` near it."""
    near = {row for row, cosine in cosines.items() if cosine >= floor}
    return (near | set(shared)) & set(fused)


def _share(terms: Collection[str], known: Mapping[str, int], total: int) -> float:
    weights = {term: _idf(known.get(term, 0), total) for term in terms}
    whole = sum(weights.values())
    return sum(weight for term, weight in weights.items() if known.get(term, 0)) / whole if whole else 0.0


def _peculiar(word: str, known: Known, general: Callable[[str], float]) -> float:
    if not known.words.get(word):  # a word that neither knows is nobody's own
        return _BOUNDS[0]
    here = (known.words.get(word, 0) + 0.1) / max(1, known.total)
    elsewhere = (general(word) + _RARE / 60) * _PER_PASSAGE / 1e6
    return min(max(math.log(here / elsewhere), _BOUNDS[0]), _BOUNDS[1])


def _own(word: str, known: Known, general: Callable[[str], float]) -> bool:
    return known.words.get(word, 0) >= _OWN_PASSAGES and _peculiar(word, known, general) > _OWN


def _idf(frequency: int, total: int) -> float:
    return math.log1p((total - frequency + 0.5) / (frequency + 0.5)) if frequency <= total else 0.0
