"""Knows how to answer out of figures and voices alone: every sentence cites, every number was counted or said."""

import re
from collections.abc import Iterable, Sequence

from assistant.domain.answers import AnswerMaterial, Need, Whole
from assistant.domain.drafts import AnswerDraft, SentenceDraft
from assistant.domain.themes import Voice
from assistant.domain.vocabulary import zh
from assistant.rules.choosing import chosen
from assistant.rules.figures import figure_sentences
from assistant.rules.house import asks_how, house_sentences
from assistant.rules.lexicon import words
from assistant.rules.replies import reply_to, tells_a_trouble
from assistant.rules.telling import frame_of
from assistant.rules.wording import said

_VOICES_MOST, _LISTED, _NEEDS_MOST = 3, 4, 2
_ABOUT = 0.5
"""Share of a question that a customer must speak of to be heard beside a manual that answers it."""
_SCRAP = 8
"""Characters below which a quote says little by itself."""
_NUMBER = re.compile(r"\d|[二三四五六七八九十百千万两〇零半]")
_NOTHING = "资料不足：没有找到与问题有关的客户反馈，也没有可以统计的数据。"


def answer(material: AnswerMaterial) -> AnswerDraft:
    """An answer in sentences with citations and figures, or a refusal where there are neither voices nor figures."""
    house = house_sentences(material)
    if not material.voices and not material.figures and not house:
        reply, backed_by = reply_to(material) if tells_a_trouble(material) else (None, [])
        return AnswerDraft(
            refused=True, refusal_reason=_NOTHING, sentences=[], suggested_reply=reply, reply_backed_by=backed_by
        )
    most = _LISTED if "list" in material.plan.intents else _VOICES_MOST
    voices = chosen(material)
    if house and asks_how(material.question):  # a manual tells how; how many asked for it is another question
        near = [voice for voice in voices if material.wholes.get(voice.n, Whole(1.0)).share >= _ABOUT]
        sentences = [*house, *_voices(near, most - 1)]
    else:
        counted = figure_sentences(material.figures, asked_how_many="count" in material.plan.intents)
        sentences = [*house, *counted, *_needs(material, voices), *_voices(voices, most)]
    only_house = bool(house) and not voices and not material.figures and "reply" not in material.plan.intents
    reply, backed_by = (None, list[str]()) if only_house else reply_to(material)
    return AnswerDraft(
        refused=False, refusal_reason=None, sentences=sentences, suggested_reply=reply, reply_backed_by=backed_by
    )


def _needs(material: AnswerMaterial, voices: Sequence[Voice]) -> list[SentenceDraft]:
    """The needs behind the words, each carried by the voices that speak of it; a number nobody cited drops a rung."""
    sentences = []
    for place, need in enumerate(material.needs[:_NEEDS_MOST]):
        read = any(voice.theme_id for voice in voices)
        bearing = _bearing(need, voices) or ([] if place or read else list(voices[:2]))
        quotes = "".join(voice.quote for voice in bearing)
        rungs = [
            f"{name}——{text}" for name, text in _rungs(need) if text and (not _NUMBER.search(text) or text in quotes)
        ]
        if bearing and rungs:
            text = f"{'另有' if place else '背后的'}需求：{'；'.join(rungs)}（深层为推断，供核对）。"
            sentences.append(SentenceDraft(text=text, citations=[voice.n for voice in bearing], figures=[]))
    return sentences


def _bearing(need: Need, voices: Iterable[Voice]) -> list[Voice]:
    """Two voices at most that speak of a need: of its theme; where no theme is known, of its situation."""
    frame = frame_of(need.surface)
    of_it = [
        v
        for v in voices
        if (
            v.theme_id == need.theme_id
            if v.theme_id
            else v.surface and (v.surface == need.surface or (frame and frame_of(v.surface) == frame))
        )
    ]
    return of_it[:2]


def _rungs(need: Need) -> list[tuple[str, str]]:
    surface = need.surface.split("：")[0] if frame_of(need.surface) else need.surface
    return [("表象", surface), ("次深层", need.secondary), ("深层", need.deep)]


def _voices(voices: Iterable[Voice], most: int) -> list[SentenceDraft]:
    """What several customers said, one sentence each; scraps come last."""
    sentences, heard = [], set[str]()
    for voice in sorted(voices, key=lambda voice: len(voice.quote.strip()) < _SCRAP):
        key = voice.customer_id or voice.record_id
        if key in heard:
            continue
        heard.add(key)
        speaker = words("words", "speaker", voice.segment or "unknown", "有客户")
        text = f"{speaker}在{zh(voice.channel)}里说：{said(voice)}。"
        sentences.append(SentenceDraft(text=text, citations=[voice.n], figures=[]))
        if len(sentences) == most:
            break
    return sentences
