"""What a theme's ladder rests on: how far its rungs are proved, and the motive that most of its voices have."""

from collections import Counter
from collections.abc import Callable, Sequence

from assistant.domain.insights import Insight, LadderStanding
from assistant.domain.vocabulary import DeepCategory, Standing
from assistant.insight.members import Member, count_customers

INDEPENDENT = 3
"""Customers it takes before a theme's deeper rungs are more than a hypothesis."""

_RISING: tuple[Standing, ...] = ("implied", "stated")


def standing_of(members: Sequence[Member], deep_category: DeepCategory) -> LadderStanding:
    """How far the rungs of a theme are proved: what `INDEPENDENT` customers bear out is more than a hypothesis."""
    return LadderStanding(
        "stated",
        _proved(members, lambda insight: insight.standing.secondary),
        _proved(
            [m for m in members if deep_category in (m.insight.deep_category, m.insight.deep_category_alt)],
            lambda insight: insight.standing.deep,
        ),
    )


def _proved(members: Sequence[Member], rung: Callable[[Insight], Standing]) -> Standing:
    best: Standing = "hypothesis"
    for level in _RISING:
        reached = _RISING[_RISING.index(level) :]
        if count_customers(m for m in members if rung(m.insight) in reached) >= INDEPENDENT:
            best = level
    return best


def deep_category_of(members: Sequence[Member]) -> DeepCategory:
    """The motive named by most voices; a second motive of an insight counts half, ties go by name."""
    weights: Counter[DeepCategory] = Counter()
    for member in {m.voice_key: m for m in members}.values():
        weights[member.insight.deep_category] += 2
        if member.insight.deep_category_alt is not None:
            weights[member.insight.deep_category_alt] += 1
    return min(weights, key=lambda category: (-weights[category], category))
