"""What makes two insights the same need: their words and their coded fields as one vector."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.insight.members import PARTNERS, Member

Vectors = NDArray[np.float32]
Embed = Callable[[list[str]], Vectors]
"""Texts (none of them blank) in, unit rows out."""

SURFACE, SECONDARY, DEEP = 0.30, 0.10, 0.10
CONTEXT = 0.20
"""Share of what is said around the quote, for members that have it: the rungs of the rules are sentences from templates,
so beside them the customer's own words are heard."""
ASPECT, DEEP_CATEGORY, PRODUCT, SEGMENT = 0.20, 0.15, 0.10, 0.05
"""Shares of the cosine between two insights. Words alone group needs badly (pairwise F1 about .3 on planted needs),
words and coded fields together well (above .85), so each side has half. A field that hardly varies in the
corpus says little and counts less: its share is scaled by its entropy, from a quarter up to all at two bits."""
_DIMENSIONS = 128
"""Wider embeddings are reduced to this many principal directions; enough for themes, and it bounds memory."""
_FULL_BITS = 2.0
_LEAST = 0.25
_ALIKE = 0.6
"""Mean cosine of texts from which they are held to be alike; embedders differ, few reach it on mixed texts."""
SERVICE_ASPECTS = frozenset(
    {"after_sales", "staff", "installation", "delivery", "settlement", "warranty", "parts", "price", "recycling"}
)
_SERVICE_SHARE = 0.8
"""How far such an aspect is about how the firm deals with people, whatever the product."""


@dataclass(frozen=True, slots=True)
class Spaces:
    """The same members seen in three ways: unit rows, one per member."""

    joint: Vectors
    """Words and coded fields together: says how far two insights are the same need."""
    told: Vectors
    """What is told, the wider story included, without any coded field: a second witness, blind to how it was coded."""
    words: Vectors
    """Surface and quote alone."""

    def of(self, rows: NDArray[np.int64]) -> "Spaces":
        """The same for some of the members."""
        return Spaces(self.joint[rows], self.told[rows], self.words[rows])


def spaces(members: Sequence[Member], embed: Embed) -> Spaces:
    """The members as vectors; every text is embedded once."""
    insights = [member.insight for member in members]
    words = _text([f"{item.surface}。{item.quote}" for item in insights], embed)
    secondary = _text([item.secondary for item in insights], embed)
    context = _text([member.context for member in members], embed)
    parts = [
        (SURFACE, words),
        (SECONDARY, secondary),
        (DEEP, _text([item.deep for item in insights], embed)),
        (CONTEXT, context),
        (ASPECT, _coded([[(str(item.aspect), 1.0)] for item in insights])),
        (DEEP_CATEGORY, _coded([_motives(member) for member in members])),
        (PRODUCT, _coded([_products(member) for member in members])),
        (SEGMENT, _coded([[(_party(member), 1.0)] for member in members])),
    ]
    wider = np.hstack([context, secondary * ~np.any(context, axis=1, keepdims=True)]) if context.size else secondary
    return Spaces(_joined(parts), _joined([(0.5, words), (0.5, wider)]), words)


def _joined(parts: Sequence[tuple[float, Vectors]]) -> Vectors:
    return _unit(np.hstack([np.sqrt(weight) * part for weight, part in parts if part.shape[1]]).astype(np.float32))


def _text(texts: list[str], embed: Embed) -> Vectors:
    """Rows of length one (zero for a blank) without what all texts share, for that tells nothing apart.

    Where texts share nearly everything, that share is kept as one constant direction: noise is no difference.
    """
    kept = sorted({text for text in texts if text.strip(" 。")})
    if not kept:
        return np.zeros((len(texts), 0), np.float32)
    place = {text: row for row, text in enumerate(kept)}
    vectors = np.asarray(embed(kept), np.float32)
    shared = vectors.mean(axis=0)
    alike = float(np.clip((shared @ shared - _ALIKE) / (1 - _ALIKE), 0, 1))
    apart = _unit(_reduced(vectors - shared))
    distinct = np.hstack([np.full((len(kept), 1), np.sqrt(alike), np.float32), np.sqrt(1 - alike) * apart])
    rows = np.zeros((len(texts), distinct.shape[1]), np.float32)
    for i, text in enumerate(texts):
        if text in place:
            rows[i] = distinct[place[text]]
    return rows


def _reduced(vectors: Vectors) -> Vectors:
    if vectors.shape[1] <= _DIMENSIONS or len(vectors) <= _DIMENSIONS:
        return vectors
    from sklearn.utils.extmath import randomized_svd  # slow vendor

    left, values, _ = randomized_svd(vectors, n_components=_DIMENSIONS, random_state=0)
    return np.asarray(left * values, np.float32)


def _coded(rows: Sequence[Sequence[tuple[str, float]]]) -> Vectors:
    """Rows of weights over the values that occur, of length one, scaled down where the field hardly varies."""
    values = sorted({value for row in rows for value, _ in row})
    column = {value: index for index, value in enumerate(values)}
    coded = np.zeros((len(rows), len(values)), np.float32)
    for i, row in enumerate(rows):
        for value, weight in row:
            coded[i, column[value]] += np.sqrt(weight)
    share = (coded**2).sum(axis=0) / max(1e-9, float((coded**2).sum()))
    bits = float(-(share * np.log2(np.maximum(share, 1e-12))).sum())
    return np.asarray(_unit(coded) * np.sqrt(np.clip(bits / _FULL_BITS, _LEAST, 1.0)), np.float32)


def _motives(member: Member) -> list[tuple[str, float]]:
    insight = member.insight
    if insight.deep_category_alt is None:
        return [(insight.deep_category, 1.0)]
    return [(insight.deep_category, 0.7), (insight.deep_category_alt, 0.3)]


def _products(member: Member) -> list[tuple[str, float]]:
    product = f"={member.product}" if member.product else "any"
    if member.insight.aspect in SERVICE_ASPECTS:
        return [("any", _SERVICE_SHARE), (product, 1 - _SERVICE_SHARE)] if member.product else [("any", 1.0)]
    return [(product, 1.0)]


def _party(member: Member) -> str:
    if member.segment in PARTNERS or member.segment in (None, "consumer"):
        return member.segment or "consumer"
    return "organisation"


def _unit(rows: Vectors) -> Vectors:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(length > 0, length, 1), np.float32)
