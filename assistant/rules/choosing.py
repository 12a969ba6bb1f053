"""Knows which of the voices found are quoted: those that say the asked thing themselves, the gravest of them first."""

import re
from dataclasses import dataclass

from assistant.domain.answers import AnswerMaterial, Whole
from assistant.domain.themes import Voice
from assistant.rules.lexicon import lexicon, normalise
from assistant.rules.telling import frame_of, stands_alone
from assistant.rules.topics import frame_fields
from assistant.rules.view import seen_in
from vectorstore.text import grams, meanings

_SHOWS = 3.0
"""Weight of cues from which words show a situation."""
_MOST = 6.0
"""More than so much tells no more."""


_ENOUGH = 0.65
"""Voices that tell less than so much of what the best one does are beside the point, where others are left."""
_ALIKE, _SUBJECT, _NAMED = 1.0, 3.0, 1.0
_HURT, _GRAVE, _OTHER, _OTHERS, _SCRAP, _CRIED = 0.15, 0.2, 0.25, 0.5, 1.5, 2.0
"""What counts beside plain words of the situation asked about: the question's own words in the
quote and in all that was said, words of another situation (against
it), how it hurts, the need read from it; and what speaks against half a sentence, and against
the same cried again and again."""


_DENIES = re.compile(r"哪来的|哪有(?!.*[?？])|从来?没|一次(都|也)?没|没出过")
"""Says of a trouble that there was none."""


@dataclass(frozen=True, slots=True)
class _Heard:
    voice: Voice
    own: float
    """How plainly its words show what is asked about."""
    other: float
    """How plainly they show another situation."""
    alike: float
    """Share of the question's words, or of others that mean the same, in its words."""
    mood: float
    hurt: float
    whole: Whole
    others: int
    """Other situations that were read from its record."""
    named: bool
    """The need read from it is of a situation asked about."""


def chosen(material: AnswerMaterial) -> list[Voice]:
    """The voices worth quoting, the best first: those whose own words say what is asked, felt as it is asked, and no other
    thing more plainly; of those that say it alike the ones that it hurts most, and whole sentences.

    Fewer are better than some beside the point; where no words show plainly what is asked, all stay in their order.
    """
    situations, glad = _situations(material), material.plan.filters.sentiment == ("positive",)
    heard = [_heard(voice, situations, material) for voice in material.voices]
    if not situations or not any(one.own >= _SHOWS or one.alike >= _ENOUGH for one in heard):
        return list(material.voices)
    felt = [one for one in heard if _felt(one, glad=glad)] or heard
    worth = {one.voice.n: _worth(one, glad=glad) for one in felt}
    best = max(worth.values())
    near = [one for one in felt if worth[one.voice.n] >= _ENOUGH * best] or felt
    return [one.voice for one in sorted(near, key=lambda one: (-worth[one.voice.n], one.voice.n))]


def _felt(one: _Heard, *, glad: bool) -> bool:
    """Whether a voice feels as it is asked: praise praises and hurts nobody; trouble is not praised."""
    if glad:
        return one.mood > 0 and one.named and one.own >= one.other and not one.whole.sentiments & {"negative"}
    return (one.mood <= 0 or one.hurt > 0 or one.own >= _MOST) and not _DENIES.search(one.voice.quote)


def _worth(one: _Heard, *, glad: bool) -> float:
    scrap = 0.0 if stands_alone(one.voice.quote) else _SCRAP
    scrap += _CRIED * (len(set(one.voice.quote)) < len(one.voice.quote) / 2)
    moved = _HURT * one.mood if glad else _HURT * one.hurt + _GRAVE * one.whole.severity
    asked = one.own + _ALIKE * one.alike + _SUBJECT * one.whole.share + _NAMED * one.named
    return asked + moved - _OTHER * one.other - _OTHERS * one.others - scrap


def _situations(material: AnswerMaterial) -> frozenset[str]:
    """What situations are asked about: those that the question shows, else that of the first need."""
    glad, fields = material.plan.filters.sentiment == ("positive",), frame_fields()
    weight: dict[str, float] = {}
    for hit in lexicon().scan(normalise(f"{material.plan.query}\n{material.question}")):
        if hit.kind == "frame" and (fields[hit.label].get("mood") == "positive") == glad:
            weight[hit.label] = weight.get(hit.label, 0.0) + hit.weight / 2
    shown = {frame for frame, of in weight.items() if of >= _SHOWS and not fields[frame].get("many_kinds")}
    first = {frame for need in material.needs[:1] if (frame := frame_of(need.surface))}
    return frozenset(shown or first)


def _heard(voice: Voice, situations: frozenset[str], material: AnswerMaterial) -> _Heard:
    seen, whole = seen_in(voice.quote, lexicon()), material.wholes.get(voice.n, Whole(0.0))
    frames = {label: of for (kind, label), of in seen.cues.items() if kind == "frame"}
    return _Heard(
        voice,
        own=min(_MOST, sum(frames.get(frame, 0.0) for frame in situations)),
        other=max((of for frame, of in frames.items() if frame not in situations), default=0.0),
        alike=_alike(material.plan.query or material.question, voice.quote),
        mood=seen.mood,
        hurt=seen.hurt,
        whole=whole,
        others=len({frame for text in whole.surfaces if (frame := frame_of(text)) and frame not in situations}),
        named=frame_of(voice.surface) in situations,
    )


def _alike(query: str, quote: str) -> float:
    asked, plain = normalise(query), normalise(quote)
    pairs = {gram for gram in grams(asked) if len(gram) > 1}
    shared = len({gram for gram in pairs if gram in plain}) / len(pairs) if pairs else 0.0
    meant = [line for line in meanings() if any(word in asked for word in line)]
    same = sum(any(word in plain for word in line) for line in meant) / len(meant) if meant else 0.0
    return max(shared, same)
