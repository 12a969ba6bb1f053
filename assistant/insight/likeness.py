"""How like two ideas are, and whether one is there already: kept, on the market, on the roadmap or rejected before."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.domain.drafts import IdeaDraft
from assistant.domain.ideas import Idea, IdeaHead, Known, Refusal
from assistant.domain.themes import ThemeMaterial
from assistant.insight.features import Embed, Vectors
from assistant.insight.wording import letter_pairs

SAME = 0.85
"""Cosine, less what all texts of the house share, from which two ideas are the same whatever their words. On the sample
corpus ideas made of one piece are at .86 and above, nineteen in twenty pairs of others below .62."""
SAME_WORDS = 0.6
"""Share of common letter pairs (Dice) in the ideas' own words from which they are the same."""
SAME_TITLE = 0.8
"""The same for the titles of ideas that share half as many words."""
COVERED = 0.7
"""Share of the words of something released or planned that an idea says again: then it proposes what there is."""
_APART = 0.1
"""Cosine below which words are not compared: what shares so little shares no sentence."""
_FEWEST = 4
"""Letter pairs below which a released or planned thing is too short to be compared by."""
_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|《[^》]*》|\"[^\"]*\"|（[^）]*）$")


def gist_of(title: str, concept: str) -> str:
    """The words by which ideas are compared: title and concept without what they quote, and without a theme's name."""
    return f"{own_words(title)}。{own_words(concept)}"


def own_words(text: str) -> str:
    """A text without what it quotes."""
    return _QUOTED.sub("", text)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What there is already, to which ideas are compared."""

    released: tuple[Known, ...] = ()
    planned: tuple[Known, ...] = ()
    rejected: tuple[Known, ...] = ()


class Seen:
    """Ideas kept so far, and what they are compared to; remembers what it lets through."""

    def __init__(self, embed: Embed, shelf: Shelf | None = None, anchors: Sequence[str] = ()) -> None:
        """`anchors` are texts of the same house: what they share tells no idea from another."""
        self._embed, self._shelf = embed, shelf or Shelf()
        self._known: list[_Told] = []
        self._shared = shared_by(anchors, embed)
        self._rows = np.zeros((0, 0), np.float32)
        """One row for each of the known, and room for more."""
        rejected = [own_words(one.text) for one in self._shelf.rejected]
        self._rejected = [
            _Told(one.id, one.text.partition("。")[0], letter_pairs(gist))
            for one, gist in zip(self._shelf.rejected, rejected, strict=True)
        ]
        self._turned_down = self._vectors(rejected)

    def remember(self, ideas: Sequence[Idea]) -> None:
        """Take in ideas that are kept from earlier runs."""
        gists = [gist_of(idea.title, idea.concept) for idea in ideas]
        self._add(self._vectors(gists))
        self._known += [_Told(idea.id, idea.title, letter_pairs(g)) for idea, g in zip(ideas, gists, strict=True)]

    def refuse(self, draft: IdeaDraft, idea_id: str, products: Iterable[str]) -> Refusal | None:
        """Why a draft is not worth keeping beside what there is, or None: then it is remembered under its id."""
        gist = gist_of(draft.title, draft.concept)
        row = self._vectors([gist])[0]
        found = (
            _on_shelf(draft, "released", self._shelf.released, set(products))
            or _on_shelf(draft, "planned", self._shelf.planned, set(products))
            or _nearest("rejected_before", draft, gist, row, self._rejected, self._turned_down)
            or _nearest("duplicate", draft, gist, row, self._known, self._rows[: len(self._known)])
        )
        if found is None:
            self._add(row[None, :])
            self._known.append(_Told(idea_id, draft.title, letter_pairs(gist)))
        return found

    def _add(self, rows: Vectors) -> None:
        """Put rows behind those of the known, who are not yet more by them."""
        if not len(rows):
            return
        there = len(self._known)
        if there + len(rows) > len(self._rows):
            room = np.zeros((2 * (there + len(rows)), rows.shape[1]), np.float32)
            room[:there] = self._rows[:there] if there else room[:0]
            self._rows = room
        self._rows[there : there + len(rows)] = rows

    def _vectors(self, texts: list[str]) -> Vectors:
        return centred(texts, self._embed, self._shared)


def most_alike(idea: IdeaHead, others: Iterable[IdeaHead], most: int) -> list[tuple[IdeaHead, float]]:
    """The ideas most like one, the most like first, with a likeness of 0 to 1; nothing is embedded for it.

    Cosine over letter pairs of title and concept without quotes, a pair weighing ``ln(1 / share of ideas that have it)``,
    so that what all ideas say makes none of them alike.
    """
    known = {one.id: one for one in others}
    pairs = {one.id: letter_pairs(gist_of(one.title, one.concept)) for one in (idea, *known.values())}
    held = Counter(pair for own in pairs.values() for pair in own)
    weight = {pair: math.log((1 + len(pairs)) / count) ** 2 for pair, count in held.items()}
    length = {one: math.sqrt(sum(weight[pair] for pair in own)) or 1.0 for one, own in pairs.items()}
    mine = pairs[idea.id]
    found = [
        (sum(weight[pair] for pair in own & mine) / (length[one] * length[idea.id]), one)
        for one, own in pairs.items()
        if one != idea.id
    ]
    return [(known[one], round(likeness, 2)) for likeness, one in sorted(found, reverse=True)[:most] if likeness > 0]


def anchors_of(material: ThemeMaterial) -> list[str]:
    """Texts of a theme by which it is found out what all texts of the house share."""
    theme = material.theme
    return [f"{theme.title}。{theme.surface}。{voice.secondary}{voice.quote}" for voice in material.voices[:3]]


def shared_by(texts: Sequence[str], embed: Embed) -> Vectors | None:
    """What texts of one house have in common: the mean of their vectors; None where there are none."""
    kept = sorted({text for text in texts if text.strip(" 。")})
    return np.asarray(embed(kept), np.float32).mean(axis=0) if kept else None


def centred(texts: list[str], embed: Embed, shared: Vectors | None) -> Vectors:
    """Unit rows of texts, less what the house's texts share."""
    if not texts:
        return np.zeros((0, 0), np.float32)
    rows = np.asarray(embed(texts), np.float32)
    rows = rows if shared is None else rows - shared
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)


def _on_shelf(draft: IdeaDraft, reason: str, known: Sequence[Known], products: set[str]) -> Refusal | None:
    """The thing on the shelf, of a product the idea is about, whose words it says again most."""
    said = letter_pairs(own_words("。".join([draft.title, draft.concept, *draft.features])))
    best = Refusal(reason, draft.title)
    for one in known:
        pairs = letter_pairs(one.text)
        elsewhere = one.product and one.product not in products and one.product not in draft.title
        covered = len(pairs & said) / max(1, len(pairs))
        if len(pairs) >= _FEWEST and not elsewhere and covered >= max(COVERED, best.likeness):
            best = Refusal(reason, draft.title, one.id, one.text, round(covered, 2))
    return best if best.likeness else None


@dataclass(frozen=True, slots=True)
class _Told:
    """An idea as it is compared to."""

    id: str
    title: str
    pairs: frozenset[str]
    """Letter pairs of its gist."""


def _nearest(
    reason: str, draft: IdeaDraft, gist: str, row: Vectors, known: Sequence[_Told], rows: Vectors
) -> Refusal | None:
    """The first known idea that says the same, or None."""
    if not known:
        return None
    pairs = letter_pairs(gist)
    cosines = rows @ row
    for at in np.flatnonzero(cosines >= _APART).tolist():
        one, cosine = known[at], float(cosines[at])
        words = _dice(pairs, one.pairs)
        named = words >= SAME_WORDS / 2 and _alike_in_name(draft.title, one.title)
        if cosine >= SAME or words >= SAME_WORDS or named:
            return Refusal(reason, draft.title, one.id, one.title, round(max(cosine, words), 2))
    return None


@dataclass(frozen=True, slots=True)
class Spread:
    """How far a list of ideas lies apart: mean likeness over all pairs, and of each idea to the one most like it."""

    pairs: float
    nearest: float


def spread(texts: Sequence[str], embed: Embed, shared: Vectors | None = None) -> Spread:
    """Likeness of texts as cosines less what is shared, negative ones as 0; zeros where there are less than two."""
    if len(texts) < 2:
        return Spread(0.0, 0.0)
    rows = centred(list(texts), embed, shared).astype(np.float64)
    cosines = np.clip(rows @ rows.T, 0, 1)
    np.fill_diagonal(cosines, 0)
    n = len(texts)
    return Spread(round(float(cosines.sum() / (n * (n - 1))), 4), round(float(cosines.max(axis=1).mean()), 4))


def _alike_in_name(one: str, other: str) -> bool:
    return _dice(letter_pairs(own_words(one)), letter_pairs(own_words(other))) >= SAME_TITLE


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / max(1, len(one) + len(other))
