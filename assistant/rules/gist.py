"""Knows what a theme comes down to in words: its thing, its people, its aspect and its motive."""

from collections import Counter
from functools import cache

from assistant.domain.themes import ThemeMaterial
from assistant.domain.vocabulary import ASPECTS, DEEP_CATEGORIES, Aspect, DeepCategory
from assistant.rules.lexicon import table, words
from assistant.rules.scenes import plain_readings
from assistant.rules.telling import situation
from assistant.rules.topics import frame_fields

THING = "产品"
"""What a theme is about where most of its records name no product."""


def thing(material: ThemeMaterial) -> str:
    """What the theme is about: its product where most records name one, else 产品."""
    total = sum(count for _, count in material.products)
    if material.products and material.products[0][1] * 2 >= total and 0 < len(material.products[0][0]) <= 12:
        return material.products[0][0]
    return THING


def people(material: ThemeMaterial) -> str:
    """Whose need it mostly is, in words for a document; plain customers where no group is the clear majority."""
    return words("ideas", "segments", group(material)) or words("ideas", "segments", "unknown")


def group(material: ThemeMaterial) -> str:
    """The group to which at least three in five of all voices belong, those of unknown group counted in; else unknown."""
    known = sum(count for _, count in material.segments)
    total = max(known, material.theme.records, len(material.voices))
    return next((segment for segment, count in material.segments if count * 5 >= total * 3), "unknown")


def aspect_of(material: ThemeMaterial) -> Aspect:
    """The aspect most members have; that of the situation, else quality, where nothing was counted."""
    for label, _ in material.aspects:
        if label in ASPECTS:
            return label
    frame = situation(material)
    named = frame_fields()[frame]["aspect"] if frame else "quality"
    return next((aspect for aspect in ASPECTS if aspect == named), "quality")


def motive(material: ThemeMaterial) -> DeepCategory:
    """The deep category most voices' own deep rungs speak of; the theme's where they do not tell."""
    votes: Counter[DeepCategory] = Counter()
    for voice in material.voices:
        votes.update(motives_in(voice.deep))
    votes[material.theme.deep_category] += 1
    return min(votes, key=lambda category: (-votes[category], category != material.theme.deep_category, category))


def motives_in(sentence: str) -> set[DeepCategory]:
    """The deep categories whose sentence of the rules stands in this one."""
    return {category for category, marks in _motive_marks().items() if any(mark in sentence for mark in marks)}


@cache
def _motive_marks() -> dict[DeepCategory, tuple[str, ...]]:
    marks: dict[DeepCategory, list[str]] = {category: [] for category in DEEP_CATEGORIES}
    for category in DEEP_CATEGORIES:
        marks[category].append(_core(str(table("deep")[category]["text"])))
        marks[category] += [_core(f["deep_text"]) for f in frame_fields().values() if f["deep"] == category]
        marks[category] += [_core(t) for frame, t in plain_readings("deep_text").items() if _deep_of(frame) == category]
    return {category: tuple(found) for category, found in marks.items()}


def _deep_of(frame: str) -> str:
    return frame_fields()[frame]["deep"]


def _core(sentence: str) -> str:
    return sentence.replace("{who}", "")
