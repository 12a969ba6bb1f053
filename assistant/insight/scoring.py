"""What an idea is worth looking at: six counted parts, their weights, and the marks of ideas that miss the loop."""

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from assistant.domain.drafts import IdeaDraft
from assistant.domain.themes import ThemeMaterial, Voice
from assistant.domain.vocabulary import TrendStatus
from assistant.insight.wording import letter_pairs

WEIGHTS: Mapping[str, float] = {
    "reach": 0.25,
    "severity": 0.20,
    "evidence": 0.20,
    "trend": 0.15,
    "effort": 0.10,
    "fit": 0.10,
}
"""How much each part counts, together 1. What customers say (reach, severity, evidence, trend) is four fifths."""

_TREND: Mapping[TrendStatus, float] = {
    "new": 0.9, "growing": 1.0, "steady": 0.5, "too_few": 0.4, "fading": 0.2, "gone": 0.0,
}  # fmt: skip
_ENOUGH_CUSTOMERS = 4
_LIGHT_FEATURES = 4


@dataclass(frozen=True, slots=True)
class Weight:
    """What the corpus says of a theme beside its material."""

    severity: float
    """Mean severity of its insights, 1 to 5."""
    most_customers: int
    """Customers of the largest theme: what a full `reach` is measured by."""


def score_parts(draft: IdeaDraft, material: ThemeMaterial, cited: Sequence[Voice], weight: Weight) -> dict[str, float]:
    """The parts of an idea's score, each 0 to 1.

    - reach: log of the theme's customers against the largest theme's.
    - severity: mean severity from 1 (0) to 5 (1).
    - evidence: independent customers among the voices it answers, full from four on.
    - trend: growing and new needs first, those gone last.
    - effort: lightness by route and kind of result, less for many features (`data/marks.toml`).
    - fit: names what changes for the deep need, answers a wish in the customer's own words, speaks of the same
      things as the voices; halved where the idea bears a mark.
    """
    customers = {voice.customer_id or voice.record_id for voice in cited}
    reach = math.log1p(material.theme.customers) / math.log1p(max(1, weight.most_customers, material.theme.customers))
    parts = {
        "reach": reach,
        "severity": (weight.severity - 1) / 4,
        "evidence": len(customers) / _ENOUGH_CUSTOMERS,
        "trend": _TREND[material.theme.trend],
        "effort": _lightness(draft),
        "fit": _fit(draft, cited),
    }
    return {name: round(min(1.0, max(0.0, value)), 3) for name, value in parts.items()}


def total(parts: Mapping[str, float]) -> float:
    """The weighted sum of the parts, 0 to 1."""
    return round(sum(WEIGHTS[name] * parts[name] for name in WEIGHTS), 3)


def marks_of(draft: IdeaDraft) -> tuple[str, ...]:
    """``cost_cutting`` and ``parts_selling`` where the idea's words show that it misses the loop."""
    text = "。".join([draft.title, draft.concept, draft.how_it_differs, draft.job_to_be_done, *draft.features])
    return tuple(mark for mark, patterns in _patterns().items() if any(pattern.search(text) for pattern in patterns))


def _lightness(draft: IdeaDraft) -> float:
    effort = _data()["effort"]
    heavy = 0.05 * max(0, len(draft.features) - _LIGHT_FEATURES)
    return float(effort["route"][draft.route]) + float(effort["nbn_type"][draft.nbn_type]) - heavy


def _fit(draft: IdeaDraft, cited: Sequence[Voice]) -> float:
    deep = 0.4 if draft.changes_deep.strip() else 0.0
    wish = 0.3 if any(voice.suggestion for voice in cited) else 0.0
    said = {pair for voice in cited for pair in letter_pairs(voice.quote + voice.surface + (voice.suggestion or ""))}
    idea = letter_pairs(draft.title + draft.concept)
    fit = deep + wish + 0.3 * min(1.0, 4 * len(idea & said) / max(1, len(idea)))
    return fit / 2 if marks_of(draft) else fit


@cache
def _data() -> dict[str, dict[str, dict[str, float]]]:
    text = files("assistant.insight").joinpath("data", "marks.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _patterns() -> dict[str, list[re.Pattern[str]]]:
    return {mark: [re.compile(p) for p in _data()[mark]] for mark in ("cost_cutting", "parts_selling")}
