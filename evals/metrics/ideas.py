"""How ideas are measured: sentences said more than once, themes reached, and how far ideas lie apart."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.insight.features import Embed, Vectors
from assistant.insight.likeness import centred, gist_of, spread

_SENTENCE = re.compile(r"[。！？!?\n]+")
_TEXTS = ("audience", "job_to_be_done", "concept", "how_it_differs", "route_why")
_LISTS = ("features", "assumptions", "tests", "next_needs")


@dataclass(frozen=True, slots=True)
class Plain:
    """An idea as it is measured, wherever it came from."""

    title: str
    concept: str
    sentences: tuple[str, ...]

    @property
    def gist(self) -> str:
        """The words by which ideas are compared."""
        return gist_of(self.title, self.concept)


def plain_idea(row: Mapping[str, Any]) -> Plain:
    """An idea out of its row or its draft as a mapping; parts that are missing are blank."""
    texts = [str(row.get(name, "")) for name in _TEXTS]
    texts += [str(one) for name in _LISTS for one in row.get(name, ()) if isinstance(one, str)]
    texts += list(row.get("changes", {}).values())
    said = [sentence.strip() for text in texts for sentence in _SENTENCE.split(text)]
    return Plain(str(row["title"]), str(row["concept"]), tuple(sentence for sentence in said if sentence))


def repeated_share(ideas: Iterable[Plain]) -> float:
    """Share of all sentences that stand in the list more than once, 0 to 1."""
    counts = Counter(sentence for idea in ideas for sentence in idea.sentences)
    whole = sum(counts.values())
    return sum(n for n in counts.values() if n > 1) / whole if whole else 0.0


def spread_figures(ideas: Sequence[Plain], embed: Embed, shared: Vectors | None, alike: int) -> dict[str, float]:
    """Mean likeness over all pairs, and of each idea to the one most like it among `alike` ideas spread over the list.

    ``similarity_titles`` compares what the ideas are, ``similarity_whole`` titles and concepts, ``similarity`` the same
    without what they quote of customers. Longer texts are more alike, whatever they say, so lists of other lengths are
    compared by their titles; and the more ideas there are, the nearer the nearest, so of both lists as many are taken.
    """
    step = max(1, len(ideas) / max(1, alike))
    some = [ideas[int(n * step)] for n in range(min(alike, len(ideas)))]
    return {
        "similarity_titles": spread([idea.title for idea in ideas], embed, shared).pairs,
        "similarity_whole": spread([f"{idea.title}。{idea.concept}" for idea in ideas], embed, shared).pairs,
        "similarity": spread([idea.gist for idea in ideas], embed, shared).pairs,
        "nearest": spread([idea.gist for idea in some], embed, shared).nearest,
    }


def themes_reached(ideas: Sequence[Plain], themes: Sequence[str], embed: Embed, shared: Vectors | None) -> float:
    """Share of themes (by their words) that are the one most like at least one idea: a measure that needs no ids."""
    if not ideas or not themes:
        return 0.0
    texts = centred([f"{idea.title}。{idea.concept}" for idea in ideas], embed, shared)
    nearest = np.argmax(texts @ centred(list(themes), embed, shared).T, axis=1)
    return len(set(nearest.tolist())) / len(themes)
