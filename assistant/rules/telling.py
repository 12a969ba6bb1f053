"""Knows which of a theme's voices tell it best: they bear its cue, say what hurts or pleases, and stand alone."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from assistant.domain.themes import ThemeMaterial, Voice
from assistant.rules.lexicon import Hit, lexicon, normalise
from assistant.rules.topics import frame_fields
from assistant.rules.view import Seen, seen_in
from assistant.rules.wording import neat

COLON = "："
_COMMON = 0.34
"""Share of the voices that must bear a situation's name before the theme does."""
_PLAIN = 4.0
"""Cue weight from which a clause shows a situation by itself: a strong word and something beside it."""
_STRONG = 3.0
_GOOD = range(8, 61)
_BROKEN = re.compile(r"(?:的时候|因为|所以|但是|可是|而且|然后|就是|如果|要是|并且|说|是|的话|和|跟|把|被|在|了又|、)$")
_LEANING = re.compile(r"^(?:再说|是(?!不是)|但|而且|所以|然后|就|还|也|又|于是|并且|不过|结果|因为)")
_ENTITY = re.compile(r"&#?\w+;|&\w+$")


def situation(material: ThemeMaterial) -> str | None:
    """The frame that most voices' surfaces name, or None where none is named often enough."""
    named = Counter(frame for voice in material.voices if (frame := frame_of(voice.surface)))
    if not named:
        return None
    frame, count = min(named.items(), key=lambda item: (-item[1], item[0]))
    return frame if count >= _COMMON * len(material.voices) else None


def frame_of(surface: str) -> str | None:
    """The situation that a surface of the rules begins with, None for a sentence of another engine."""
    return _frame_by_label().get(surface.split(COLON, 1)[0].split("（", 1)[0])


@cache
def _frame_by_label() -> dict[str, str]:
    return {fields["label"]: frame for frame, fields in frame_fields().items()}


def telling(material: ThemeMaterial) -> list[Voice]:
    """The voices, most telling first."""
    frame, glad = situation(material), material.sentiment == "positive"
    shared = _shared(material.voices)

    def rank(voice: Voice) -> tuple[float, int]:
        seen = seen_in(voice.quote, lexicon())
        feeling = seen.mood if glad else -seen.mood
        worth = 0.4 * max(-3.0, min(feeling, 6.0)) + 2.0 * shared[voice.n] - _clumsy(voice.quote)
        worth += min(2.0, sum(word in voice.quote for word in material.keywords)) - seen.weight("mood", "intro")
        if frame is not None:
            own, other = _cues(seen, frame)
            worth += min(own, 7.0) - 0.7 * min(other, 7.0) + 2.0 * (frame_of(voice.surface) == frame)
        return (-worth, voice.n)

    return sorted(material.voices, key=rank)


def bearing(material: ThemeMaterial) -> Voice | None:
    """The most telling voice whose clause, felt as the theme is, shows its situation by itself and no other more."""
    frame = situation(material)
    for voice in telling(material):
        if frame is None or frame_of(voice.surface) != frame or _clumsy(voice.quote) >= 2:
            continue
        seen = seen_in(voice.quote, lexicon())
        own, other = _cues(seen, frame)
        agrees = seen.mood > 0 if material.sentiment == "positive" else seen.mood <= 0.5
        if own > other and agrees and _plainly(voice.quote, frame):
            return voice
    return None


def wishes(ranked: Sequence[Voice]) -> list[Voice]:
    """The voices with a wish for the maker, the plainest wishes first; none that holds a masked value."""

    def rank(voice: Voice) -> float:
        wish = voice.suggestion or ""
        seen = seen_in(wish, lexicon())
        plain = min(seen.weight("wish", "wish"), 3.0) - seen.weight("wish", "repair_mine") - 0.3 * seen.hurt
        return -(plain - _clumsy(wish))

    return sorted((voice for voice in ranked if voice.suggestion and "⟦" not in voice.suggestion), key=rank)


def _cues(seen: Seen, frame: str) -> tuple[float, float]:
    """How strongly a clause shows one situation, and the strongest of all others."""
    weights = {label: weight for (kind, label), weight in seen.cues.items() if kind == "frame"}
    own = weights.pop(frame, 0.0)
    return own, max(weights.values(), default=0.0)


def _plainly(quote: str, frame: str) -> bool:
    """Whether a quote shows a situation by words of its own: a strong one, not behind a "no", and something beside it.

    Words that lie within each other are one.
    """
    text = normalise(quote)
    told = [hit for hit in lexicon().scan(text) if hit.kind == "frame" and hit.label == frame]
    told = [hit for hit in told if text[max(0, hit.start - 1) : hit.start] not in {"没", "未", "不"}]
    apart: list[Hit] = []
    for hit in sorted(told, key=lambda hit: (-hit.weight, hit.start - hit.end)):
        if all(hit.end <= other.start or other.end <= hit.start for other in apart):
            apart.append(hit)
    return sum(hit.weight for hit in apart) >= _PLAIN and any(hit.weight >= _STRONG for hit in apart)


def stands_alone(clause: str) -> bool:
    """Whether a clause can be shown by itself: whole, without a masked value, mostly Chinese, no question."""
    return _clumsy(clause) < 1.0 + 3.0 * (len(clause) not in _GOOD)


def _clumsy(quote: str) -> float:
    """What speaks against showing a quote: masked values, broken markup, half a sentence, too short or too long."""
    trimmed = normalise(neat(quote)).rstrip("，。,. ")
    return (
        5.0 * ("⟦" in quote)
        + 3.0 * bool(_ENTITY.search(quote))
        + 3.0 * (len(quote.strip()) not in _GOOD)
        + 1.5 * bool(_BROKEN.search(trimmed))
        + 0.7 * bool(_LEANING.search(trimmed))
        + 1.0 * quote.rstrip().endswith(("?", "？"))
        + 4.0 * (sum("\u4e00" <= c <= "\u9fff" for c in quote) * 2 < len(quote))
    )


def _shared(voices: Sequence[Voice]) -> dict[int, float]:
    """Voice → how far its words are those of the others, 0 to 1."""
    pairs = {voice.n: _pairs(voice.quote) for voice in voices}
    common = Counter(pair for said in pairs.values() for pair in said)
    weight = {n: sum(common[pair] - 1 for pair in said) / max(12, len(said)) for n, said in pairs.items()}
    most = max(weight.values(), default=0.0)
    return {n: value / most if most else 0.0 for n, value in weight.items()}


def _pairs(text: str) -> set[str]:
    kept = "".join(c for c in text if c.isalnum())
    return {kept[at : at + 2] for at in range(len(kept) - 1)}
