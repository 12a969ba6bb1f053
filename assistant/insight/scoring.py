"""What an idea is worth looking at: six counted parts and their weights, and what people's votes and edits do to it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.domain.drafts import IdeaDraft
from assistant.domain.ideas import Focus, Idea, IdeaWeights
from assistant.domain.themes import ThemeMaterial, Voice
from assistant.domain.vocabulary import TrendStatus
from assistant.insight.hard_rule import MARKS, data, marks_of
from assistant.insight.wording import letter_pairs

__all__ = ["Weight", "counted_parts", "effort_class", "marks_of", "ranked", "score_parts", "total"]

_TREND: Mapping[TrendStatus, float] = {
    "new": 0.9, "growing": 1.0, "steady": 0.5, "too_few": 0.4, "fading": 0.2, "gone": 0.0,
}  # fmt: skip
_ENOUGH_CUSTOMERS = 4
_LIGHT_FEATURES = 4
_LIGHT, _MEDIUM = 0.6, 0.4
_FOCUSED = 0.4
"""Share of the fit that the house's own focus decides, where it has one."""
_FEW_VOTES = 2
"""Votes that stand against the first ones, so that one person alone does not turn the list over."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What the corpus says of a theme beside its material."""

    severity: float
    """Mean severity of its insights, 1 to 5."""
    most_customers: int
    """Customers of the largest theme: what a full `reach` is measured by."""


def score_parts(
    draft: IdeaDraft, material: ThemeMaterial, cited: Sequence[Voice], weight: Weight, weights: IdeaWeights
) -> dict[str, float]:
    """The parts of an idea's score, each 0 to 1.

    - reach: log of the theme's customers against the largest theme's.
    - severity: mean severity from 1 (0) to 5 (1).
    - trend: growing and new needs first, those gone last.
    - evidence: independent customers among the voices it answers, full from four on.
    - effort: lightness by route and kind of result, less for many features (`data/marks.toml`); see `effort_class`.
    - fit: names what changes for the deep need, answers a wish in the customer's own words, speaks of the same
      things as the voices; where the house has a focus, two fifths are whether the idea is in it.
    """
    customers = {voice.customer_id or voice.record_id for voice in cited}
    parts = {
        **counted_parts(material, weight),
        "evidence": len(customers) / _ENOUGH_CUSTOMERS,
        "effort": _lightness(draft),
        "fit": _fit(draft, material, cited, weights.focus),
    }
    return {name: round(min(1.0, max(0.0, value)), 3) for name, value in parts.items()}


def counted_parts(material: ThemeMaterial, weight: Weight) -> dict[str, float]:
    """Those parts that change with the corpus while the idea stays: reach, severity, trend."""
    reach = math.log1p(material.theme.customers) / math.log1p(max(1, weight.most_customers, material.theme.customers))
    found = {"reach": reach, "severity": (weight.severity - 1) / 4, "trend": _TREND[material.theme.trend]}
    return {name: round(min(1.0, max(0.0, value)), 3) for name, value in found.items()}


def total(parts: Mapping[str, float], weights: IdeaWeights) -> float:
    """The weighted sum of the parts, 0 to 1."""
    return round(sum(share * parts.get(name, 0.0) for name, share in weights.parts.items()), 3)


def ranked(idea: Idea, weights: IdeaWeights) -> float:
    """What lists are ordered by.

    ``score × (mark where the idea bears a mark that misses the loop) + vote × (for − against) / (votes + 2) + edit where
    a person wrote words of it``; never below 0.
    """
    missed = any(mark in MARKS for mark in idea.marks)
    up, down = idea.votes
    moved = weights.vote * (up - down) / (up + down + _FEW_VOTES)
    rank = idea.score * (weights.mark if missed else 1.0) + moved + weights.edit * idea.edited
    return round(max(0.0, rank), 4)


def effort_class(part: float) -> Literal["light", "medium", "heavy"]:
    """The class of an effort part."""
    return "light" if part >= _LIGHT else "medium" if part >= _MEDIUM else "heavy"


def _lightness(draft: IdeaDraft) -> float:
    effort = data()["effort"]
    heavy = 0.05 * max(0, len(draft.features) - _LIGHT_FEATURES)
    return float(effort["route"][draft.route]) + float(effort["nbn_type"][draft.nbn_type]) - heavy


def _fit(draft: IdeaDraft, material: ThemeMaterial, cited: Sequence[Voice], focus: Sequence[Focus]) -> float:
    deep = 0.4 if draft.changes_deep.strip() else 0.0
    wish = 0.3 if any(voice.suggestion for voice in cited) else 0.0
    said = {pair for voice in cited for pair in letter_pairs(voice.quote + voice.surface + (voice.suggestion or ""))}
    idea = letter_pairs(draft.title + draft.concept)
    fit = deep + wish + 0.3 * min(1.0, 4 * len(idea & said) / max(1, len(idea)))
    if focus:
        fit = (1 - _FOCUSED) * fit + _FOCUSED * any(_within(one, draft, material) for one in focus)
    return fit


def _within(focus: Focus, draft: IdeaDraft, material: ThemeMaterial) -> bool:
    text = draft.title + draft.job_to_be_done + draft.concept
    asked = (
        (focus.products, any(product in focus.products for product, _ in material.products)),
        (focus.segments, any(segment in focus.segments for segment, _ in material.segments)),
        (focus.deep, material.theme.deep_category in focus.deep),
        (focus.lenses, draft.lens in focus.lenses),
        (focus.types, draft.nbn_type in focus.types),
        (focus.words, any(word in text for word in focus.words)),
    )
    return all(met for wanted, met in asked if wanted)
