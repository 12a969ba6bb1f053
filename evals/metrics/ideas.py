"""How ideas are measured: sentences said more than once, themes reached, and how far ideas lie apart."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.insight.features import Embed, Vectors
from assistant.insight.likeness import centred, gist_of, own_words, spread
from evals.metrics.apart import Words, apart

_SENTENCE = re.compile(r"[。！？!?\n]+")
_TEXTS = ("audience", "job_to_be_done", "concept", "how_it_differs", "route_why")
_LISTS = ("features", "assumptions", "tests", "next_needs")


@dataclass(frozen=True, slots=True)
class Plain:
    """An idea as it is measured, wherever it came from."""

    title: str
    concept: str
    sentences: tuple[str, ...]
    features: tuple[str, ...] = ()

    @property
    def gist(self) -> str:
        """The words by which ideas are compared."""
        return gist_of(self.title, self.concept)

    @property
    def what(self) -> str:
        """What it is: its name and its features, without what they quote."""
        return "。".join(own_words(text) for text in (self.title, *self.features))


def plain_idea(row: Mapping[str, Any]) -> Plain:
    """An idea out of its row or its draft as a mapping; parts that are missing are blank."""
    texts = [str(row.get(name, "")) for name in _TEXTS]
    texts += [str(one) for name in _LISTS for one in row.get(name, ()) if isinstance(one, str)]
    texts += list(row.get("changes", {}).values())
    said = [sentence.strip() for text in texts for sentence in _SENTENCE.split(text)]
    features = tuple(one for one in row.get("features", ()) if isinstance(one, str))
    return Plain(
        str(row["title"]),
        str(row["concept"]),
        tuple(sentence for sentence in said if re.search(r"\w", sentence)),
        features,
    )


def repeated_share(ideas: Iterable[Plain]) -> float:
    """Share of all sentences that stand in the list more than once, 0 to 1."""
    counts = Counter(sentence for idea in ideas for sentence in idea.sentences)
    whole = sum(counts.values())
    return sum(n for n in counts.values() if n > 1) / whole if whole else 0.0


def spread_figures(lists: Mapping[str, Sequence[Plain]], words: Words) -> dict[str, float]:
    """Prefix and list of ideas → likeness of its ideas to each other, each list measured as the other (`apart`).

    ``similarity`` and ``nearest`` compare what the ideas are (names and features), ``similarity_concepts`` names and
    concepts, ``similarity_titles`` names alone.
    """
    texts = {
        "": [[idea.what for idea in ideas] for ideas in lists.values()],
        "_concepts": [[idea.gist for idea in ideas] for ideas in lists.values()],
        "_titles": [[idea.title for idea in ideas] for ideas in lists.values()],
    }
    figures: dict[str, float] = {}
    for of, pair in texts.items():
        for prefix, found in zip(lists, apart(pair, words), strict=True):
            figures[f"{prefix}similarity{of}"] = found.pairs
            figures |= {} if of else {f"{prefix}nearest": found.nearest}
    return figures


def embedded_likeness(ideas: Sequence[Plain], embed: Embed, shared: Vectors | None) -> float:
    """Mean cosine of names and concepts as the search embedder sees them, less what customers' texts share.

    It rises with the length of the concepts and with every word that customers do not use and planners do, so it compares
    a list with itself over time, not with another writer's.
    """
    return spread([idea.gist for idea in ideas], embed, shared).pairs


def themes_reached(ideas: Sequence[Plain], themes: Sequence[str], embed: Embed, shared: Vectors | None) -> float:
    """Share of themes (by their words) that are the one most like at least one idea: a measure that needs no ids."""
    if not ideas or not themes:
        return 0.0
    texts = centred([f"{idea.title}。{idea.concept}" for idea in ideas], embed, shared)
    nearest = np.argmax(texts @ centred(list(themes), embed, shared).T, axis=1)
    return len(set(nearest.tolist())) / len(themes)
