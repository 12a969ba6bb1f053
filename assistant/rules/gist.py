"""Knows what a theme comes down to in words: its situation, its thing, its people, its most typical voice."""

from collections import Counter
from collections.abc import Sequence
from functools import cache

from assistant.domain.themes import ThemeMaterial, Voice
from assistant.domain.vocabulary import ASPECTS, DEEP_CATEGORIES, Aspect, DeepCategory
from assistant.rules.lexicon import table, words
from assistant.rules.segment import trim
from assistant.rules.topics import frame_fields

TITLE_MOST = 18
_COMMON = 0.34
"""Share of the voices that must bear a situation's name before the theme does."""


def situation(material: ThemeMaterial) -> str | None:
    """The frame that most voices' surfaces name, or None where none is named often enough."""
    frames = _frame_by_label()
    named = Counter(frames[label] for voice in material.voices if (label := voice.surface.split(":")[0]) in frames)
    if not named:
        return None
    frame, count = min(named.items(), key=lambda item: (-item[1], item[0]))
    return frame if count >= _COMMON * len(material.voices) else None


@cache
def _frame_by_label() -> dict[str, str]:
    return {fields["label"]: frame for frame, fields in frame_fields().items()}


def typical(voices: Sequence[Voice]) -> list[Voice]:
    """The voices, most typical first: those whose words most others share, unmasked and short before others."""
    pairs = {voice.n: _pairs(voice.quote + voice.surface) for voice in voices}
    shared = Counter(pair for said in pairs.values() for pair in said)

    def rank(voice: Voice) -> tuple[float, int]:
        said = pairs[voice.n]
        weight = sum(shared[pair] - 1 for pair in said) / max(12, len(said))
        return (-weight + 5.0 * ("⟦" in voice.quote) + 0.5 * (len(voice.quote) < 8), voice.n)

    return sorted(voices, key=rank)


def _pairs(text: str) -> set[str]:
    kept = "".join(c for c in text if c.isalnum())
    return {kept[at : at + 2] for at in range(len(kept) - 1)}


def thing(material: ThemeMaterial) -> str:
    """What the theme is about: its product where most records name one, else 产品."""
    total = sum(count for _, count in material.products)
    if material.products and material.products[0][1] * 2 >= total and 0 < len(material.products[0][0]) <= 12:
        return material.products[0][0]
    return "产品"


def people(material: ThemeMaterial) -> str:
    """Whose need it mostly is, in words for a document."""
    segment = material.segments[0][0] if material.segments else "unknown"
    return words("ideas", "segments", segment) or words("ideas", "segments", "unknown")


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
    return {category: tuple(found) for category, found in marks.items()}


def _core(sentence: str) -> str:
    return sentence.replace("{who}", "")


def short(text: str, most: int) -> str:
    """At most so many characters of a text, cut at a clause where one ends in time, never inside a masked value."""
    text = text.split("⟦")[0].replace("\n", " ") if "⟦" in text[:most] else text.replace("\n", " ")
    if len(text) <= most:
        return text[slice(*trim(text, 0, len(text)))]
    ends = [at for at, c in enumerate(text[: most + 1]) if c in ",，。;；!！?？ " and at >= 6]
    cut = ends[-1] if ends else most
    return text[slice(*trim(text, 0, cut))]


def said(voice: Voice, most: int = 60) -> str:
    """A voice's quote in quotation marks, shortened at its end at most."""
    quote = short(voice.quote, most) or voice.quote
    return f"「{quote}」" if "“" in quote or "”" in quote else f"“{quote}”"
