"""What a theme is shown by: its most telling voices, its counts, its own words."""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from assistant.domain.themes import Theme, ThemeMaterial, Voice
from assistant.insight.joining import head_of, leading_head
from assistant.insight.members import Member, tally
from assistant.insight.wording import letter_pairs, unmasked_part

MOST_VOICES = 12
MOST_AT_EDGE = 6
_LOOKED_AT = 2000
_ALIKE = 0.6
_WHOLE = 12
"""Pairs of letters from which a quote says a whole thing."""
_GLANCE = range(9, 61)
_UNREADABLE = re.compile(r"⟦|&#?\w+;|https?://")
_WORD = re.compile(r"^(?=.*[^\W\d_])[\w-]{2,20}$")

Words = Callable[[str], list[str]]
"""A text's words; injected, for word segmentation is known elsewhere."""


def portray(
    theme: Theme, members: Sequence[Member], keywords: Sequence[str] = (), most: int = MOST_VOICES
) -> ThemeMaterial:
    """What an engine is shown of a theme: counts over all members, and up to `most` voices numbered from 1.

    The first voices are the most telling: a whole clause of readable length in words that many others use and that
    tell the theme from others, of the situation most members name, rather a wish or what hurts. No customer speaks
    twice while others have not spoken, and no two voices say nearly the same words.
    """
    voices = tuple(_voice(n, member) for n, member in enumerate(_telling(members, keywords, most), start=1))
    return replace(_counted(theme, members), voices=voices, keywords=tuple(keywords))


def sketch(theme: Theme, members: Sequence[Member]) -> ThemeMaterial:
    """A theme by its counts alone, without a voice: what it is compared with others by."""
    return replace(_counted(theme, members), deep_categories=tally(members, lambda m: m.insight.deep_category))


def _counted(theme: Theme, members: Sequence[Member]) -> ThemeMaterial:
    return ThemeMaterial(
        theme=theme,
        voices=(),
        products=tally(members, lambda m: m.product),
        segments=tally(members, lambda m: m.segment),
        aspects=tally(members, lambda m: m.insight.aspect),
        opportunities=_opportunities(members),
        sentiment=next((value for value, _ in tally(members, lambda m: m.insight.sentiment)), "negative"),
    )


def at_edge(
    members: Sequence[Member], shown: ThemeMaterial, margins: Mapping[str, float], most: int = MOST_AT_EDGE
) -> tuple[Voice, ...]:
    """The members that are the least surely here and not shown yet, numbered on; none whose place nobody measured."""
    heard = {voice.insight_id for voice in shown.voices}
    doubted = [m for m in members if m.insight.id in margins and m.insight.id not in heard]
    doubted.sort(key=lambda m: (margins[m.insight.id], m.insight.id))
    return tuple(_voice(n, member) for n, member in enumerate(doubted[:most], start=len(shown.voices) + 1))


def beside(materials: Sequence[ThemeMaterial], most: int = 4) -> list[tuple[str, ...]]:
    """For each theme the names of those most like it; nameless ones by a surface."""
    named = [m.theme.title if m.theme.definition else m.voices[0].surface for m in materials]
    return [tuple(named[at] for at in places) for places in alike(materials, most)]


def alike(materials: Sequence[ThemeMaterial], most: int = 4) -> list[tuple[int, ...]]:
    """For each theme the places of those most like it in product, aspect and motive, the likest first."""
    marks = [_marks(material) for material in materials]
    found = []
    for at, own in enumerate(marks):
        likeness = [(len(own & other), -n) for n, other in enumerate(marks) if n != at and own & other]
        found.append(tuple(-n for _, n in sorted(likeness, reverse=True)[:most]))
    return found


def _marks(material: ThemeMaterial) -> frozenset[str]:
    leading = (material.products, material.aspects, material.deep_categories)
    values = {f"{kind}={counts[0][0]}" for kind, counts in enumerate(leading) if counts}
    return frozenset(values)


def keywords(groups: Sequence[Sequence[Member]], words: Words, most: int = 8) -> list[tuple[str, ...]]:
    """Words that tell each group from the others, most telling first, by class-based TF-IDF.

    A word's weight is its share of the group's voices times ``log(1 + mean group size / its voices overall)``
    (Grootendorst 2022); a word must be in two voices, unless the group has but one.
    """
    counts = [_voices_with(group, words) for group in groups]
    overall: Counter[str] = Counter()
    for count in counts:
        overall.update(count)
    mean = sum(sum(count.values()) for count in counts) / max(1, len(counts))
    found = []
    for group, count in zip(groups, counts, strict=True):
        fewest = 2 if len({member.voice_key for member in group}) > 1 else 1
        scored = sorted(
            ((n * math.log(1 + mean / overall[word]), word) for word, n in count.items() if n >= fewest),
            key=lambda pair: (-pair[0], pair[1]),
        )
        found.append(_uncontained([word for _, word in scored], most))
    return found


def _voices_with(group: Sequence[Member], words: Words) -> Counter[str]:
    said: dict[str, set[str]] = {}
    for member in group[:_LOOKED_AT]:
        text = unmasked_part(f"{member.insight.surface}\n{member.insight.quote}")
        said.setdefault(member.voice_key, set()).update(w for w in words(text) if _WORD.match(w))
    return Counter(word for voice in said.values() for word in voice)


def _uncontained(ranked: Sequence[str], most: int) -> tuple[str, ...]:
    kept: list[str] = []
    for word in ranked:
        if not any(word in other or other in word for other in kept):
            kept.append(word)
        if len(kept) == most:
            break
    return tuple(kept)


def _telling(members: Sequence[Member], keywords: Sequence[str], most: int) -> list[Member]:
    looked_at = sorted(members, key=lambda m: m.insight.id)[:_LOOKED_AT]
    said = {m.insight.id: letter_pairs(m.insight.quote) for m in looked_at}
    worth = _Worth(looked_at, said, keywords)
    ranked = sorted(looked_at, key=lambda m: (-worth.of(m), m.insight.id))
    chosen: dict[str, Member] = {}
    for same_customer, same_words in ((False, False), (True, False), (True, True)):
        for member in ranked:
            heard = [other for other in chosen.values() if not same_customer or other.voice_key == member.voice_key]
            if len(chosen) == most or any(other.customer_key == member.customer_key for other in heard):
                continue
            if same_words or not any(_alike(said[member.insight.id], said[i]) for i in chosen):
                chosen[member.insight.id] = member
    return list(chosen.values())


class _Worth:
    """How telling each voice of a theme is."""

    def __init__(self, members: Sequence[Member], said: Mapping[str, frozenset[str]], keywords: Sequence[str]) -> None:
        self._said, self._keywords, self._head = said, keywords, leading_head(members)
        by_voice: dict[str, set[str]] = {}
        for member in members:
            by_voice.setdefault(member.voice_key, set()).update(said[member.insight.id])
        self._common = Counter(pair for pairs in by_voice.values() for pair in pairs)
        self._most = max(1, max(self._common.values(), default=1))

    def of(self, member: Member) -> float:
        """Words of many, words of this theme, of its situation, a whole clause, a wish, what hurts."""
        insight, pairs = member.insight, self._said[member.insight.id]
        central = sum(math.sqrt(self._common[pair] / self._most) for pair in pairs) / max(_WHOLE, len(pairs))
        words = sum(word in insight.quote for word in self._keywords)
        topical = 1.0 + 0.5 * min(words, 3)
        named = 1.3 if self._head and head_of(insight.surface) == self._head else 1.0
        shown = 1.15 if insight.standing.deep != "hypothesis" else 1.0
        wish = 1.1 if insight.suggestion else 1.0
        return central * topical * named * shown * wish * _readable(insight.quote) * (1 + 0.12 * (insight.severity - 3))


def _readable(quote: str) -> float:
    """1 for a clause a reader takes in at a glance; less for a scrap, a masked value, markup or a speech."""
    length = len(quote.strip())
    fit = 1.0 if length in _GLANCE else (0.4 if length < _GLANCE.start else 0.7)
    asked = 0.75 if quote.rstrip().endswith(("?", "？")) else 1.0
    return fit * asked * (0.3 if _UNREADABLE.search(quote) else 1.0)


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) > _ALIKE * max(1, min(len(one), len(other)))


def _opportunities(members: Sequence[Member]) -> tuple[tuple[str, int], ...]:
    seen = {(kind, member.insight.record_id) for member in members for kind in member.opportunities}
    counts = Counter(kind for kind, _ in seen)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _voice(n: int, member: Member) -> Voice:
    insight = member.insight
    return Voice(
        n=n,
        record_id=insight.record_id,
        quote=insight.quote,
        start=insight.start,
        end=insight.end,
        channel=member.channel,
        product=member.product,
        created_at=member.created_at,
        segment=member.segment,
        customer_id=member.customer_id,
        surface=insight.surface,
        secondary=insight.secondary,
        deep=insight.deep,
        suggestion=insight.suggestion,
        insight_id=insight.id,
    )
